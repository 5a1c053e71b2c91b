// What a connection sends: its outbox to the socket, on whichever thread has filled it.
#include "net/connection.hpp"

#include <array>
#include <mutex>

#include "net/compression.hpp"
#include "net/http_session.hpp"
#include "net/loop.hpp"

namespace plugboard::net {
void Connection::send_own(std::string_view frame) {
  message::Turn turn = loop_.message_turn();
  loop_.router().send_own(*this, frame, turn);
}

void Connection::write_locked() {
  if (transport_.secure() && !loop_.is_current()) {
    // Only the owner may use the TLS session.
    if (!tls_flush_posted_.exchange(true)) {
      loop_.post([self = boost::intrusive_ptr<Connection>(this)] {
        self->tls_flush_posted_ = false;
        self->flush();
      });
    }
    return;
  }
  while (!outbox_.empty()) {
    std::array<std::string_view, 64> parts;
    const std::size_t count = outbox_.gather(parts);
    const Transport::Result result = transport_.write({parts.data(), count});
    if (result.status == Transport::Status::blocked) {
      blocked_ = true;
      return;
    }
    if (result.status != Transport::Status::done) {
      // The owner hears of it through the socket; what waits has nowhere to go.
      cannot_send_ = true;
      outbox_.clear();
      return;
    }
    outbox_.consume(result.bytes);
  }
}

std::string_view Connection::encoded(std::string_view frame, std::size_t payload_size) {
  return payload_size < kCompressFrom ? frame : compress_frame(frame, payload_size, deflate_bits_);
}

std::size_t Connection::write_past_outbox_locked(std::span<const std::string_view> frames) {
  const Transport::Result result = transport_.write(frames);
  if (result.status == Transport::Status::blocked) blocked_ = true;
  if (result.status != Transport::Status::done) return 0;
  return result.bytes;
}

void Connection::on_writable() {
  {
    const std::lock_guard guard(lock_);
    if (!blocked_) return;
    blocked_ = false;
  }
  const std::size_t waited = phase_ == Phase::http ? waiting_bytes() : 0;
  flush();
  if (waited != 0 && waiting_bytes() < waited && (end_http_ || !http_->in_request())) {
    set_deadline(Deadline::keep_alive);  // whoever reads its answer slowly is not idle
  }
  if (phase_ == Phase::http && !end_http_) {
    http_->on_drained();
    tidy_http();
    resume_reading();
  }
  shut_if_done();
}

void Connection::on_finish() {
  if (loop_.is_current()) {
    loop_.finishing(*this);
  } else {
    loop_.post([self = boost::intrusive_ptr<Connection>(this)] { self->loop_.finishing(*self); });
  }
}

void Connection::on_relayed_locked(std::uint64_t bytes) {
  if (key_ == nullptr) return;
  const Loop* current = Loop::current();
  key_->meter.add_out(bytes, steady_time(current != nullptr ? current->now_ns() : monotonic_ns()));
}

void Connection::continue_presence() {
  if (loop_.is_current()) {
    loop_.shared().registry.continue_presence(*this, loop_.dispatch());
  } else {
    loop_.post([self = boost::intrusive_ptr<Connection>(this)] {
      self->loop_.shared().registry.continue_presence(*self, self->loop_.dispatch());
    });
  }
}

}  // namespace plugboard::net
