// What the wire room costs for each frame and message. Run a Release build:
//   build/release/tests/bench/plugboard-bench --benchmark_filter=Envelope
#include <benchmark/benchmark.h>

#include <cstring>
#include <random>
#include <string>

#include "wire/deflate.hpp"
#include "wire/envelope.hpp"
#include "wire/frame.hpp"
#include "wire/json_text.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

constexpr std::string_view kSender = "pwa:alice001";
constexpr std::string_view kHead = R"({"from":"pwa:alice001","to":"pwa:bob00002","payload":)";

/// A message of `size` bytes (64 or more) whose payload is one string of `filling`, repeated.
std::string text_message(std::size_t size, std::string_view filling = "x") {
  std::string message = std::string(kHead) + '"';
  while (message.size() + filling.size() + 2 <= size) message += filling;
  message.append(size - message.size() - 2, 'x');
  return message + "\"}";
}

/// A message of about `size` bytes whose payload is full of members, as applications send them.
std::string dense_message(std::size_t size) {
  std::string message = std::string(kHead) + '[';
  for (int i = 0; message.size() < size; ++i) {
    if (i != 0) message += ',';
    message += R"({"id":)" + std::to_string(1000 + i * 37) +
               R"(,"kind":"cursor","x":12.5,"y":-3,"on":true,"tags":["a","bc"],"name":"Name )" +
               std::to_string(i) + "\"}";
  }
  return message + "]}";
}

/// The same as people read it.
std::string indented_message(std::size_t size) {
  std::string message = std::string(kHead) + "[\n";
  for (int i = 0; message.size() < size; ++i) {
    if (i != 0) message += ",\n";
    message += "        {\n            \"id\": " + std::to_string(1000 + i * 37) +
               ",\n            \"kind\": \"cursor\",\n            \"on\": true\n        }";
  }
  return message + "\n    ]\n}\n";
}

/// Runs `work` as often as the benchmark wants.
template <typename Work>
void measure(benchmark::State& state, const Work& work) {
  for ([[maybe_unused]] auto round : state) work();  // NOLINT(clang-analyzer-deadcode.DeadStores)
}

void scan(benchmark::State& state, const std::string& message) {
  if (!scan_envelope(message, kSender).routed()) state.SkipWithError("not a routed message");
  measure(state, [&] {
    benchmark::DoNotOptimize(message.data());
    Envelope envelope = scan_envelope(message, kSender);
    benchmark::DoNotOptimize(envelope);
  });
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * message.size()));
}

