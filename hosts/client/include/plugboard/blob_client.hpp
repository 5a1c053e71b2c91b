// Small texts kept by a relay under a key, such as offers that a peer fetches later.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "plugboard/client/options.hpp"

namespace plugboard {

struct BlobClientOptions {
  std::string url = {};         ///< http(s):// or ws(s)://, host, optional port and path; no query
  std::string access_key = {};  ///< sent as `Authorization: Bearer`; empty: none
  std::string route_prefix = "/blob";  ///< as the relay's blob store plugin has it
  TlsOptions tls = {};
  /// For the whole of one request, apart from looking the host up.
  std::chrono::milliseconds timeout{30'000};
};

/// The relay answered, but not with success. A relay that cannot be reached is a
/// boost::system::system_error instead.
class BlobError : public std::runtime_error {
 public:
  BlobError(unsigned status, const std::string& message)
      : std::runtime_error(message), status_(status) {}

  /// HTTP: 401 or 403 for the access key, 413 for too large, 507 for full, 429 for too many
  /// requests.
  [[nodiscard]] unsigned status() const noexcept { return status_; }

 private:
  unsigned status_;
};

/// Each call makes one request on a connection of its own. Calls may be made from any thread,
/// several at once; the client must outlive them.
class BlobClient {
 public:
  /// Throws std::invalid_argument for a URL, access key or prefix that cannot be right.
  BlobClient(boost::asio::any_io_executor executor, BlobClientOptions options);

  /// Stores UTF-8 text under `key`, in place of what was there. All three throw
  /// std::invalid_argument for a key that is not 8 to 64 characters of A-Z a-z 0-9 _ -.
  [[nodiscard]] boost::asio::awaitable<void> put(std::string key, std::string text) const;
  /// Nothing if there is none.
  [[nodiscard]] boost::asio::awaitable<std::optional<std::string>> get(std::string key) const;
  /// False if there was none.
  [[nodiscard]] boost::asio::awaitable<bool> remove(std::string key) const;

 private:
  boost::asio::any_io_executor executor_;
  BlobClientOptions options_;
};

}  // namespace plugboard
