// A connection as the rest of the relay sees it: a name, an outbox that any thread may append to,
// and an end. The net room derives the real connection from it.
//
// Locking order, outermost first: registry stripe, Subscriber, Peer. Nothing is taken while a
// peer's lock is held.
#pragma once

#include <array>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "peer/channel.hpp"
#include "peer/dispatch.hpp"
#include "peer/ending.hpp"
#include "peer/outbox.hpp"
#include "peer/small_lock.hpp"

namespace plugboard::peer {

class Subscriber;

/// A peer's number for plugins; carries a generation. 0 is nobody.
using Handle = std::uint64_t;

enum class Delivery : std::uint8_t {
  queued,
  full,  // something waits and it would pass the outbox limit; nothing was queued
  gone,  // the peer is not open
};

/// What a peer has done and been given. Comes into being with its first message, so that a
/// connection that says nothing does not pay for it.
struct Activity {
  std::uint64_t messages_out = 0;  // the peer's lock
  std::uint64_t bytes_out = 0;     // the peer's lock; payload bytes
  std::uint64_t unmetered = 0;     // the peer's lock; payload bytes queued since the last flush
  // Written by the connection's own thread.
  std::atomic<std::uint64_t> messages_in{0};
  std::atomic<std::uint64_t> bytes_in{0};  // payload bytes
  // For the connection's own thread.
  std::uint64_t unmetered_in = 0;  // payload bytes not counted on the meter yet
  PeerRef last_receiver;           // see message::Participant
};

class Peer {
 public:
  virtual ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Name: constant once the peer is registered. Set again before, it replaces the first.
  void set_name(Channel& channel, std::string_view id);
  std::string_view address() const { return {address_text(), address_size_}; }
  std::string_view id() const {
    return address().substr(channel_ ? channel_->name().size() + 1 : 0);
  }
  Channel* channel() const { return channel_; }

  Handle handle() const { return handle_; }
  void set_handle(Handle handle) { handle_ = handle; }

  /// Reachable by its address. False again as soon as it was replaced or its end has begun.
  bool registered() const { return registered_.load(std::memory_order_acquire); }
  void set_registered(bool on) { registered_.store(on, std::memory_order_release); }

  /// From now on messages may be sent to it (its 101 has been queued and its admission is over).
  /// False if its end has begun.
  bool open();

  /// Queues a whole frame, which is copied unless it can be sent at once. `data_bytes`: payload
  /// bytes if it is a peer's message, for the traffic meter; 0 for the relay's own. Any thread.
  /// `lasts`: the frame stays where it lies until `dispatch` is settled.
  Delivery send(std::string_view frame, std::uint64_t data_bytes, Dispatch& dispatch,
                bool lasts = false, Urgency urgency = Urgency::this_turn);

  /// Begins the end: no message is accepted from now on, the error and Close frames go out behind
  /// what waits, and the connection's own thread does the rest. Only the first order counts.
  /// Returns whether this was the first. A connection that has not been answered its upgrade yet
  /// is only marked; its own thread answers it. Any thread.
  bool finish(const CloseOrder& order, Dispatch& dispatch);

  /// Begins the end without a word: the other side has gone. Returns whether this was the first.
  /// Any thread.
  bool lose(EndReason reason);

  /// Sends what waits, as far as the socket takes it. Any thread.
  void flush();
  /// The same for what could wait until now. Any thread.
  void flush_patient();

  /// Bytes waiting. Any thread; old as soon as it returns.
  std::size_t waiting_bytes();

  // Presence. The subscriber belongs to the address and moves on with it.
  boost::intrusive_ptr<Subscriber> subscriber();
  boost::intrusive_ptr<Subscriber> subscriber_or_new();
  boost::intrusive_ptr<Subscriber> take_subscriber();
  void give_subscriber(boost::intrusive_ptr<Subscriber> subscriber);
  /// Presence waits for room in the outbox: the next flush that finds room continues it. Any
  /// thread.
  void wait_for_room(Dispatch& dispatch);

