// The `plugboard_host` that one plugin instance is given. Its functions may be called from any
// thread and at any time, by a broken plugin also after its end; so it lives for ever, and lets
// nobody through once it is shut.
#pragma once

#include <plugboard/host.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extension/gate.hpp"
#include "extension/host_services.hpp"
#include "extension/routing.hpp"

namespace plugboard::extension {

class Instance;

/// What a plugin says through host->problem.
struct PluginProblem {
  std::string pointer;  // JSON pointer into its config
  std::string sentence;
};

class HostTable {
 public:
  /// Never freed.
  [[nodiscard]] static HostTable& make(Instance& instance, HostServices& services,
                                       std::string_view relay_version);

  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  [[nodiscard]] const plugboard_host* table() const { return &table_; }

  /// From now on the plugin's problems are gathered, not logged. [control]
  void gather_problems();
  /// What was gathered; problems are logged again.
  [[nodiscard]] std::vector<PluginProblem> take_problems();

  /// Nothing gets through any more. False if calls of the plugin are still inside at the deadline.
  bool shut(std::chrono::steady_clock::time_point deadline) { return gate_.shut(deadline); }

 private:
  friend class HostPass;

  HostTable(Instance& instance, HostServices& services, std::string_view relay_version);
  ~HostTable() = default;

  Gate gate_;
  Instance& instance_;      // only inside the gate
  HostServices& services_;  // likewise
  const std::string relay_version_;
  const std::string instance_name_;
  plugboard_host table_;
  std::mutex mutex_;
  std::optional<std::vector<PluginProblem>> problems_;
};

/// The message that this thread's plugin call is about, so that routing functions work within
/// routed_message and nowhere else.
class RoutingScope {
 public:
  explicit RoutingScope(Routing* routing) : before_(current_) { current_ = routing; }
  RoutingScope(const RoutingScope&) = delete;
  RoutingScope& operator=(const RoutingScope&) = delete;
  ~RoutingScope() { current_ = before_; }

  /// The ABI's handle for a routing.
  [[nodiscard]] static plugboard_routing* handle(Routing* routing) {
    return reinterpret_cast<plugboard_routing*>(routing);
  }
  /// The routing behind the handle, if it is the one that this thread's call is about.
  [[nodiscard]] static Routing* find(plugboard_routing* handle) {
    return current_ != nullptr && RoutingScope::handle(current_) == handle ? current_ : nullptr;
  }

 private:
  static thread_local Routing* current_;

  Routing* before_;
};

}  // namespace plugboard::extension
