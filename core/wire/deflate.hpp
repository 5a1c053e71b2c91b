// The compression of permessage-deflate (RFC 7692 sections 6 and 7.2): message payloads in and out
// of raw DEFLATE. Each object belongs to one thread at a time.
//
// Built on zlib. Boost.Beast carries its own C++ translation of it, which would spare a library,
// but refuses blocks marked as final, which RFC 7692 section 7.2.3.4 has peers send, reports errors
// for valid data that arrives in certain pieces, and gets zlib's security fixes late or not at all.
// Compression takes the same time with both; zlib expands long messages a quarter faster.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace plugboard::wire {

/// How expanding a message, or a piece of it, went.
enum class InflateStatus : unsigned char {
  ok,
  /// The message would be larger than allowed; close 1009.
  too_large,
  /// Not DEFLATE, or cut off in the middle; close 1007.
  corrupt,
};

/// Expands messages from one client. Memory: about 7 KiB, and a window of 2^window_bits bytes, from
/// the first message on; what a message says it will be is never allocated ahead.
///
/// Without context takeover no message needs what another left behind. Then one Inflater can serve
/// all connections of a thread with the same terms, as long as each message is fed whole before the
/// next begins; `window_bits` of 15 serve any terms.
class Inflater {
 public:
  /// `window_bits`: 8 to 15, at least what was agreed on for the client. `context_takeover`:
  /// whether messages may refer to those before.
  Inflater(int window_bits, bool context_takeover);
  ~Inflater();
  Inflater(Inflater&& other) noexcept;
  Inflater& operator=(Inflater&& other) noexcept;

  /// Expands a piece of a message, such as one frame's payload, and appends to `out`, which holds
  /// what the pieces before gave. `last`: the message ends here. `max_message`: bytes that `out`
  /// may hold; expanding stops one byte beyond. After anything but `ok` the connection is over; a
  /// shared Inflater is made good by `reset`. Throws std::bad_alloc.
  [[nodiscard]] InflateStatus feed(std::string_view piece, bool last, std::size_t max_message,
                                   std::string& out);

  /// Forgets a message that was begun, and all before it.
  void reset();

  /// Gives the memory back until the next message, if nothing would be lost: no context takeover,
  /// and no message under way.
  void release();

 private:
  struct Stream;

  InflateStatus expand(std::string_view piece, std::size_t max_message, std::string& out);
  [[nodiscard]] bool between_blocks() const;

  int window_bits_;
  bool context_takeover_;
  /// A message has begun.
  bool open_ = false;
  /// The last byte so far ended a block marked as final.
  bool behind_final_block_ = false;
  std::unique_ptr<Stream> stream_;
};

/// Compresses messages to one client; without context takeover, to any that agreed to windows at
/// least as large. Memory, from the first message on: 2^(window_bits + 2) bytes and 40 KiB.
///
/// With context takeover every message that was compressed must be sent, and in that order.
class Deflater {
 public:
  /// zlib's fastest. Its usual 6 makes JSON of 1 KiB 6 % smaller in 1.3 times the time, and of
  /// 16 KiB 15 % smaller in 2.6 times.
  static constexpr int kDefaultLevel = 1;

  /// `window_bits`: 8 to 15, as agreed on for the server. `level`: 1 to 9.
  Deflater(int window_bits, bool context_takeover, int level = kDefaultLevel);
  ~Deflater();
  Deflater(Deflater&& other) noexcept;
  Deflater& operator=(Deflater&& other) noexcept;

  /// Appends the compressed payload of one whole message, to be sent with RSV1 set. It may turn out
  /// longer than the message. Throws std::bad_alloc.
  void deflate(std::string_view message, std::string& out);

  /// Gives the memory back until the next message, if there is no context takeover.
  void release();

 private:
  struct Stream;

  int window_bits_;
  bool context_takeover_;
  int level_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace plugboard::wire
