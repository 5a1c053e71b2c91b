#include "support/frame.hpp"

namespace plugboard::test {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

LengthForm minimal_form(std::uint64_t length) {
  if (length <= 125) return LengthForm::kSevenBits;
  return length <= 0xffff ? LengthForm::kSixteenBits : LengthForm::kSixtyFourBits;
}

std::string simple(Opcode opcode, std::string_view payload) {
  return FrameToSend{.opcode = static_cast<std::uint8_t>(opcode), .payload = std::string(payload)}
      .bytes();
}

}  // namespace

std::string FrameToSend::bytes() const {
  std::string out;
  out.push_back(static_cast<char>((fin ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 0x0f)));
  const std::uint64_t length = announced_length.value_or(payload.size());
  const std::uint8_t mask_bit = masked ? 0x80 : 0;
  switch (length_form == LengthForm::kMinimal ? minimal_form(length) : length_form) {
    case LengthForm::kSixteenBits:
      out.push_back(static_cast<char>(mask_bit | 126));
      append_big_endian(out, length, 2);
      break;
    case LengthForm::kSixtyFourBits:
      out.push_back(static_cast<char>(mask_bit | 127));
      append_big_endian(out, length, 8);
      break;
    case LengthForm::kSevenBits:
    case LengthForm::kMinimal:
      out.push_back(static_cast<char>(mask_bit | (length & 0x7f)));
      break;
  }
  if (!masked) return out + payload;
  for (const std::uint8_t byte : mask) out.push_back(static_cast<char>(byte));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ mask[i % 4]));
  }
  return out;
}

std::string text_frame(std::string_view payload) { return simple(Opcode::kText, payload); }

std::string binary_frame(std::string_view payload) { return simple(Opcode::kBinary, payload); }

std::string ping_frame(std::string_view payload) { return simple(Opcode::kPing, payload); }

std::string close_frame(std::uint16_t code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, code, 2);
  payload += reason;
  return simple(Opcode::kClose, payload);
}

std::string fragment(Opcode opcode, std::string_view payload, bool fin) {
  return FrameToSend{
      .opcode = static_cast<std::uint8_t>(opcode), .payload = std::string(payload), .fin = fin}
      .bytes();
}

std::uint16_t ReceivedFrame::close_code() const {
  if (payload.size() < 2) return 1005;
  return static_cast<std::uint16_t>(read_big_endian(std::string_view(payload).substr(0, 2)));
}

std::string ReceivedFrame::close_reason() const {
  return payload.size() < 2 ? std::string() : payload.substr(2);
}

std::optional<ReceivedFrame> take_frame(std::string& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const std::string_view view(bytes);
  const auto first = static_cast<std::uint8_t>(view[0]);
  const auto second = static_cast<std::uint8_t>(view[1]);
  const bool masked = (second & 0x80) != 0;
  std::uint64_t length = second & 0x7f;
  LengthForm form = LengthForm::kSevenBits;
  std::size_t header = 2;
  if (length == 126) {
    form = LengthForm::kSixteenBits;
    header = 4;
  } else if (length == 127) {
    form = LengthForm::kSixtyFourBits;
    header = 10;
  }
  const std::size_t mask_size = masked ? 4 : 0;
  if (bytes.size() < header + mask_size) return std::nullopt;
  if (header > 2) length = read_big_endian(view.substr(2, header - 2));
  if (bytes.size() - header - mask_size < length) return std::nullopt;

  ReceivedFrame frame{.opcode = static_cast<std::uint8_t>(first & 0x0f),
                      .fin = (first & 0x80) != 0,
                      .reserved = static_cast<std::uint8_t>((first >> 4) & 7),
                      .masked = masked,
                      .minimal_length = form == minimal_form(length),
                      .payload = std::string(view.substr(header + mask_size, length))};
  bytes.erase(0, header + mask_size + length);
  return frame;
}

}  // namespace plugboard::test
