// The channels that the manifest names, by name, across reloads. Channels stay in memory for the
// life of the process, since peers and watches refer to them; a name that comes back finds its old
// one. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "peer/channel.hpp"

namespace plugboard::peer {

class ChannelDirectory {
 public:
  /// The channel of this name, made if it is new; in use from now on.
  Channel& use(std::string_view name) {
    const std::lock_guard guard(lock_);
    auto found = channels_.find(name);
    if (found == channels_.end()) {
      const auto number = static_cast<std::uint32_t>(channels_.size());
      found = channels_
                  .emplace(std::string(name),
                           Entry{std::make_unique<Channel>(std::string(name), number), true})
                  .first;
    }
    found->second.in_use = true;
    return *found->second.channel;
  }

  /// The manifest no longer names it.
  void retire(const Channel& channel) {
    const std::lock_guard guard(lock_);
    const auto found = channels_.find(channel.name());
    if (found != channels_.end()) found->second.in_use = false;
  }

  /// The channel of this name if the manifest names it, or null.
  Channel* find(std::string_view name) const {
    const std::lock_guard guard(lock_);
    const auto found = channels_.find(name);
    return found != channels_.end() && found->second.in_use ? found->second.channel.get() : nullptr;
  }

  /// Calls `each` for every channel in use, in the order of their names.
  void for_each(const std::function<void(Channel&)>& each) const {
    const std::lock_guard guard(lock_);
    for (const auto& [name, entry] : channels_) {
      if (entry.in_use) each(*entry.channel);
    }
  }

 private:
  struct Entry {
    std::unique_ptr<Channel> channel;
    bool in_use;
  };

  mutable std::mutex lock_;
  std::map<std::string, Entry, std::less<>> channels_;
};

}  // namespace plugboard::peer
