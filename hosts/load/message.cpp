#include "load/message.hpp"

#include <array>
#include <stdexcept>

#include "load/deflate.hpp"
#include "load/frame.hpp"
#include "load/stamp.hpp"

namespace plugboard::load {
namespace {

std::string quoted(std::string_view text) {
  std::string out(1, '"');
  out += text;
  out += '"';
  return out;
}

std::string head_of(std::string_view from, std::string_view to, bool object) {
  std::string head = "{\"from\":\"";
  head += from;
  head += "\",\"to\":\"";
  head += to;
  head += "\",\"payload\":";
  head += object ? "{\"stamp\":\"" : "\"";
  return head;
}

// Behind the stamp: its closing quote, then what an ICE candidate or an SDP line looks like in
// JSON. The last member is a string that takes up what is left.
constexpr std::string_view kObjectStart = "\",\"data\":[";
constexpr std::string_view kObjectItem =
    "{\"candidate\":\"candidate:842163049 1 udp 1677729535 192.0.2.17 46154 typ srflx raddr "
    "10.0.0.5 rport 46154 generation 0\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"usernameFragment\":"
    "null,\"weight\":-1.25e3,\"label\":\"Zo\xc3\xab "
    "\\\"caf\xc3\xa9\\\"\\r\\na=mid:0\",\"ok\":true},";
constexpr std::string_view kObjectEnd = "\"\"]}}";  // around the string that fills up
constexpr std::string_view kStringEnd = "\"}";

constexpr std::string_view kFiller =
    "The quick brown fox jumps over the lazy dog while 0123456789 sheep look on. ";

void append_filler(std::string& out, std::size_t size) {
  while (size >= kFiller.size()) {
    out += kFiller;
    size -= kFiller.size();
  }
  out += kFiller.substr(0, size);
}

std::string plain_body(Shape shape, std::size_t size) {
  std::string body;
  if (shape == Shape::kString) {
    append_filler(body, size - kStringEnd.size());
    body += kStringEnd;
    return body;
  }
  body = kObjectStart;
  while (body.size() + kObjectItem.size() + kObjectEnd.size() <= size) body += kObjectItem;
  body += '"';
  append_filler(body, size - body.size() - (kObjectEnd.size() - 1));
  body += kObjectEnd.substr(1);
  return body;
}

/// What goes out before the addresses. `head_size`: with the stamp.
std::string before(const Packing& packing, std::size_t head_size) {
  return packing.deflated ? stored_header(head_size) : packing.wrapping.before;
}

std::size_t smallest_body(Shape shape) {
  return shape == Shape::kString ? kStringEnd.size() : kObjectStart.size() + kObjectEnd.size();
}

}  // namespace

std::size_t smallest_message(Shape shape, std::string_view from, std::string_view to) {
  return head_of(from, to, shape == Shape::kJson).size() + kStampSize + smallest_body(shape);
}

std::shared_ptr<const Body> make_body(Shape shape, std::size_t message_size, std::string_view from,
                                      std::string_view to, const Packing& packing) {
  const std::size_t smallest = smallest_message(shape, from, to);
  if (message_size < smallest) {
    throw std::invalid_argument("a message of this shape between these addresses needs at least " +
                                std::to_string(smallest) + " bytes, not " +
                                std::to_string(message_size));
  }
  auto body = std::make_shared<Body>();
  body->object = shape == Shape::kJson;
  body->plain = plain_body(shape, message_size - smallest + smallest_body(shape));
  body->masked =
      packing.deflated ? deflated_end(body->plain) : body->plain + packing.wrapping.behind;
  if (!packing.batched) {
    const std::size_t head_size = message_size - body->plain.size();
    mask(body->masked.data(), body->masked.size(), before(packing, head_size).size() + head_size);
  }
  return body;
}

FlowMessage::FlowMessage(std::string_view from, std::string_view to,
                         std::shared_ptr<const Body> body, std::uint8_t opcode,
                         const Packing& packing)
    : quoted_from_(quoted(from)),
      quoted_to_(quoted(to)),
      plain_head_(head_of(from, to, body->object)),
      body_(std::move(body)),
      seed_(stamp_seed(plain_head_ + body_->plain)),
      opcode_(packing.deflated ? opcode | kCompressed : opcode),
      batched_(packing.batched),
      stamp_offset_(before(packing, plain_head_.size() + kStampSize).size() + plain_head_.size()),
      wire_size_(stamp_offset_ + kStampSize + body_->masked.size()) {
  if (!batched_) append_header(masked_head_, opcode_, wire_size_);
  const std::size_t start = masked_head_.size();
  masked_head_ += before(packing, plain_head_.size() + kStampSize);
  masked_head_ += plain_head_;
  if (!batched_) mask(masked_head_.data() + start, masked_head_.size() - start, 0);
}

void FlowMessage::append_batch(std::string& out, std::size_t count) const {
  append_header(out, opcode_, count * wire_size_, kNoMask);
}

void FlowMessage::append_head(std::string& out, std::uint32_t sequence) const {
  out += masked_head_;
  std::array<char, kStampSize> stamp{};
  write_stamp(stamp.data(), sequence, seed_);
  if (!batched_) mask(stamp.data(), stamp.size(), stamp_offset_);
  out.append(stamp.data(), stamp.size());
}

Verdict FlowMessage::check(std::string_view message) const {
  const std::size_t head = plain_head_.size();
  const std::size_t expected = head + kStampSize + body_->plain.size();
  if (message.size() == expected && message.substr(head + kStampSize) == body_->plain &&
      message.substr(0, head) == plain_head_) {
    const auto sequence = read_stamp(message.substr(head, kStampSize), seed_);
    if (sequence) return {.kind = Verdict::Kind::kIntact, .sequence = *sequence};
    return {};
  }
  // A server may write the object anew; then the payload must still be there as it was.
  const std::string_view before = body_->object ? "{\"stamp\":\"" : "\"payload\":\"";
  const std::size_t at = message.find(before);
  if (at == std::string_view::npos || message.size() < at + before.size() + kStampSize) return {};
  for (const std::string* address : {&quoted_from_, &quoted_to_}) {
    if (message.find(*address) == std::string_view::npos) return {};
  }
  const std::string_view rest = message.substr(at + before.size());
  // The last brace closes the whole object, which may have got another order of members.
  const std::string_view payload =
      std::string_view(body_->plain).substr(0, body_->plain.size() - 1);
  if (!rest.substr(kStampSize).starts_with(payload)) return {};
  const auto sequence = read_stamp(rest.substr(0, kStampSize), seed_);
  if (!sequence) return {};
  return {.kind = Verdict::Kind::kRewritten, .sequence = *sequence};
}

}  // namespace plugboard::load
