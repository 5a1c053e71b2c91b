#include "peer/server_frames.hpp"

#include "wire/frame.hpp"
#include "wire/json_text.hpp"

namespace plugboard::peer {
namespace {

// Text is built behind room for the longest header, which is then put right before it.
class FrameText {
 public:
  FrameText() : bytes_(wire::kMaxServerHeader, '\0') {}

  FrameText& raw(std::string_view text) {
    bytes_ += text;
    return *this;
  }
  FrameText& string(std::string_view value) {
    wire::append_json_string(bytes_, value);
    return *this;
  }

  std::string finish(wire::Opcode opcode = wire::Opcode::text) {
    const std::size_t payload = bytes_.size() - wire::kMaxServerHeader;
    const std::size_t header = wire::server_header_size(payload);
    const std::size_t begin = wire::kMaxServerHeader - header;
    wire::write_server_header(bytes_.data() + begin, opcode, true, false, payload);
    return bytes_.substr(begin);
  }

 private:
  std::string bytes_;
};

}  // namespace

std::string error_frame(std::string_view code, std::string_view message) {
  return FrameText()
      .raw(R"({"type":"error","payload":{"code":)")
      .string(code)
      .raw(R"(,"message":)")
      .string(message)
      .raw("}}")
      .finish();
}

std::string error_frame(std::string_view code, std::string_view message, std::string_view to) {
  return FrameText()
      .raw(R"({"type":"error","payload":{"code":)")
      .string(code)
      .raw(R"(,"message":)")
      .string(message)
      .raw(R"(,"to":)")
      .string(to)
      .raw("}}")
      .finish();
}

std::string status_frame(std::string_view address, bool online) {
  return FrameText()
      .raw(R"({"type":"peer-status","payload":{"address":)")
      .string(address)
      .raw(online ? R"(,"online":true}})" : R"(,"online":false}})")
      .finish();
}

std::string message_frame(std::string_view payload, bool binary) {
  return FrameText().raw(payload).finish(binary ? wire::Opcode::binary : wire::Opcode::text);
}

}  // namespace plugboard::peer
