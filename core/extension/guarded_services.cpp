#include "extension/guarded_services.hpp"

#include <chrono>

namespace plugboard::extension {
namespace {

/// One call's way through the gate.
class Pass {
 public:
  explicit Pass(Gate& gate) : gate_(gate), entered_(gate.enter()) {}
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  ~Pass() {
    if (entered_) gate_.leave();
  }

  explicit operator bool() const { return entered_; }

 private:
  Gate& gate_;
  const bool entered_;
};

template <class Duration, class Clock>
auto since_epoch(typename Clock::time_point now) {
  return std::chrono::duration_cast<Duration>(now.time_since_epoch()).count();
}

}  // namespace

std::uint64_t GuardedServices::monotonic_ns() const {
  using Clock = std::chrono::steady_clock;
  const Pass pass(gate_);
  if (pass) return services_.monotonic_ns();
  return static_cast<std::uint64_t>(since_epoch<std::chrono::nanoseconds, Clock>(Clock::now()));
}

std::int64_t GuardedServices::unix_ms() const {
  using Clock = std::chrono::system_clock;
  const Pass pass(gate_);
  if (pass) return services_.unix_ms();
  return since_epoch<std::chrono::milliseconds, Clock>(Clock::now());
}

void GuardedServices::log(std::int32_t level, std::string_view instance, std::string_view text) {
  const Pass pass(gate_);
  if (pass) services_.log(level, instance, text);
}

PeerHandle GuardedServices::find_peer(std::string_view address) {
  const Pass pass(gate_);
  return pass ? services_.find_peer(address) : 0;
}

void GuardedServices::list_peers(std::string_view channel,
                                 const std::function<bool(const plugboard_peer_info&)>& each) {
  const Pass pass(gate_);
  if (pass) services_.list_peers(channel, each);
}

bool GuardedServices::with_peer(PeerHandle peer,
                                const std::function<void(const plugboard_peer_info&)>& with) {
  const Pass pass(gate_);
  return pass && services_.with_peer(peer, with);
}

bool GuardedServices::peer_exists(PeerHandle peer) {
  const Pass pass(gate_);
  return pass && services_.peer_exists(peer);
}

plugboard_status GuardedServices::send(PeerHandle peer, std::string_view message,
                                       std::uint32_t flags) {
  const Pass pass(gate_);
  return pass ? services_.send(peer, message, flags) : PLUGBOARD_GONE;
}

plugboard_status GuardedServices::send_error(PeerHandle peer, std::string_view code,
                                             std::string_view message) {
  const Pass pass(gate_);
  return pass ? services_.send_error(peer, code, message) : PLUGBOARD_GONE;
}

plugboard_status GuardedServices::close(PeerHandle peer, std::uint16_t code,
                                        std::string_view reason) {
  const Pass pass(gate_);
  return pass ? services_.close(peer, code, reason) : PLUGBOARD_GONE;
}

void GuardedServices::revoke(PeerHandle peer) {
  const Pass pass(gate_);
  if (pass) services_.revoke(peer);
}

std::string GuardedServices::stats_json() {
  const Pass pass(gate_);
  return pass ? services_.stats_json() : "{}";
}

}  // namespace plugboard::extension
