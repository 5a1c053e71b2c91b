// The manifest as plain values: what a relay is made of, read from one TOML file. The initial
// values below are the defaults. Everything is checked as far as the text alone allows; what needs
// the machine (libraries, certificates, ports, names to resolve) is left to later stages, for which
// places in the file are kept. Immutable once read; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/position.hpp"
#include "manifest/source_map.hpp"

namespace plugboard::manifest {

/// A string and where it stands. Equal when the strings are.
struct Name {
  std::string text;
  Position position;

  friend bool operator==(const Name& left, const Name& right) { return left.text == right.text; }
};

/// A path, made absolute against the manifest's folder, and where it stands.
struct Path {
  std::filesystem::path path;
  Position position;

  friend bool operator==(const Path& left, const Path& right) { return left.path == right.path; }
};

struct TcpEndpoint {
  std::string host;        ///< address or host name; IPv6 without brackets, perhaps with a %zone
  std::uint16_t port = 0;  ///< 0: the system picks a free one

  friend bool operator==(const TcpEndpoint&, const TcpEndpoint&) = default;
};

struct UnixEndpoint {
  std::filesystem::path path;  ///< absolute; fits into a socket address (at most 107 bytes)

  friend bool operator==(const UnixEndpoint&, const UnixEndpoint&) = default;
};

/// One entry of `server.listen`.
struct Listener {
  std::variant<TcpEndpoint, UnixEndpoint> endpoint;
  std::string text;  ///< with `${}` replaced, else as written
  Position position;

  friend bool operator==(const Listener& left, const Listener& right) {
    return left.endpoint == right.endpoint;
  }
};

/// A block of addresses. IPv4-mapped IPv6 is IPv4; bits beyond the prefix are zero.
struct Network {
  enum class Family { kIpv4, kIpv6 };

  Family family = Family::kIpv4;
  std::array<std::uint8_t, 16> bytes = {};  ///< network order; of IPv4 the first four
  std::uint8_t prefix_length = 0;           ///< 0 to 32, or 0 to 128

  friend bool operator==(const Network&, const Network&) = default;
};

/// `server.trusted_proxies`.
struct TrustedProxies {
  std::vector<Network> networks;
  bool unix_socket = false;  ///< "unix": peers on unix sockets are proxies

  friend bool operator==(const TrustedProxies&, const TrustedProxies&) = default;
};

struct CorsAny {
  friend bool operator==(const CorsAny&, const CorsAny&) = default;
};
struct CorsOff {
  friend bool operator==(const CorsOff&, const CorsOff&) = default;
};
struct CorsOrigin {
  std::string origin;  ///< as browsers spell it

  friend bool operator==(const CorsOrigin&, const CorsOrigin&) = default;
};
using Cors = std::variant<CorsAny, CorsOff, CorsOrigin>;

enum class OnInvalidKey { kCloseAfterConnect, kRejectUpgrade };
enum class SlowConsumer { kClose, kDrop };
enum class ForwardedHeader { kXForwardedFor, kForwarded };
enum class ReloadTrigger { kSignal, kWatch };
enum class StatsKeys { kPlain, kMasked, kOff };
enum class StatsAccess { kPublic, kLoopback, kToken };
enum class OnDuplicate { kReplace, kReject };
enum class Undeliverable { kSilent, kNotify };
enum class OnError { kRefuse, kSkip };
enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat { kText, kJson };

/// `[server.tls]`. Whether the files can be used is found out when they are loaded.
struct Tls {
  Path certificate;
  Path private_key;

  friend bool operator==(const Tls&, const Tls&) = default;
};

/// `[server]`.
struct Server {
  std::vector<Listener> listen = {{TcpEndpoint{"0.0.0.0", 8080}, "0.0.0.0:8080", {}}};
  std::uint32_t threads = 0;  ///< 0: one for each core
  Cors cors = CorsAny{};
  OnInvalidKey on_invalid_key = OnInvalidKey::kCloseAfterConnect;
  std::chrono::milliseconds heartbeat_interval = std::chrono::seconds(30);
  std::size_t max_message = 2 * 1024 * 1024;  ///< bytes
  std::uint32_t max_connections = 100'000;
  std::uint32_t max_watches = 1'000;           ///< of one peer
  std::size_t outbox_limit = 4 * 1024 * 1024;  ///< bytes; unset: at least twice `max_message`
  SlowConsumer slow_consumer = SlowConsumer::kClose;
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds(10);
  TrustedProxies trusted_proxies;
  ForwardedHeader forwarded_header = ForwardedHeader::kXForwardedFor;
  std::vector<std::string> origins;  ///< as browsers spell them; empty: any
  std::chrono::milliseconds shutdown_grace = std::chrono::seconds(10);
  bool compression = false;
  ReloadTrigger reload = ReloadTrigger::kSignal;
  std::optional<Tls> tls;

