// The relay as a whole: turns a manifest into plugins, settings, threads and listeners, changes
// them on reload, and ends them. The composition root; the only place that knows every room.
//
// Functions are for one thread, the one that controls the relay.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "extension/extensions.hpp"
#include "manifest/diagnostic.hpp"
#include "manifest/manifest.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/shared.hpp"
#include "server/log.hpp"
#include "server/relay_services.hpp"
#include "server/socket_file.hpp"

namespace plugboard::server {

struct RelayOptions {
  std::vector<std::filesystem::path> plugin_path;  // searched before the manifest's plugins.path
  std::string version;
  extension::LinkedPlugins linked = {};
  bool listen = true;       // false: server.listen does not count, connections are only adopted
  bool own_threads = true;  // false: there is one loop, which somebody else turns; see loop()
};

using Problems = std::vector<manifest::Diagnostic>;

class Relay {
 public:
  /// `log` must outlive the relay.
  Relay(Log& log, RelayOptions options);
  /// Stops at once.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Loads the plugins, binds and serves. Empty if all went well; what is wrong with the manifest
  /// or its plugins otherwise, and then nothing has been started. Throws std::system_error if a
  /// listener cannot be bound.
  [[nodiscard]] Problems start(const manifest::Manifest& manifest);

  /// Where it listens, as ready lines name it. Once it has started.
  const std::vector<std::string>& addresses() const { return addresses_; }

  /// Changes everything to what another manifest says, or nothing at all and says why. What needs a
  /// restart is logged.
  [[nodiscard]] Problems reload(const manifest::Manifest& manifest);

  /// Serves a connection that somebody else accepted and has read `received` from, with TLS if
  /// there is a session. Closes it if the relay does not run. [any], from the return of start()
  /// until the call of stop()
  void adopt(int descriptor, std::string_view received, net::HeldSession session = {});
  /// The first loop, or none before the start and after the stop.
  net::Loop* loop() { return threads_.empty() ? nullptr : threads_.front().loop.get(); }

  /// Begins to stop: upgrades are refused, peers are sent away spread over the manifest's
  /// server.shutdown_grace.
  void drain();
  /// Sends away what is due by now. True once nobody is left or the time is over. To be called
  /// every few hundredths of a second after drain().
  [[nodiscard]] bool drained();
  /// Ends everything. Idempotent.
  void stop();

  std::size_t connections() const;
  /// Whether every I/O thread has turned since the previous call: for a watchdog that asks now and
  /// then. False while one hangs, in a plugin for instance.
  [[nodiscard]] bool alive();

 private:
  struct Thread {
    std::unique_ptr<net::Loop> loop;
    std::vector<std::unique_ptr<net::Listener>> listeners;
    std::thread thread;
  };

  std::variant<std::shared_ptr<const net::TlsContext>, Problems> load_tls(
      const manifest::Manifest& manifest) const;
  std::shared_ptr<const net::Settings> make_settings(
      const manifest::Manifest& manifest, std::shared_ptr<const extension::Chains> chains,
      std::shared_ptr<const net::TlsContext> tls);
  metering::TrafficSettings traffic_settings(const manifest::Manifest& manifest) const;
  void log_warnings(const manifest::Manifest& manifest);
  void send_away(int step);
  void wake_all();

  Log& log_;
  bool listen_;
  bool own_threads_;
  std::atomic<std::size_t> adopted_{0};
  std::string key_secret_;
  RelayServices services_;
  // The plugins go after everything that holds tickets, admissions and questions of theirs.
  extension::Extensions extensions_;
  std::unique_ptr<net::Shared> shared_;
  std::vector<Thread> threads_;
  // Loops that have not turned since alive() asked them to; theirs too, until they do.
  std::shared_ptr<std::atomic<std::size_t>> silent_loops_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::vector<std::string> addresses_;
  std::vector<std::unique_ptr<SocketFile>> socket_files_;
  std::vector<manifest::Listener> listening_;
  std::uint32_t threads_wanted_ = 0;
  std::chrono::steady_clock::time_point drain_began_;
  std::chrono::milliseconds drain_time_{0};
  std::size_t drain_connections_ = 0;  // when it began
  int drain_steps_done_ = 0;
  // How many more may be sent away by now; for the loops, which may outlast this.
  std::shared_ptr<std::atomic<std::int64_t>> may_leave_ =
      std::make_shared<std::atomic<std::int64_t>>(0);
  bool draining_ = false;
  bool stopped_ = false;
};

}  // namespace plugboard::server
