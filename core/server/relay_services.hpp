// What plugins may ask of the relay, carried out on its peers. Any thread.
#pragma once

#include "extension/host_services.hpp"
#include "net/shared.hpp"
#include "server/log.hpp"

namespace plugboard::server {

class RelayServices final : public extension::HostServices {
 public:
  /// Both must outlive this object. `shared` comes later, once there are threads to share it.
  explicit RelayServices(Log& log) : log_(log) {}
  void serve(net::Shared& shared) { shared_ = &shared; }

  std::uint64_t monotonic_ns() const override;
  std::int64_t unix_ms() const override;
  void log(std::int32_t level, std::string_view instance, std::string_view text) override;
  extension::PeerHandle find_peer(std::string_view address) override;
  void list_peers(std::string_view channel,
                  const std::function<bool(const plugboard_peer_info&)>& each) override;
  bool with_peer(extension::PeerHandle peer,
                 const std::function<void(const plugboard_peer_info&)>& with) override;
  bool peer_exists(extension::PeerHandle peer) override;
  plugboard_status send(extension::PeerHandle peer, std::string_view message,
                        std::uint32_t flags) override;
  plugboard_status send_error(extension::PeerHandle peer, std::string_view code,
                              std::string_view message) override;
  plugboard_status close(extension::PeerHandle peer, std::uint16_t code,
                         std::string_view reason) override;
  void revoke(extension::PeerHandle peer) override;
  std::string stats_json() override;

 private:
  plugboard_status send_frame(extension::PeerHandle peer, std::string_view frame);

  Log& log_;
  net::Shared* shared_ = nullptr;
};

}  // namespace plugboard::server
