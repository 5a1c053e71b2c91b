// The relay as a part of another program: a Server with the manifest's every key, plugins from
// shared objects beside plugins that are part of the program, listeners of its own or connections
// handed over by somebody else's, threads of its own or the caller's event loop. docs/embedding.md
// is the guide; asio.hpp and beast.hpp, beside this header, fit it to Boost.Asio and Boost.Beast.
//
// Functions are for one thread at a time, the one that controls the server, unless marked [any].
#ifndef PLUGBOARD_SERVER_HPP
#define PLUGBOARD_SERVER_HPP

#include <plugboard/plugin.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;  // OpenSSL's SSL

namespace plugboard {

/// A plugin that is part of the program: made from a class by linked_plugin() of linked_plugin.hpp,
/// or from the entry function of one that was written in C.
struct LinkedPlugin {
  LinkedPlugin(plugboard_plugin_v1_function its_entry,  // NOLINT: that is what a plugin is
               std::shared_ptr<const void> its_parts = {})
      : entry(its_entry), parts(std::move(its_parts)) {}

  plugboard_plugin_v1_function entry;
  std::shared_ptr<const void> parts;  ///< for linked_plugin.hpp
};

/// A line of the relay's log. Valid during the call that brings it.
struct LogLine {
  std::chrono::system_clock::time_point time;
  int level;                ///< PLUGBOARD_LOG_TRACE to PLUGBOARD_LOG_ERROR
  std::string_view plugin;  ///< the instance that says it, by its name; empty: the relay itself
  std::string_view text;    ///< UTF-8, one line
};

struct ServerOptions {
  /// Plugins that are part of the program, by what `library` in the manifest calls them. What the
  /// manifest does not name does not run.
  std::map<std::string, LinkedPlugin, std::less<>> plugins = {};
  /// Folders that are searched for shared objects before those of the manifest's plugins.path.
  std::vector<std::filesystem::path> plugin_path = {};
  /// False: server.listen does not count (though it must be there), and connections come by
  /// adopt().
  bool listen = true;
  /// False: server.threads does not count, and everything happens in turn(), which the caller calls
  /// whenever descriptor() is readable. Plugins that block have threads of their own all the same.
  bool own_threads = true;
  /// Gets the log in place of stderr: the lines of the manifest's log.level and above. Called on a
  /// thread of the log's own, one line after the other, and for the last time while the server is
  /// destroyed; lines wait for it in a queue of 1,024, from which the oldest are lost. It may take
  /// its time, but may not call the server. What it throws is lost.
  std::function<void(const LogLine&)> log = {};
};

/// What is wrong with a manifest, its plugins or its listeners, a line for each; empty: nothing.
using ServerProblems = std::vector<std::string>;

class Server {
 public:
  explicit Server(ServerOptions options = {});
  /// Stops at once. drain() before is the polite way.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Loads the plugins, binds the listeners and serves, as the manifest says. After problems
  /// nothing has been started, and it may be tried again. Once.
  [[nodiscard]] ServerProblems start(const std::filesystem::path& manifest);
  /// The same with values in the shape of a manifest, such as {{"channel", {{{"name", "demo"}}}},
  /// {"chain", {{"key_store", "open"}}}}. Relative paths start from `folder`.
  [[nodiscard]] ServerProblems start(const nlohmann::json& values,
                                     const std::filesystem::path& folder = ".");

  /// Changes everything that a reload can change, or nothing and says why. Connections stay.
  [[nodiscard]] ServerProblems reload(const std::filesystem::path& manifest);
  [[nodiscard]] ServerProblems reload(const nlohmann::json& values,
                                      const std::filesystem::path& folder = ".");

  /// Where it listens: "127.0.0.1:8080", with the port that a 0 stood for.
  [[nodiscard]] const std::vector<std::string>& addresses() const;

  /// Takes over a connected socket, whatever becomes of it, and serves it as one of its own: an
  /// upgrade or any other request. `received`: what has been read from it already, from the first
  /// byte of the request on; of this request nothing may have been answered. No TLS: the bytes are
  /// what the client said. [any], while the server runs
  void adopt(int descriptor, std::string_view received);
  /// The same for a connection with TLS. `session`: OpenSSL's SSL of this connection, as a server,
  /// after its handshake; the caller's reference to it becomes the relay's, and nobody else may use
  /// it any more. Bytes that its BIO has read and the session has not are lost: beast_ssl.hpp knows
  /// how to find them. `received` is what was read from the session. [any], while the server runs
  void adopt(int descriptor, ssl_st* session, std::string_view received);

  /// With own_threads = false: readable whenever turn() has something to do. -1 before the start,
  /// after the stop, and with own threads.
  [[nodiscard]] int descriptor() const;
  /// Does what there is to do, without waiting. True if there is more at once. One thread at a
  /// time, and not within itself. Nothing where descriptor() is -1.
  bool turn();

  /// Begins to stop: upgrades are refused, peers are sent away over server.shutdown_grace.
  void drain();
  /// Sends away what is due by now; true once nobody is left or the time is over. To be called
  /// every few hundredths of a second after drain().
  [[nodiscard]] bool drained();
  /// Ends everything, and returns when it has ended. Idempotent.
  void stop();

  /// Connections that are open now, of any kind. [any]
  [[nodiscard]] std::size_t connections() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace plugboard

#endif
