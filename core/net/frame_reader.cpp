#include "net/frame_reader.hpp"

#include <utility>

namespace plugboard::net {
namespace {

// An incomplete frame up to this size is moved in front of the bytes that follow it; a larger one
// is completed where it is kept, so that a frame that comes in drops is not copied for each drop.
constexpr std::size_t kCarry = 4096;

// Compressed bytes may be a little more than what they stand for.
constexpr std::size_t compressed_limit(std::size_t max_message) {
  return max_message + max_message / 64 + 1024;
}

}  // namespace

std::span<char> FrameReader::room(std::span<char> shared) {
  carried_ = false;
  Tail* const kept = tail();
  if (kept == nullptr) return shared;
  GrowingBuffer& bytes = kept->bytes;
  if (bytes.size() <= kCarry) {
    std::memcpy(shared.data(), bytes.data(), bytes.size());
    carried_ = true;
    return shared.subspan(bytes.size());
  }
  wire::FrameHeader header;
  static_cast<void>(wire::parse_client_frame_header(bytes.data(), bytes.size(), true, header));
  const std::size_t whole = header.header_size + static_cast<std::size_t>(header.payload_size);
  if (bytes.size() == bytes.capacity()) bytes.reserve(std::min(whole, bytes.size() * 2));
  return {bytes.data() + bytes.size(), std::min(bytes.capacity(), whole) - bytes.size()};
}

void FrameReader::received(std::size_t count, std::span<char> shared, const Rules& rules,
                           FrameSink& sink) {
  if (stopped_) {
    excess_ = true;
    return;
  }
  if (tail() == nullptr) {
    feed(shared.data(), count, Resumed{}, rules, sink, true);
    return;
  }
  Tail kept = std::move(*tail());
  incomplete_->tail.reset();
  const Resumed resumed{kept.unmasked, kept.utf8};
  if (std::exchange(carried_, false)) {
    feed(shared.data(), kept.bytes.size() + count, resumed, rules, sink, true);
    return;
  }
  kept.bytes.set_size(kept.bytes.size() + count);
  wire::FrameHeader header;
  static_cast<void>(
      wire::parse_client_frame_header(kept.bytes.data(), kept.bytes.size(), true, header));
  if (kept.bytes.size() == header.header_size + header.payload_size) {
    feed(kept.bytes.data(), kept.bytes.size(), resumed, rules, sink, false);
    return;
  }
  Resumed ahead = resumed;
  char* const payload = kept.bytes.data() + header.header_size;
  if (!check_ahead(header, payload, kept.bytes.size() - header.header_size, ahead)) {
    fail(wire::close_code::kInvalidPayload, "Invalid UTF-8", sink);
    return;
  }
  incomplete_->tail.emplace(Tail{std::move(kept.bytes), ahead.unmasked, ahead.utf8});
}

void FrameReader::feed(char* data, std::size_t size, Resumed resumed, const Rules& rules,
                       FrameSink& sink, bool lasts) {
  while (size > 0 && !stopped_) {
    wire::FrameHeader header;
    const wire::HeaderStatus status = wire::parse_client_frame_header(
        data, size, rules.compression && assembly() == nullptr, header);
    if (status == wire::HeaderStatus::incomplete) {
      keep(data, size, resumed);
      return;
    }
    if (status != wire::HeaderStatus::complete) {
      fail(wire::close_code::kProtocolError, wire::describe(status), sink);
      return;
    }
    std::uint16_t close_code = 0;
    if (const char* why = objection(header, rules, close_code)) {
      fail(close_code, why, sink);
      return;
    }
    char* const payload = data + header.header_size;
    const std::size_t available = size - header.header_size;
    if (available < header.payload_size) {
      if (!check_ahead(header, payload, available, resumed)) {
        fail(wire::close_code::kInvalidPayload, "Invalid UTF-8", sink);
        return;
      }
      keep(data, size, resumed);
      return;
    }
    const auto payload_size = static_cast<std::size_t>(header.payload_size);
    wire::unmask(payload + resumed.unmasked, payload_size - resumed.unmasked, header.mask,
                 resumed.unmasked);
    resumed = Resumed{};
    if (!take_frame(header, payload, sink, lasts)) {
      stop();
      excess_ = available > payload_size;
      return;
    }
    data = payload + payload_size;
    size = available - payload_size;
  }
}

const char* FrameReader::objection(const wire::FrameHeader& header, const Rules& rules,
                                   std::uint16_t& close_code) const {
  close_code = wire::close_code::kProtocolError;
  if (wire::is_control(header.opcode)) return nullptr;
  const bool continues = header.opcode == wire::Opcode::continuation;
  const Assembly* const begun = assembly();
  if (continues && begun == nullptr) return "Nothing to continue";
  if (!continues && begun != nullptr) return "Message within a message";
  const bool compressed = continues ? begun->compressed : header.rsv1;
  const std::size_t limit = compressed ? compressed_limit(rules.max_message) : rules.max_message;
  const std::size_t before = continues ? begun->payload_size() : 0;
  if (header.payload_size > limit - std::min(limit, before)) {
    close_code = wire::close_code::kMessageTooBig;
    return "Message too big";
  }
  return nullptr;
}

bool FrameReader::take_frame(const wire::FrameHeader& header, char* payload, FrameSink& sink,
                             bool lasts) {
  const auto size = static_cast<std::size_t>(header.payload_size);
  if (wire::is_control(header.opcode)) return take_control(header, {payload, size}, sink);
  if (header.fin && assembly() == nullptr) [[likely]] {
    return sink.on_message({.data = payload,
                            .size = size,
                            .binary = header.opcode == wire::Opcode::binary,
                            .compressed = header.rsv1,
                            .lasts = lasts});
  }
  return take_fragment(header, {payload, size}, sink);
}

bool FrameReader::take_control(const wire::FrameHeader& header, std::string_view payload,
                               FrameSink& sink) {
  if (header.opcode == wire::Opcode::ping) return sink.on_ping(payload);
  if (header.opcode == wire::Opcode::pong) return sink.on_pong(payload);
  const wire::ClosePayload close = wire::parse_close_payload(payload);
  if (const auto* good = std::get_if<wire::PeerClose>(&close)) {
    sink.on_close(*good);
  } else {
    sink.on_failure(std::get<wire::BadClose>(close).answer, "Invalid Close frame");
  }
  return false;
}

bool FrameReader::take_fragment(const wire::FrameHeader& header, std::string_view payload,
                                FrameSink& sink) {
  std::optional<Assembly>& begun = incomplete().assembly;
  if (!begun) {
    begun.emplace(Assembly{});
    begun->binary = header.opcode == wire::Opcode::binary;
    begun->compressed = header.rsv1;
    begun->bytes.reserve(kHeadroom + payload.size());
    begun->bytes.set_size(kHeadroom);
  }
  const bool check = !begun->binary && !begun->compressed;
  if (check && (!begun->utf8.feed(payload) || (header.fin && !begun->utf8.complete()))) {
    sink.on_failure(wire::close_code::kInvalidPayload, "Invalid UTF-8");
    return false;
  }
  begun->bytes.append(payload);
  if (!header.fin) return true;
  Assembly whole = std::move(*begun);
  begun.reset();
  return sink.on_message({.data = whole.bytes.data() + kHeadroom,
                          .size = whole.payload_size(),
                          .binary = whole.binary,
                          .compressed = whole.compressed,
                          .known_utf8 = check});
}

bool FrameReader::is_text(const wire::FrameHeader& header) const {
  if (header.opcode == wire::Opcode::text) return !header.rsv1;
  const Assembly* const begun = assembly();
  return header.opcode == wire::Opcode::continuation && begun != nullptr && !begun->binary &&
         !begun->compressed;
}

bool FrameReader::check_ahead(const wire::FrameHeader& header, char* payload, std::size_t available,
                              Resumed& resumed) const {
  if (!is_text(header) || available == resumed.unmasked) return true;
  if (resumed.unmasked == 0 && assembly() != nullptr) resumed.utf8 = assembly()->utf8;
  char* const fresh = payload + resumed.unmasked;
  const std::size_t count = available - resumed.unmasked;
  wire::unmask(fresh, count, header.mask, resumed.unmasked);
  resumed.unmasked = available;
  return resumed.utf8.feed({fresh, count});
}

void FrameReader::keep(const char* data, std::size_t size, const Resumed& resumed) {
  Tail& kept = incomplete().tail.emplace(Tail{});
  kept.bytes.append({data, size});
  kept.unmasked = resumed.unmasked;
  kept.utf8 = resumed.utf8;
}

void FrameReader::fail(std::uint16_t close_code, std::string_view reason, FrameSink& sink) {
  stop();
  sink.on_failure(close_code, reason);
}

std::size_t FrameReader::held_bytes() const {
  return (tail() != nullptr ? tail()->bytes.capacity() : 0) +
         (assembly() != nullptr ? assembly()->bytes.capacity() : 0);
}

}  // namespace plugboard::net
