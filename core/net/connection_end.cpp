// How a connection ends: out of everything it is in, what waits sent with the Close frame last, our
// half shut, the other side read for a moment longer.
#include "net/connection.hpp"

#include <plugboard/hook.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "net/entrance.hpp"
#include "net/http_session.hpp"
#include "net/loop.hpp"
#include "net/refusals.hpp"
#include "wire/close.hpp"

namespace plugboard::net {
namespace {

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

void Connection::begin_end() {
  if (phase_ == Phase::http) {
    shut_if_done();
    return;
  }
  if (end_begun_ || phase_ == Phase::closed) return;
  end_begun_ = true;
  unregister();
  loop_.shared().registry.drop_watches(*this);
  if (entrance_ != nullptr && !frames_begun_ && !end_http_ &&
      ending_->reason != peer::EndReason::closed) {
    // Ended from elsewhere before its upgrade was answered; who has gone is told nothing.
    const admission::Refusal refusal = ending_->reason == peer::EndReason::revoked
                                           ? admission::key_revoked(entrance_->step())
                                           : admission::verification_denied();
    entrance_->report(refusal, true);
    send_http(http::serialize(refusal_response(refusal), http::RequestFacts(),
                              loop_.settings().server.cors, loop_.http_date()));
    end_http_ = true;
  }
  entrance_.reset();
  if (peer::Activity* did = activity(); did != nullptr) did->last_receiver.reset();
  limits_.release();
  {
    std::unique_ptr<message::KeyHolding> key;
    const std::lock_guard guard(lock_);
    key = std::move(key_);
  }
  loop_.shared().handles.remove(*this);
  has_handle_ = false;
  loop_.settings().chains->hooks.peer_released(handle());
  phase_ = Phase::ending;
  flush();
  if (end_http_ || input_ended_) failed_ = true;  // there is no Close frame to wait for
  if (ending_->reason == peer::EndReason::heartbeat ||
      (ending_->close_code == wire::close_code::kAbnormal && !end_http_)) {
    close();
    return;
  }
  set_deadline(ending_->reason == peer::EndReason::slow ? Deadline::slow : Deadline::close);
  resume_reading();
  shut_if_done();
}

void Connection::unregister() {
  if (channel() == nullptr) return;
  const std::lock_guard event_guard(loop_.shared().event_lock(address()));
  if (!in_registry_) return;
  loop_.shared().registry.remove(*this, loop_.dispatch());
  tell_disconnected(ending_->reason, ending_->close_code, ending_->close_reason);
}

void Connection::tell_disconnected(peer::EndReason reason, std::uint16_t close_code,
                                   std::string_view close_reason) {
  if (!std::exchange(disconnect_due_, false)) return;
  const auto settings = loop_.shared().settings();
  if (!settings->chains->hooks.wants_disconnected()) return;
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_out = 0;
  if (const peer::Activity* did = activity(); did != nullptr) {
    const std::lock_guard guard(lock_);
    messages_in = did->messages_in.load(std::memory_order_relaxed);
    bytes_in = did->bytes_in.load(std::memory_order_relaxed);
    messages_out = did->messages_out;
    bytes_out = did->bytes_out;
  }
  with_info([&](const plugboard_peer_info& info) {
    const plugboard_peer_end end{.size = sizeof(plugboard_peer_end),
                                 .reason = static_cast<std::uint32_t>(reason),
                                 .peer = &info,
                                 .close_code = close_code,
                                 .reserved = 0,
                                 .close_reason = borrow(close_reason),
                                 .duration_ms = static_cast<std::uint64_t>(
                                     std::max<std::int64_t>(0, unix_ms() - info.connected_at_ms)),
                                 .messages_in = messages_in,
                                 .bytes_in = bytes_in,
                                 .messages_out = messages_out,
                                 .bytes_out = bytes_out};
    settings->chains->hooks.peer_disconnected(end, hooks_connected_);
  });
}

void Connection::shut_if_done() {
  const bool ready =
      phase_ == Phase::ending ? close_received_ || failed_ : phase_ == Phase::http && end_http_;
  if (ready && waiting_bytes() == 0) shut();
}

void Connection::shut() {
  if (phase_ == Phase::lingering || phase_ == Phase::closed) return;
  if (input_ended_ || closed_cleanly()) {
    close();
    return;
  }
  {
    const std::lock_guard guard(lock_);
    transport_.shut_write();
    die_locked();
  }
  phase_ = Phase::lingering;
  reader_.stop();
  set_deadline(Deadline::linger);
  resume_reading();
}

// Both Close frames have been exchanged and nothing was sent behind the other side's: there is
// nothing to wait for, and three system calls less to make (RFC 6455 section 7.1.1). Data on its
// way now would answer our end with a reset, but RFC 6455 section 5.5.1 allows none.
bool Connection::closed_cleanly() const {
  return phase_ == Phase::ending && close_received_ && !failed_ && input_drained_ &&
         !reader_.excess() && !transport_.secure();
}

void Connection::drop() {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::entrance || phase_ == Phase::open) {
    lose(peer::EndReason::error);
    begin_end();
  }
  close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  clear_deadline();
  reader_.stop();
  if (http_ != nullptr) http_->stop();
  {
    const std::lock_guard guard(lock_);
    die_locked();
    transport_.close();
  }
  counter().fetch_sub(1, std::memory_order_relaxed);
  loop_.remove(*this);
}

}  // namespace plugboard::net
