#include "plugin_check/watched_host.hpp"

#include <algorithm>
#include <utility>

#include "extension/bytes.hpp"
#include "plugin_check/handle.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check {
namespace {

constexpr std::uint64_t kMaxText = 64ull * 1024 * 1024;
constexpr std::uint32_t kLaterFlag = 0x80000000U;

}  // namespace

WatchedHost& WatchedHost::make(std::string instance_name, Options options) {
  return *new WatchedHost(std::move(instance_name), options);
}

WatchedHost::WatchedHost(std::string instance_name, Options options)
    : options_(options),
      instance_name_(std::move(instance_name)),
      memory_("create", {.guarded = true, .later = options.later}),
      errands_(*new Errands(options.workers)) {
  plugboard_host table = {};
  table.abi_minor = PLUGBOARD_ABI_MINOR + (options.later ? 1 : 0);
  table.context = this;
  table.relay_version = memory_.text(options.later ? "99.0.0" : "1.0.0");
  table.instance_name = memory_.text(instance_name_);
  fill(table);
  table_ = memory_.input(table);
}

bool WatchedHost::enter(const char* function) {
  const std::lock_guard lock(mutex_);
  if (!destroyed_) return true;
  reporter::finding("calls-after-destroy", function,
                    "is called after the instance was destroyed, when no thread of the plugin may "
                    "touch the host any more");
  return false;
}

plugboard_status WatchedHost::log(std::int32_t level, plugboard_bytes text) {
  if (!enter("log")) return PLUGBOARD_GONE;
  if (level < PLUGBOARD_LOG_TRACE || level > PLUGBOARD_LOG_ERROR) {
    reporter::finding("bad-argument", "log", "is given the level " + std::to_string(level));
  }
  if (!extension::readable(text, kMaxText)) {
    reporter::finding("bad-text", "log", "is given a text without data");
    return PLUGBOARD_INVALID;
  }
  const std::string_view line = extension::view(text);
  const std::lock_guard lock(mutex_);
  for (const std::string& secret : secrets_) {
    if (line.find(secret) == std::string_view::npos) continue;
    reporter::finding("logs-a-secret", "log", "is given a line that holds an access key whole");
  }
  return PLUGBOARD_OK;
}

plugboard_peer WatchedHost::add_peer(TestPeer peer) {
  const std::lock_guard lock(mutex_);
  const plugboard_peer handle = next_handle();
  peers_[handle] = std::move(peer);
  return handle;
}

void WatchedHost::change_peer(plugboard_peer handle, TestPeer peer) {
  const std::lock_guard lock(mutex_);
  peers_[handle] = std::move(peer);
}

void WatchedHost::remove_peer(plugboard_peer peer) {
  const std::lock_guard lock(mutex_);
  peers_.erase(peer);
  peer_data_.erase(peer);
}

std::uint64_t WatchedHost::peer_data(plugboard_peer peer) const {
  const std::lock_guard lock(mutex_);
  const auto found = peer_data_.find(peer);
  return found == peer_data_.end() ? 0 : found->second;
}

std::map<plugboard_peer, TestPeer> WatchedHost::peers() const {
  const std::lock_guard lock(mutex_);
  return peers_;
}

plugboard_peer_info WatchedHost::info(Borrowed& borrowed, plugboard_peer handle,
                                      const TestPeer& peer) const {
  constexpr std::int64_t kConnectedAtMs = 1'700'000'000'000;
  plugboard_peer_info info = {};
  info.flags = peer.flags | (options_.later ? kLaterFlag : 0);
  info.peer = handle;
  info.channel = borrowed.text(peer.channel);
  info.id = borrowed.text(peer.id);
  info.address = borrowed.text(peer.channel + ":" + peer.id);
  info.client_address = borrowed.text(peer.client_address);
  info.key_name = borrowed.text(peer.key_name);
  info.attributes = borrowed.text(peer.attributes);
  info.connected_at_ms = kConnectedAtMs;
  return info;
}

void WatchedHost::keep_secret(std::string text) {
  const std::lock_guard lock(mutex_);
  if (std::find(secrets_.begin(), secrets_.end(), text) == secrets_.end()) {
    secrets_.push_back(std::move(text));
  }
}

std::vector<Problem> WatchedHost::take_problems() {
  const std::lock_guard lock(mutex_);
  return std::exchange(problems_, {});
}

void WatchedHost::destroyed() {
  const std::lock_guard lock(mutex_);
  destroyed_ = true;
}

void WatchedHost::reset() {
  questions_.forget_all();
  const std::lock_guard lock(mutex_);
  destroyed_ = false;
  peers_.clear();
  peer_data_.clear();
  problems_ = {};
  secrets_ = {};
}

}  // namespace plugboard::plugin_check
