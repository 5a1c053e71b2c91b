// Deadlines of connections. Each kind has one duration, so each kind is a list in the order of its
// deadlines: setting one is O(1) and a connection holds a list hook, not a timer. One loop's
// thread.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace plugboard::net {

enum class Deadline : std::uint8_t {
  request,     // a request's headers and body: server.handshake_timeout
  keep_alive,  // silence between requests, or an answer that is not read
  admission,   // from the 101 to registration: server.handshake_timeout
  heartbeat,   // the next ping: server.heartbeat_interval
  close,       // the other side's Close frame
  slow,        // the end of a slow consumer
  linger,      // reading on after the end, so that the other side can see why
  count,
};

class DeadlineHook : public boost::intrusive::list_base_hook<
                         boost::intrusive::link_mode<boost::intrusive::safe_link>> {
 protected:
  ~DeadlineHook() = default;

 private:
  friend class Deadlines;
  std::uint64_t set_at_us_ : 56 = 0;
  Deadline kind_ : 8 = Deadline::count;
};

class Deadlines {
 public:
  void set_duration(Deadline kind, std::chrono::nanoseconds duration) {
    list(kind).duration_ns = static_cast<std::uint64_t>(duration.count());
  }

  /// Sets the hook's one deadline to now plus the kind's duration.
  void set(DeadlineHook& hook, Deadline kind, std::uint64_t now_ns) {
    clear(hook);
    hook.kind_ = kind;
    hook.set_at_us_ = now_ns / 1000;
    list(kind).hooks.push_back(hook);
  }

  void clear(DeadlineHook& hook) {
    if (!hook.is_linked()) return;
    auto& hooks = list(hook.kind_).hooks;
    hooks.erase(hooks.iterator_to(hook));
  }

  static Deadline kind(const DeadlineHook& hook) { return hook.kind_; }

  /// Takes out one hook whose time has come, or null.
  DeadlineHook* take_due(std::uint64_t now_ns) {
    for (auto& each : lists_) {
      if (each.hooks.empty()) continue;
      DeadlineHook& first = each.hooks.front();
      if (first.set_at_us_ * 1000 + each.duration_ns > now_ns) continue;
      each.hooks.pop_front();
      return &first;
    }
    return nullptr;
  }

  /// When the next one is due on the same clock; UINT64_MAX if none is set.
  std::uint64_t next_ns() const {
    std::uint64_t next = UINT64_MAX;
    for (const auto& each : lists_) {
      if (each.hooks.empty()) continue;
      next = std::min(next, each.hooks.front().set_at_us_ * 1000 + each.duration_ns);
    }
    return next;
  }

 private:
  struct List {
    boost::intrusive::list<DeadlineHook, boost::intrusive::constant_time_size<false>> hooks;
    std::uint64_t duration_ns = 0;
  };

  List& list(Deadline kind) { return lists_[static_cast<std::size_t>(kind)]; }

  std::array<List, static_cast<std::size_t>(Deadline::count)> lists_;
};

}  // namespace plugboard::net
