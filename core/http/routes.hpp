// Which of the built-in resources a request asks for. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace plugboard::http {

struct HealthRoute {};
struct ReadyRoute {};
struct StatsRoute {};

/// A blob of the blob store.
struct BlobRoute {
  enum class Verb { get, put, remove };
  Verb verb = Verb::get;
  std::string_view key;  ///< well-formed; borrowed from the path
};

/// OPTIONS of anything: 204.
struct PreflightRoute {};

/// Nothing of that name: 404.
struct NoRoute {};

/// The path exists, the method does not: 405.
struct WrongMethod {
  std::string_view allow;  ///< the Allow header's value; static text
};

using Route = std::variant<HealthRoute, ReadyRoute, StatsRoute, BlobRoute, PreflightRoute, NoRoute,
                           WrongMethod>;

/// Blob keys: `[A-Za-z0-9_-]{8,64}`.
[[nodiscard]] bool valid_blob_key(std::string_view key);

/// The built-in routes. Paths are compared as they were sent: `..` is no path step, `%68ealth` is
/// not `health`, a trailing slash is another path. HEAD is answered wherever GET is. What queries
/// say is ignored. Where a blob store's prefix collides with another route, that route is first.
class Routes {
 public:
  /// `blob_prefix`: the blob store's route prefix, a valid one; nothing without a blob store.
  explicit Routes(std::optional<std::string> blob_prefix) : blob_prefix_(std::move(blob_prefix)) {}

  [[nodiscard]] Route find(std::string_view method, std::string_view path) const;

 private:
  std::optional<std::string> blob_prefix_;
};

}  // namespace plugboard::http
