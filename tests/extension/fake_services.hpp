// The relay as these tests give it to the room: a clock that is moved by hand, peers that exist by
// being named, and everything that was asked for written down.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "extension/host_services.hpp"

namespace plugboard::extension::test {

class FakeServices final : public HostServices {
 public:
  struct Line {
    std::int32_t level;
    std::string instance;
    std::string text;
  };
  struct Sent {
    PeerHandle peer;
    std::string message;
    std::uint32_t flags;
  };

  void advance(std::uint64_t ns) { now_ns_.fetch_add(ns); }
  void set_unix_ms(std::int64_t ms) { unix_ms_.store(ms); }

  void add_peer(PeerHandle peer, std::string address = {}) {
    const std::lock_guard lock(mutex_);
    peers_[peer] = std::move(address);
  }
  void remove_peer(PeerHandle peer) {
    const std::lock_guard lock(mutex_);
    peers_.erase(peer);
  }

  [[nodiscard]] std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  [[nodiscard]] bool logged(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const Line& line) { return line.text.find(part) != std::string::npos; });
  }
  [[nodiscard]] std::size_t times_logged(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(lines_.begin(), lines_.end(), [&](const Line& l) {
      return l.text.find(part) != std::string::npos;
    }));
  }
  [[nodiscard]] std::vector<PeerHandle> revoked() const {
    const std::lock_guard lock(mutex_);
    return revoked_;
  }
  [[nodiscard]] std::vector<Sent> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  [[nodiscard]] std::vector<std::string> closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  // HostServices
  [[nodiscard]] std::uint64_t monotonic_ns() const override { return now_ns_.load(); }
  [[nodiscard]] std::int64_t unix_ms() const override { return unix_ms_.load(); }
  void log(std::int32_t level, std::string_view instance, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back({level, std::string(instance), std::string(text)});
  }
  [[nodiscard]] PeerHandle find_peer(std::string_view address) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [peer, of] : peers_) {
      if (of == address) return peer;
    }
    return 0;
  }
  void list_peers(std::string_view channel,
                  const std::function<bool(const plugboard_peer_info&)>& each) override {
    std::map<PeerHandle, std::string> peers;
    {
      const std::lock_guard lock(mutex_);
      peers = peers_;
    }
    for (const auto& [peer, address] : peers) {
      if (!channel.empty() && address.compare(0, channel.size(), channel) != 0) continue;
      plugboard_peer_info info = {};
      info.size = sizeof info;
      info.peer = peer;
      info.address = {address.data(), address.size()};
      if (!each(info)) return;
    }
  }
  bool with_peer(PeerHandle peer,
                 const std::function<void(const plugboard_peer_info&)>& with) override {
    if (!peer_exists(peer)) return false;
    plugboard_peer_info info = {};
    info.size = sizeof info;
    info.peer = peer;
    with(info);
    return true;
  }
  [[nodiscard]] bool peer_exists(PeerHandle peer) override {
    const std::lock_guard lock(mutex_);
    return peers_.count(peer) != 0;
  }
  plugboard_status send(PeerHandle peer, std::string_view message, std::uint32_t flags) override {
    if (!peer_exists(peer)) return PLUGBOARD_GONE;
    const std::lock_guard lock(mutex_);
    sent_.push_back({peer, std::string(message), flags});
    return PLUGBOARD_OK;
  }
  plugboard_status send_error(PeerHandle peer, std::string_view code,
                              std::string_view message) override {
    return send(peer, std::string(code) + ": " + std::string(message), 0);
  }
  plugboard_status close(PeerHandle peer, std::uint16_t code, std::string_view reason) override {
    if (!peer_exists(peer)) return PLUGBOARD_GONE;
    const std::lock_guard lock(mutex_);
    closed_.push_back(std::to_string(peer) + " " + std::to_string(code) + " " +
                      std::string(reason));
    return PLUGBOARD_OK;
  }
  void revoke(PeerHandle peer) override {
    const std::lock_guard lock(mutex_);
    revoked_.push_back(peer);
  }
  [[nodiscard]] std::string stats_json() override { return R"({"totalConnections":3})"; }

 private:
  std::atomic<std::uint64_t> now_ns_ = 1'000'000'000'000;
  std::atomic<std::int64_t> unix_ms_ = 1'700'000'000'000;
  mutable std::mutex mutex_;
  std::map<PeerHandle, std::string> peers_;
  std::vector<Line> lines_;
  std::vector<Sent> sent_;
  std::vector<std::string> closed_;
  std::vector<PeerHandle> revoked_;
};

}  // namespace plugboard::extension::test
