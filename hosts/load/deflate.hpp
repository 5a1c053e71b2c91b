// permessage-deflate (RFC 7692) for a client that costs little: messages are compressed ahead of
// time but for what differs from one to the next, which goes in a block of its own that is only
// stored. No message refers to another, in either direction.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace plugboard::load {

/// What a client that works so offers.
constexpr std::string_view kDeflateOffer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// The most that stored_header can announce.
constexpr std::size_t kMaxStored = 65'535;

/// What stands before `size` bytes that are stored as they are, with more behind them.
std::string stored_header(std::size_t size);

/// The end of a message's payload: `text` compressed, as RFC 7692 section 7.2.1 ends a message.
std::string deflated_end(std::string_view text);

/// Expands whole messages. One for all connections of a thread.
class Expander {
 public:
  Expander();

  /// The message; valid until the next call. Throws std::runtime_error if the payload is not
  /// DEFLATE.
  std::string_view expand(std::string_view payload);

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };

  std::unique_ptr<z_stream_s, End> stream_;
  std::string out_;
};

}  // namespace plugboard::load
