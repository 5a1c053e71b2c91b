#include "peer/peer.hpp"

#include <cstring>
#include <utility>

#include "peer/server_frames.hpp"
#include "peer/subscriber.hpp"
#include "wire/close.hpp"

namespace plugboard::peer {
namespace {

// A frame of this size or more is written straight from where it lies when nothing waits: the
// system call costs less than the copy.
constexpr std::size_t kDirectFrame = 3000;
// What gathers in an outbox is written at the end of the turn, or when it reaches this.
constexpr std::size_t kEarlyFlush = 128 * 1024;
}  // namespace

Peer::~Peer() {
  delete activity();
  free_long_address();
}

Activity& Peer::activity_locked() {
  Activity* present = activity_.load(std::memory_order_relaxed);
  if (present == nullptr) {
    present = new Activity;
    activity_.store(present, std::memory_order_release);
  }
  return *present;
}

void Peer::set_name(Channel& channel, std::string_view id) {
  const std::lock_guard guard(lock_);
  channel_ = &channel;
  const std::size_t size = channel.name().size() + 1 + id.size();
  char* const memory = size > sizeof short_address_ ? new char[size] : nullptr;
  free_long_address();
  if (memory != nullptr) long_address_ = memory;
  char* const out = memory != nullptr ? memory : short_address_.data();
  address_size_ = static_cast<std::uint16_t>(size);
  std::memcpy(out, channel.name().data(), channel.name().size());
  out[channel.name().size()] = ':';
  std::memcpy(out + channel.name().size() + 1, id.data(), id.size());
}

bool Peer::open() {
  const std::lock_guard guard(lock_);
  if (stage_ != Stage::opening) return false;
  stage_ = Stage::open;
  return true;
}

Delivery Peer::send(std::string_view frame, std::uint64_t data_bytes, Dispatch& dispatch,
                    bool lasts, Urgency urgency) {
  if (encodes_ && data_bytes != 0) {
    frame = encoded(frame, data_bytes);
    lasts = false;
  }
  const bool large = frame.size() >= kDirectFrame && passes_outbox_;
  const bool can_hold = large && lasts;
  dispatch.make_way(*this, can_hold, frame.size());
  const std::lock_guard guard(lock_);
  if (stage_ != Stage::open) return Delivery::gone;
  // What would wait alone always may: nothing could make more room for it.
  if (!outbox_.empty() && outbox_.bytes() + frame.size() > dispatch.outbox_limit) {
    return Delivery::full;
  }
  if (data_bytes != 0) {
    Activity& activity = activity_locked();
    activity.unmetered += data_bytes;
    activity.bytes_out += data_bytes;
    ++activity.messages_out;
  }
  if (can_hold && outbox_.empty() && !blocked_) {
    dispatch.hold(*this, frame);
  } else if (large && outbox_.empty() && !blocked_) {
    write_past_or_keep_locked({&frame, 1});
  } else {
    outbox_.append_frame(frame);
  }
  if (outbox_.bytes() >= kEarlyFlush && !blocked_) write_locked();
  if (!in_dispatch_ && (data_bytes != 0 || !blocked_)) {
    if (urgency == Urgency::this_turn) [[likely]] {
      in_dispatch_ = true;
      dispatch.add(*this);
    } else if (!in_patient_) {
      in_patient_ = true;
      dispatch.patient_.emplace_back(this);
    }
  }
  return Delivery::queued;
}

void Peer::write_held(std::span<const std::string_view> frames) {
  const std::lock_guard guard(lock_);
  if (stage_ != Stage::open) return;  // another thread has ended it since
  if (outbox_.empty() && !blocked_) {
    write_past_or_keep_locked(frames);
  } else {
    for (const std::string_view frame : frames) outbox_.append_frame(frame);
  }
  if (!outbox_.empty() && !blocked_) write_locked();
}

void Peer::write_past_or_keep_locked(std::span<const std::string_view> frames) {
  std::size_t written = write_past_outbox_locked(frames);
  for (const std::string_view frame : frames) {
    if (written >= frame.size()) {
      written -= frame.size();
    } else if (written > 0) {
      outbox_.append_unframed(frame.substr(written));
      written = 0;
    } else {
      outbox_.append_frame(frame);
    }
  }
}

bool Peer::finish(const CloseOrder& order, Dispatch& dispatch) {
  dispatch.make_way(*this, false, 0);
  {
    const std::lock_guard guard(lock_);
    if (stage_ != Stage::open && stage_ != Stage::opening) return false;
    stage_ = Stage::finishing;
    registered_.store(false, std::memory_order_release);
    ending_ = std::make_unique<Ending>(
        Ending{order.end, order.close_code, std::string(order.close_reason)});
    if (framed_) {
      if (order.discard_waiting) outbox_.discard_whole_frames(committed_bytes_locked());
      if (!order.error_code.empty()) {
        outbox_.append_frame(error_frame(order.error_code, order.error_message));
      }
      outbox_.append_frame(wire::CloseFrame(order.close_code, order.close_reason).bytes());
    }
    if (!in_dispatch_) {
      in_dispatch_ = true;
      dispatch.add(*this);
    }
  }
  on_finish();
  return true;
}

bool Peer::lose(EndReason reason) {
  {
    const std::lock_guard guard(lock_);
    if (stage_ != Stage::open && stage_ != Stage::opening) return false;
    stage_ = Stage::finishing;
    registered_.store(false, std::memory_order_release);
    ending_ = std::make_unique<Ending>(Ending{reason, wire::close_code::kAbnormal, {}});
    outbox_.clear();
  }
  on_finish();
  return true;
}

void Peer::flush() {
  bool has_room = false;
  {
    const std::lock_guard guard(lock_);
    in_dispatch_ = false;
    if (Activity* present = activity(); present != nullptr && present->unmetered != 0) {
      on_relayed_locked(std::exchange(present->unmetered, 0));
    }
    if (stage_ != Stage::dead && !blocked_ && !outbox_.empty()) write_locked();
    has_room = outbox_.bytes() < Subscriber::kRoomBytes && stage_ == Stage::open;
  }
  if (has_room && presence_waits_.exchange(false, std::memory_order_acq_rel)) continue_presence();
}

void Peer::flush_patient() {
  {
    const std::lock_guard guard(lock_);
    in_patient_ = false;
    if (in_dispatch_) return;  // whoever else has given it something flushes it
  }
  flush();
}

void Peer::wait_for_room(Dispatch& dispatch) {
  presence_waits_.store(true, std::memory_order_release);
  // Whoever finds the socket full now will flush after the store above and so sees it; otherwise
  // there may be room already, and nobody else would flush.
  const std::lock_guard guard(lock_);
  if (!in_dispatch_ && !blocked_ && stage_ == Stage::open) {
    in_dispatch_ = true;
    dispatch.add(*this);
  }
}

std::size_t Peer::waiting_bytes() {
  const std::lock_guard guard(lock_);
  return outbox_.bytes();
}

void Peer::die_locked() {
  stage_ = Stage::dead;
  outbox_.clear();
}

boost::intrusive_ptr<Subscriber> Peer::subscriber() {
  const std::lock_guard guard(lock_);
  return subscriber_;
}

boost::intrusive_ptr<Subscriber> Peer::subscriber_or_new() {
  const std::lock_guard guard(lock_);
  if (subscriber_ == nullptr) subscriber_.reset(new Subscriber(*this));
  return subscriber_;
}

boost::intrusive_ptr<Subscriber> Peer::take_subscriber() {
  const std::lock_guard guard(lock_);
  return std::exchange(subscriber_, nullptr);
}

void Peer::give_subscriber(boost::intrusive_ptr<Subscriber> subscriber) {
  const std::lock_guard guard(lock_);
  subscriber_ = std::move(subscriber);
}

}  // namespace plugboard::peer
