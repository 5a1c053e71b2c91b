// How a peer reaches its relay.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace plugboard {

/// What an access key may look like.
enum class KeyForm {
  kAccessKey,  ///< 8 to 64 characters of A-Z a-z 0-9 _ -
  kToken,      ///< for relays with a token store: up to 8 KiB of printable ASCII without blanks
};

/// How the access key travels.
enum class KeyTransport {
  kQuery,        ///< `?key=`, which every relay of this protocol understands
  kHeader,       ///< `Authorization: Bearer`: stays out of the access logs of proxies
  kSubprotocol,  ///< the pair `plugboard.key, <key>`, as browsers send it
};

/// How a relay that is reached over wss:// or https:// proves who it is.
struct TlsOptions {
  bool verify = true;        ///< false: any certificate will do, for tests only
  std::string ca_file = {};  ///< PEM; empty: the system's authorities
};

/// What a RelayClient needs to know.
struct RelayClientOptions {
  std::string url = {};      ///< ws:// or wss://, host, optional port and path; no query
  std::string channel = {};  ///< as the relay's manifest names it; may hold slashes
  std::string id = {};       ///< any text that the channel allows; it is percent-encoded
  std::string key = {};      ///< empty: none

  KeyForm key_form = KeyForm::kAccessKey;
  KeyTransport key_transport = KeyTransport::kQuery;
  TlsOptions tls = {};

  /// Whether a connection that ended is followed by another.
  bool reconnect = true;
  /// The longest wait before that.
  std::chrono::milliseconds max_reconnect_delay{30'000};
  /// From looking the host up to the answered upgrade.
  std::chrono::milliseconds handshake_timeout{10'000};
  /// A connection that is silent for half of this is asked for a sign of life; one that is silent
  /// for all of it is taken for lost, unless `inbox_limit` keeps us from reading. 0: never.
  std::chrono::milliseconds idle_timeout{60'000};

  /// Larger messages end the connection (1009).
  std::size_t max_message_bytes = std::size_t{16} << 20U;
  /// What may wait to be written. `send` refuses what would pass it.
  std::size_t max_buffered_bytes = std::size_t{16} << 20U;
  /// How many messages are kept for `receive`. While so many wait, nothing is read from the relay.
  /// 0: those that nobody waits for are gone, as events are that nobody listens to.
  std::size_t inbox_limit = 0;
};

}  // namespace plugboard
