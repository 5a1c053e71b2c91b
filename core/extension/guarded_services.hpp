// The relay's services as the room itself uses them: gone once the room has been shut down, however
// long a plugin that hangs goes on. Any thread.
#pragma once

#include "extension/gate.hpp"
#include "extension/host_services.hpp"

namespace plugboard::extension {

/// Passes calls on until it is shut; after that there are no peers, nothing is logged, and the
/// clocks are the system's.
class GuardedServices final : public HostServices {
 public:
  explicit GuardedServices(HostServices& services) : services_(services) {}

  /// False if calls are still inside at the deadline.
  bool shut(std::chrono::steady_clock::time_point deadline) { return gate_.shut(deadline); }

  [[nodiscard]] std::uint64_t monotonic_ns() const override;
  [[nodiscard]] std::int64_t unix_ms() const override;
  void log(std::int32_t level, std::string_view instance, std::string_view text) override;
  [[nodiscard]] PeerHandle find_peer(std::string_view address) override;
  void list_peers(std::string_view channel,
                  const std::function<bool(const plugboard_peer_info&)>& each) override;
  bool with_peer(PeerHandle peer,
                 const std::function<void(const plugboard_peer_info&)>& with) override;
  [[nodiscard]] bool peer_exists(PeerHandle peer) override;
  plugboard_status send(PeerHandle peer, std::string_view message, std::uint32_t flags) override;
  plugboard_status send_error(PeerHandle peer, std::string_view code,
                              std::string_view message) override;
  plugboard_status close(PeerHandle peer, std::uint16_t code, std::string_view reason) override;
  void revoke(PeerHandle peer) override;
  [[nodiscard]] std::string stats_json() override;

 private:
  mutable Gate gate_;
  HostServices& services_;
};

/// Services without peers, for plugins that are only being checked.
class PeerlessServices final : public HostServices {
 public:
  explicit PeerlessServices(HostServices& services) : services_(services) {}

  [[nodiscard]] std::uint64_t monotonic_ns() const override { return services_.monotonic_ns(); }
  [[nodiscard]] std::int64_t unix_ms() const override { return services_.unix_ms(); }
  void log(std::int32_t level, std::string_view instance, std::string_view text) override {
    services_.log(level, instance, text);
  }
  [[nodiscard]] PeerHandle find_peer(std::string_view) override { return 0; }
  void list_peers(std::string_view,
                  const std::function<bool(const plugboard_peer_info&)>&) override {}
  bool with_peer(PeerHandle, const std::function<void(const plugboard_peer_info&)>&) override {
    return false;
  }
  [[nodiscard]] bool peer_exists(PeerHandle) override { return false; }
  plugboard_status send(PeerHandle, std::string_view, std::uint32_t) override {
    return PLUGBOARD_GONE;
  }
  plugboard_status send_error(PeerHandle, std::string_view, std::string_view) override {
    return PLUGBOARD_GONE;
  }
  plugboard_status close(PeerHandle, std::uint16_t, std::string_view) override {
    return PLUGBOARD_GONE;
  }
  void revoke(PeerHandle) override {}
  [[nodiscard]] std::string stats_json() override { return "{}"; }

 private:
  HostServices& services_;
};

}  // namespace plugboard::extension