  /// How long nothing has been heard of the peer, in hundredths of a second. `now_cs`: the relay's
  /// monotonic clock, which starts again after 497 days.
  std::uint32_t silent_for_cs(std::uint32_t now_cs) const {
    const std::uint32_t silent_cs = now_cs - last_heard_cs_.load(std::memory_order_relaxed);
    // Another thread's clock may be a little ahead.
    return silent_cs < kAheadCs ? silent_cs : 0;
  }
  void heard(std::uint32_t now_cs) { last_heard_cs_.store(now_cs, std::memory_order_relaxed); }

 protected:
  Peer() = default;

  enum class Stage : std::uint8_t { opening, open, finishing, dead };

  // For the connection's own thread and its subclasses; those ending in _locked with lock_ held.

  /// Writes from the outbox to the socket until it is empty or the socket is full.
  virtual void write_locked() = 0;
  /// Writes large frames past the empty outbox; returns the bytes written. 0 is always right.
  virtual std::size_t write_past_outbox_locked(std::span<const std::string_view> frames) = 0;
  /// The data frame as this peer is to get it, valid until the thread's next call. Any thread,
  /// without lock_.
  virtual std::string_view encoded(std::string_view frame, std::size_t payload_size) {
    static_cast<void>(payload_size);
    return frame;
  }
  /// Bytes at the outbox's front that a lower layer has been promised (TLS retries).
  virtual std::size_t committed_bytes_locked() const { return 0; }
  /// The stage has become `finishing`; tells the owner. Any thread, without lock_.
  virtual void on_finish() = 0;
  /// So many payload bytes of peers' messages have been given to it since the last flush. Any
  /// thread.
  virtual void on_relayed_locked(std::uint64_t bytes) = 0;
  /// Continues presence after a flush made room. Any thread, without lock_.
  virtual void continue_presence() = 0;

  /// At the end of the socket: nothing is queued or sent any more.
  void die_locked();

  /// Null: no message has come or gone yet. Any thread.
  Activity* activity() const { return activity_.load(std::memory_order_acquire); }
  Activity& activity_locked();
  /// For the connection's own thread, without lock_.
  Activity& own_activity() {
    if (Activity* present = activity(); present != nullptr) [[likely]]
      return *present;
    const std::lock_guard guard(lock_);
    return activity_locked();
  }

  SmallLock lock_;
  Stage stage_ = Stage::opening;  // lock_
  bool framed_ = false;           // lock_; what is sent are WebSocket frames
  bool blocked_ = false;          // lock_; the socket is full, its owner waits for room
  bool in_dispatch_ = false;      // lock_; some Dispatch will flush it at the end of its turn
  bool in_patient_ = false;       // lock_; some Dispatch will flush it in time
  bool passes_outbox_ = true;     // set before it is open; write_past_outbox_locked does something
  bool encodes_ = false;          // set before it is open; data frames go through encoded()
  std::atomic<bool> presence_waits_{false};
  std::atomic<bool> registered_{false};
  std::uint16_t address_size_ = 0;
  Outbox outbox_;                                // lock_
  std::unique_ptr<Ending> ending_;               // lock_; set once, with the stage
  boost::intrusive_ptr<Subscriber> subscriber_;  // lock_

 private:
  friend class Dispatch;

  /// Sends what a Dispatch has held.
  void write_held(std::span<const std::string_view> frames);
  void write_past_or_keep_locked(std::span<const std::string_view> frames);

  void free_long_address() {
    if (address_size_ > sizeof short_address_) delete[] long_address_;
  }
  const char* address_text() const {
    return address_size_ <= sizeof short_address_ ? short_address_.data() : long_address_;
  }
  friend void intrusive_ptr_add_ref(const Peer* peer) noexcept {
    peer->references_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const Peer* peer) noexcept {
    if (peer->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete peer;
  }

  /// A silence longer than this is a clock that is ahead: a year is the longest that counts.
  static constexpr std::uint32_t kAheadCs = 0xFFFF'0000;

  std::atomic<Activity*> activity_{nullptr};  // set once, under lock_; owned
  mutable std::atomic<std::uint32_t> references_{0};
  std::atomic<std::uint32_t> last_heard_cs_{0};
  // Most addresses are short enough to need no memory of their own.
  union {
    std::array<char, 24> short_address_{};
    char* long_address_;
  };
  Channel* channel_ = nullptr;
  Handle handle_ = 0;
};

}  // namespace plugboard::peer
