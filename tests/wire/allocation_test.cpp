// What is done for every frame and message takes no memory from the heap. A program of its own,
// since it counts what the whole program takes.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <variant>

#include "wire/close.hpp"
#include "wire/envelope.hpp"
#include "wire/frame.hpp"
#include "wire/json_text.hpp"
#include "wire/utf8.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace plugboard::wire {
namespace {

/// How often `work` takes memory.
template <typename Work>
std::size_t allocations_in(const Work& work) {
  const std::size_t before = allocations;
  work();
  return allocations - before;
}

TEST(Allocation, IsSeenByThisProgram) {
  std::string text;
  EXPECT_GT(allocations_in([&text] { text.assign(1000, 'x'); }), 0U);
}

TEST(Allocation, NoneForAFrame) {
  const char header[] = {'\x81', '\xFE', 1, 0, 'm', 'a', 's', 'k'};
  std::string data(header, sizeof header);
  data.append(256, 'x');
  char out[kMaxServerHeader];
  EXPECT_EQ(allocations_in([&] {
              FrameHeader parsed;
              const auto status =
                  parse_client_frame_header(data.data(), data.size(), false, parsed);
              ASSERT_EQ(status, HeaderStatus::complete);
              unmask(data.data() + 8, 256, parsed.mask, 0);
              write_server_header(out, parsed.opcode, true, false, parsed.payload_size);
            }),
            0U);
}

TEST(Allocation, NoneForAMessageHoweverItIsSpelled) {
  const std::string plain = R"({"from":"pwa:alice001","to":"pwa:bob00002","payload":[1,{"a":2}]})";
  const std::string strange =
      "{\"fr\\u006fm\":\"pwa:\\u0061lice001\",\"addre\xC3\x9F\":\"\\ud800\","
      "\"to\":\"gr\xC3\xBC\xC3\x9F\",\"type\":\"ERROR\"}";
  const std::string deep = R"({"a":)" + std::string(1023, '[') + std::string(1023, ']') + "}";
  const std::string wrong = R"({"a":"\x"})";
  // simdjson looks once, at its first use, which of its forms fits this processor.
  ASSERT_TRUE(valid_utf8("gr\xC3\xBC\xC3\x9F"));
  EXPECT_EQ(allocations_in([&] {
              EXPECT_TRUE(scan_envelope(plain, "pwa:alice001").routed());
              EXPECT_TRUE(scan_envelope(strange, "pwa:alice001").reserved_type);
              EXPECT_TRUE(scan_envelope(deep, "pwa:alice001").valid);
              EXPECT_FALSE(scan_envelope(wrong, "pwa:alice001").valid);
            }),
            0U);
}

TEST(Allocation, NoneForUtf8AcrossFragments) {
  const std::string text(1000, 'x');
  EXPECT_EQ(allocations_in([&] {
              Utf8Stream stream;
              EXPECT_TRUE(stream.feed("\xE2\x82") && stream.feed("\xAC") && stream.feed(text));
            }),
            0U);
}

TEST(Allocation, NoneForAClose) {
  EXPECT_EQ(allocations_in([] {
              EXPECT_TRUE(std::holds_alternative<PeerClose>(parse_close_payload("\x03\xE8 bye")));
              EXPECT_FALSE(CloseFrame(1008, "Invalid key").bytes().empty());
            }),
            0U);
}

}  // namespace
}  // namespace plugboard::wire