void EnvelopeText(benchmark::State& state) {
  scan(state, text_message(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(EnvelopeText)->Arg(64)->Arg(256)->Arg(1024)->Arg(16384)->Arg(65536)->Arg(1 << 20);

void EnvelopeUmlauts(benchmark::State& state) {
  scan(state, text_message(static_cast<std::size_t>(state.range(0)), "gr\xC3\xBC\xC3\x9F dich "));
}
BENCHMARK(EnvelopeUmlauts)->Arg(128)->Arg(1024)->Arg(16384)->Arg(65536);

void EnvelopeEscapes(benchmark::State& state) {
  scan(state, text_message(static_cast<std::size_t>(state.range(0)), R"(line\n\"it\" \u00fc )"));
}
BENCHMARK(EnvelopeEscapes)->Arg(128)->Arg(1024)->Arg(16384)->Arg(65536);

void EnvelopeDense(benchmark::State& state) {
  scan(state, dense_message(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(EnvelopeDense)->Arg(128)->Arg(1024)->Arg(16384)->Arg(65536);

void EnvelopeIndented(benchmark::State& state) {
  scan(state, indented_message(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(EnvelopeIndented)->Arg(256)->Arg(1024)->Arg(16384);

void EnvelopeSmallObject(benchmark::State& state) {
  scan(state, std::string(kHead) + R"({"t":"chat","n":17,"text":"hello there"}})");
}
BENCHMARK(EnvelopeSmallObject);

void FrameHeaderParse(benchmark::State& state) {
  const std::string data(
      "\x81\xFE\x04\x00"
      "abcdefghijklmnop",
      20);
  measure(state, [&] {
    benchmark::DoNotOptimize(data.data());
    FrameHeader header;
    benchmark::DoNotOptimize(parse_client_frame_header(data.data(), data.size(), false, header));
    benchmark::DoNotOptimize(header);
  });
}
BENCHMARK(FrameHeaderParse);

void FrameHeaderWrite(benchmark::State& state) {
  char out[kMaxServerHeader];
  measure(state, [&] {
    benchmark::DoNotOptimize(write_server_header(out, Opcode::text, true, false, 1024));
    benchmark::ClobberMemory();
  });
}
BENCHMARK(FrameHeaderWrite);

/// A frame as it comes in and goes out: header, mask, envelope, header.
void WholeFrame(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::string message = text_message(size);
  std::string frame = size < 126 ? "\x81" + std::string(1, static_cast<char>(0x80 | size))
                                 : std::string("\x81\xfe") + static_cast<char>(size >> 8) +
                                       static_cast<char>(size & 0xff);
  // A mask of zeros leaves the message as it is, so that it can be taken off again and again.
  frame += std::string(4, '\0') + message;
  char out[kMaxServerHeader];
  measure(state, [&] {
    benchmark::ClobberMemory();
    FrameHeader header;
    if (parse_client_frame_header(frame.data(), frame.size(), false, header) !=
        HeaderStatus::complete) {
      state.SkipWithError("not a frame");
    }
    char* const payload = frame.data() + (frame.size() - size);
    unmask(payload, size, header.mask, 0);
    benchmark::DoNotOptimize(scan_envelope({payload, size}, kSender));
    benchmark::DoNotOptimize(write_server_header(out, header.opcode, true, false, size));
  });
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(WholeFrame)->Arg(64)->Arg(1024)->Arg(16384);

void Unmask(benchmark::State& state) {
  std::string data(static_cast<std::size_t>(state.range(0)) + 3, 'x');
  measure(state, [&] {
    unmask(data.data() + 3, data.size() - 3, 0x12345678, 0);
    benchmark::ClobberMemory();
  });
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(Unmask)->Arg(7)->Arg(64)->Arg(128)->Arg(1024)->Arg(16384)->Arg(1 << 20);

void Utf8Ascii(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  measure(state, [&] {
    benchmark::DoNotOptimize(text.data());
    benchmark::DoNotOptimize(valid_utf8(text));
  });
}
BENCHMARK(Utf8Ascii)->Arg(16)->Arg(64)->Arg(1024)->Arg(16384);

void Utf8Mixed(benchmark::State& state) {
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(0))) text += "gr\xC3\xBC\xC3\x9F";
  measure(state, [&] {
    benchmark::DoNotOptimize(text.data());
    benchmark::DoNotOptimize(valid_utf8(text));
  });
}
BENCHMARK(Utf8Mixed)->Arg(16)->Arg(64)->Arg(1024)->Arg(16384);

void JsonString(benchmark::State& state) {
  std::string out;
  measure(state, [&] {
    out.clear();
    append_json_string(out, "From field does not match sender identity");
    benchmark::DoNotOptimize(out.data());
  });
}
BENCHMARK(JsonString);

void Deflate(benchmark::State& state) {
  const std::string message = dense_message(static_cast<std::size_t>(state.range(0)));
  Deflater deflater(15, false);
  std::string out;
  measure(state, [&] {
    out.clear();
    deflater.deflate(message, out);
    benchmark::DoNotOptimize(out.data());
  });
  state.counters["ratio"] = static_cast<double>(out.size()) / static_cast<double>(message.size());
}
BENCHMARK(Deflate)->Arg(256)->Arg(1024)->Arg(16384);

void Inflate(benchmark::State& state) {
  const std::string message = dense_message(static_cast<std::size_t>(state.range(0)));
  std::string payload;
  Deflater(15, false).deflate(message, payload);
  Inflater inflater(15, false);
  std::string out;
  measure(state, [&] {
    out.clear();
    if (inflater.feed(payload, true, message.size(), out) != InflateStatus::ok) {
      state.SkipWithError("not expanded");
    }
    benchmark::DoNotOptimize(out.data());
  });
}
BENCHMARK(Inflate)->Arg(256)->Arg(1024)->Arg(16384);

}  // namespace
}  // namespace plugboard::wire
