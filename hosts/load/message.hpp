// The messages of one flow (one sender, one receiver): the same bytes each time but for the stamp,
// so that sending is a copy and checking is a comparison.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "load/dialect.hpp"

namespace plugboard::load {

/// How messages go out: alone in a frame each or several in one, and with what around each.
struct Packing {
  Wrapping wrapping;
  /// Several may share a frame. They are not masked then, but for a key of zeros.
  bool batched = false;
  /// They are compressed, with nothing around them.
  bool deflated = false;
};

/// What stands behind the stamp in every message of a run, shared by all flows.
struct Body {
  std::string plain;
  /// As it goes out, compressed if messages are, with what stands behind it.
  std::string masked;
  /// Whether the payload is an object with the stamp as its first member, or a string that begins
  /// with the stamp.
  bool object = false;
};

/// What filling a message is made of.
enum class Shape {
  kString,  ///< one JSON string
  kJson,    ///< an object such as signalling sends: nested, with numbers, escapes and UTF-8
};

/// The smallest message that holds the two addresses and a stamp.
std::size_t smallest_message(Shape shape, std::string_view from, std::string_view to);

/// A body that makes messages between addresses of these sizes exactly `message_size` bytes.
/// Throws if that is too small.
std::shared_ptr<const Body> make_body(Shape shape, std::size_t message_size, std::string_view from,
                                      std::string_view to, const Packing& packing = {});

/// What a receiver makes of a message.
struct Verdict {
  enum class Kind {
    kIntact,     ///< every byte as sent
    kRewritten,  ///< addresses, stamp and body are whole, but the bytes around them have changed
    kDamaged,    ///< anything else
  };
  Kind kind = Kind::kDamaged;
  std::uint32_t sequence = 0;
};

class FlowMessage {
 public:
  /// `opcode`: kText or kBinary. All flows that share a body must have addresses and wrappings of
  /// equal sizes.
  FlowMessage(std::string_view from, std::string_view to, std::shared_ptr<const Body> body,
              std::uint8_t opcode, const Packing& packing = {});

  /// Whether append_batch comes before any heads.
  [[nodiscard]] bool batched() const { return batched_; }
  /// Appends the header of a frame of `count` messages.
  void append_batch(std::string& out, std::size_t count) const;
  /// Appends the masked frame up to and with the stamp (in a batch, without the frame's header).
  /// The masked body follows it on the wire.
  void append_head(std::string& out, std::uint32_t sequence) const;

  [[nodiscard]] const Body& body() const { return *body_; }

  /// Checks a message that arrived.
  [[nodiscard]] Verdict check(std::string_view message) const;

 private:
  std::string quoted_from_;
  std::string quoted_to_;
  std::string plain_head_;   // without the stamp
  std::string masked_head_;  // frame header and head as they go out
  std::shared_ptr<const Body> body_;
  std::uint64_t seed_;
  std::uint8_t opcode_;
  bool batched_;
  std::size_t stamp_offset_;  // in the frame's payload
  std::size_t wire_size_;     // of the message with what is around it
};

}  // namespace plugboard::load
