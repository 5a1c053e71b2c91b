// One I/O thread: an epoll set with the connections that belong to it, their deadlines, and an
// inbox for work from other threads. A turn waits for events, handles them, and then sends
// everything that the handling gave to outboxes, so that many messages leave in one system call.
//
// Functions are for the loop's own thread unless marked [any].
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "http/response.hpp"
#include "message/router.hpp"
#include "net/deadlines.hpp"
#include "net/descriptor.hpp"
#include "net/event_source.hpp"
#include "net/recheck.hpp"
#include "net/settings.hpp"
#include "net/shared.hpp"
#include "peer/peer.hpp"

namespace plugboard::net {

class Connection;
class Listener;

class Loop {
 public:
  /// Throws std::system_error if the system refuses the descriptors it needs.
  Loop(Shared& shared, std::uint16_t number);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Turns until stop().
  void run();
  /// Ends all connections at once, before the loop itself. After run() has returned.
  void drop_connections();
  /// One turn: waits up to `timeout_ms` (-1: for ever) for something to do and does it.
  void turn(int timeout_ms);
  /// Whether there is more to do at once, though the descriptor does not say so. Between turns.
  bool has_more() const { return !again_.empty() || dispatch_.has_patient(); }
  /// [any]
  void stop();
  /// Readable whenever a turn has something to do: for embedding in another event loop. A deadline
  /// that is due makes it readable too.
  int descriptor() const { return epoll_.get(); }

  /// Runs `work` on the loop's thread, soon, and never within this call. [any]
  void post(std::function<void()> work);
  /// Whether the caller is on this loop's thread, within a turn. [any]
  bool is_current() const { return current() == this; }
  static Loop*& current();

  // Descriptors.
  void watch(int descriptor, EventSource& source, std::uint32_t events);
  void watch(int descriptor, Connection& connection, std::uint32_t events);
  void unwatch(int descriptor);

  // Connections.
  void add(Connection& connection);
  /// Lets go of the connection at the end of the turn.
  void remove(Connection& connection);
  /// Reads from the connection again in the next turn: it has used up its share of this one.
  void read_again(Connection& connection);
  /// The connection's end has begun; its part on this thread is done at the end of the turn.
  void finishing(Connection& connection);
  /// Calls `each` for every connection of the loop.
  void for_each(const std::function<void(Connection&)>& each);

  Deadlines& deadlines() { return deadlines_; }
  /// Has the listener resume in a moment.
  void pause_listener(Listener& listener);
  void forget_listener(const Listener& listener);
  /// Ends the connection as revoked at this Unix time, unless it has gone before.
  void end_at(std::int64_t unix_ms, peer::Handle handle);

  /// The time at the beginning of the turn, on the monotonic clock.
  std::uint64_t now_ns() const { return now_ns_; }
  /// The same in hundredths of a second, starting again after 497 days.
  std::uint32_t now_cs() const { return static_cast<std::uint32_t>(now_ns_ / 10'000'000U); }

  /// Memory to receive into, with room for a frame header before it.
  std::span<char> buffer() { return {buffer_.get() + kHeadroom, kBufferSize}; }

  Shared& shared() { return shared_; }
  const Settings& settings() const { return *settings_; }
  const std::shared_ptr<const Settings>& shared_settings() const { return settings_; }
  peer::Dispatch& dispatch() { return dispatch_; }
  message::Router& router() { return router_; }
  metering::RelayTotals::Shard& totals() { return totals_; }
  /// The Date header's value now.
  std::string_view http_date() { return http_date_.at(std::chrono::system_clock::now()); }
  message::Turn message_turn() {
    return {*settings_->chains, settings_->rules, dispatch_, now_ns_};
  }

 private:
  static constexpr std::size_t kHeadroom = 64;
  static constexpr std::size_t kBufferSize = 256 * 1024;
  static constexpr int kEventsPerWait = 128;

  class Wake;

  void watch(int descriptor, std::uint64_t source, std::uint32_t events);
  /// Does `work`. Should it throw, as it does where memory has run out, `whose` connection (null:
  /// nobody's) is dropped, and all others go on.
  template <class Work>
  void contain(Connection* whose, Work&& work);
  void failed(Connection* whose, const char* what) noexcept;
  void take_settings();
  void run_inbox();
  void run_deadlines();
  void run_expiries();
  void resume_listeners();
  void finish_turn();
  void send_turn();
  void note_crowd();
  void give_memory_back();
  int timeout(int wanted_ms) const;
  void arm_timer();

  Shared& shared_;
  std::uint16_t number_;
  Descriptor epoll_;
  Descriptor wake_descriptor_;
  Descriptor timer_descriptor_;
  std::unique_ptr<Wake> wake_;
  std::unique_ptr<Wake> timer_;
  std::atomic<bool> stopping_{false};

  std::mutex inbox_lock_;
  std::vector<std::function<void()>> inbox_;  // inbox_lock_
  bool inbox_signalled_ = false;              // inbox_lock_

  std::uint64_t now_ns_ = 0;
  std::uint64_t timer_armed_ns_ = UINT64_MAX;
  Deadlines deadlines_;
  std::multimap<std::int64_t, peer::Handle> expiries_;
  Recheck recheck_{*this};
  std::vector<Listener*> paused_listeners_;
  std::uint64_t listeners_resume_ns_ = UINT64_MAX;
  std::vector<Connection*> connections_;  // each holds a reference
  std::size_t most_connections_ = 0;      // at once, since memory was given back
  std::uint64_t give_back_ns_ = UINT64_MAX;
  std::vector<boost::intrusive_ptr<Connection>> again_;
  std::vector<boost::intrusive_ptr<Connection>> finishing_;
  std::vector<boost::intrusive_ptr<Connection>> removed_;
  std::unique_ptr<char[]> buffer_;

  std::uint64_t settings_version_ = 0;
  std::shared_ptr<const Settings> settings_;
  metering::RelayTotals::Shard& totals_;
  peer::Dispatch dispatch_;
  message::Router router_;
  http::HttpDate http_date_;
  std::uint64_t complained_ns_ = 0;  // when the log last said that something failed
};

}  // namespace plugboard::net
