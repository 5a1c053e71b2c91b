// The envelope of a message: what the relay reads of the JSON object in it, and its judgement on
// whether every receiver would read the same. Pure; any thread; the hot path of every message.
#pragma once

#include <cstddef>
#include <string_view>

#include "wire/json_text.hpp"

namespace plugboard::wire {

/// Levels of objects and arrays a message may nest, the message itself counted as the first.
inline constexpr std::size_t kMaxNesting = 1024;

/// What one pass over a message found. All views are borrowed from the message.
///
/// Parsers differ: of two members with one name some keep the first and some the last; some match
/// names without regard to letter case (Go, many in C#), some by Unicode's folding (Go reads
/// U+017F as s), some see strings end at U+0000 (C). So the relay does not ask what a message
/// says but whether there are two ways to read it. The judgements look at every top-level member
/// whose name *reads as* the one in question (see `reads_as`); what lies deeper is the payload's
/// own affair.
struct Envelope {
  /// The message is one JSON object: RFC 8259 whole, in valid UTF-8, without a byte order mark,
  /// nested at most kMaxNesting deep. Numbers of any size and lone surrogate escapes are JSON.
  /// If false, nothing else is set. For a text message that is not valid, the caller still has
  /// to ask `valid_utf8`: one that is not UTF-8 fails the connection.
  bool valid = false;

  /// A member reads as `from` whose value is not a string equal to the sender's address.
  /// INVALID_FROM, reported before anything else.
  bool foreign_from = false;

  /// `from`, `to`, `type` or `address` stands twice, or one member reads as it besides another.
  /// INVALID_MESSAGE, reported next.
  bool duplicate = false;

  /// A member reads as `type` whose value is a string that reads as one of the server's own
  /// types. RESERVED_TYPE, and for routed messages only.
  bool reserved_type = false;

  /// The members with exactly this name, however it is spelled in escapes, whose values are
  /// strings; not present otherwise. With `duplicate`, the first.
  JsonText from;
  JsonText to;
  JsonText type;
  JsonText address;

  /// The value of the member `payload`, without white space around it; null data if there is none.
  /// The first, should there be several: duplicates of it are not judged, and so hooks and
  /// receivers may read different ones.
  std::string_view payload;

  /// `from` and `to` are both there, so the message is for another peer.
  [[nodiscard]] bool routed() const { return from.present() && to.present(); }
};

/// Reads one message. `sender`: the address of the peer it came from. Never allocates, never
/// recurses, and takes time proportional to the message.
[[nodiscard]] Envelope scan_envelope(std::string_view message, std::string_view sender);

}  // namespace plugboard::wire