  friend bool operator==(const Server&, const Server&) = default;
};

/// `[stats]`.
struct Stats {
  std::chrono::milliseconds window = std::chrono::hours(1);
  std::uint32_t history = 24;  ///< windows kept, not counting the current one
  StatsKeys keys = StatsKeys::kMasked;
  std::optional<std::string> key_secret;  ///< secret; unset: drawn at start
  StatsAccess access = StatsAccess::kPublic;
  std::optional<std::string> token;  ///< secret; always there when `access` is token

  friend bool operator==(const Stats&, const Stats&) = default;
};

/// The rule that the ids of a channel without `id_pattern` and `id_parser` follow (RE2, whole id).
inline constexpr const char* kDefaultIdPattern = "[A-Za-z0-9_-]{8,64}";

/// One `[[channel]]`.
struct Channel {
  Name name;
  OnDuplicate on_duplicate = OnDuplicate::kReplace;
  Name id_pattern = {kDefaultIdPattern, {}};  ///< RE2, compiles; void where `id_parser` is set
  std::optional<Name> id_parser;              ///< a plugin of the manifest
  Undeliverable undeliverable = Undeliverable::kSilent;
  bool presence_list = false;
  std::chrono::milliseconds stale_evict = std::chrono::milliseconds(0);  ///< 0: off

  friend bool operator==(const Channel&, const Channel&) = default;
};

/// One `[[plugin]]`: an instance of a library under a name of its own.
struct PluginEntry {
  Name name;
  /// A file name without ending, to be found on the plugin path; or, if it holds a slash, a path,
  /// here still as written.
  Name library;
  std::optional<Path> library_path;  ///< where `library` is a path: that, absolute
  std::optional<Name> sha256;        ///< 64 lower-case hex digits
  std::chrono::milliseconds timeout = std::chrono::seconds(5);
  OnError on_error = OnError::kRefuse;
  nlohmann::json config = nlohmann::json::object();  ///< as written, `${}` replaced
  SourceMap config_sources;  ///< pointers into `config`; "" is the table itself
  Position position;         ///< of the [[plugin]] header
};

/// `key_store = "open"`: anyone may connect.
struct OpenAccess {
  Position position;

  friend bool operator==(const OpenAccess&, const OpenAccess&) { return true; }
};

/// `[chain]`: which plugins serve what, in the order asked. Every name is a plugin of the manifest.
struct Chain {
  /// Names: at least one. A chain that nobody filled is not open.
  std::variant<std::vector<Name>, OpenAccess> key_store;
  std::vector<Name> rate_limiter;
  std::vector<Name> hook;
  std::vector<Name> http;
  std::optional<Name> blob_store;
  bool recheck = false;

  friend bool operator==(const Chain&, const Chain&) = default;
};

/// `[log]`.
struct Log {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;

  friend bool operator==(const Log&, const Log&) = default;
};

struct Manifest {
  std::string file;              ///< as the user named it
  std::filesystem::path folder;  ///< absolute; what relative paths start from
  Server server;
  Stats stats;
  std::vector<Channel> channels;     ///< at least one, names all different
  std::vector<Path> plugin_path;     ///< `plugins.path`: folders, in the order searched
  std::vector<PluginEntry> plugins;  ///< names all different
  Chain chain;
  Log log;
  SourceMap sources;                 ///< of the whole file, pointers as "/server/listen/0"
  std::vector<Diagnostic> warnings;  ///< to be logged at the start

  /// The plugin of that name, or null.
  [[nodiscard]] const PluginEntry* plugin(std::string_view name) const;

  /// An error about the place `position` of this manifest, for later stages to fill in.
  [[nodiscard]] Diagnostic error(Position position, std::string what) const;
};

}  // namespace plugboard::manifest
