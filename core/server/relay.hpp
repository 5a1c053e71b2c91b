// The relay as a whole: turns a manifest into plugins, settings, threads and listeners, changes
// them on reload, and ends them. The composition root; the only place that knows every room.
//
// Functions are for one thread, the one that controls the relay.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
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

namespace plugboard::server {

struct RelayOptions {
  std::vector<std::filesystem::path> plugin_path;  // searched before the manifest's plugins.path
  std::string version;
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

  /// Begins to stop: upgrades are refused, peers are sent away spread over the manifest's
  /// server.shutdown_grace.
  void drain();
  /// Sends away what is due by now. True once nobody is left or the time is over. To be called
  /// every few hundredths of a second after drain().
  [[nodiscard]] bool drained();
  /// Ends everything. Idempotent.
  void stop();

  std::size_t connections() const;

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
  void send_away(double share);
  void wake_all();

  Log& log_;
  std::string key_secret_;
  RelayServices services_;
  // The plugins go after everything that holds tickets, admissions and questions of theirs.
  extension::Extensions extensions_;
  std::unique_ptr<net::Shared> shared_;
  std::vector<Thread> threads_;
  std::vector<std::string> addresses_;
  std::vector<manifest::Listener> listening_;
  std::uint32_t threads_wanted_ = 0;
  std::chrono::steady_clock::time_point drain_began_;
  std::chrono::milliseconds drain_time_{0};
  int drain_steps_done_ = 0;
  bool draining_ = false;
  bool stopped_ = false;
};

}  // namespace plugboard::server
