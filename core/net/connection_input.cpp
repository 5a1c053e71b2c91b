// What a connection receives: bytes for whoever reads in its phase, frames for the router.
#include "net/connection.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "net/compression.hpp"
#include "net/entrance.hpp"
#include "net/http_session.hpp"
#include "net/loop.hpp"
#include "wire/close.hpp"

namespace plugboard::net {
namespace {

// A connection that always has more to read makes way for the others after this many reads.
constexpr int kReadsPerTurn = 4;

}  // namespace

class Connection::Frames final : public FrameSink {
 public:
  explicit Frames(Connection& connection) : connection_(connection) {}

  bool on_message(const IncomingMessage& message) override {
    return connection_.on_message(message);
  }
  bool on_ping(std::string_view payload) override {
    connection_.on_ping(payload);
    return true;
  }
  bool on_pong(std::string_view /*payload*/) override { return true; }
  void on_close(const wire::PeerClose& close) override { connection_.on_close(close); }
  void on_failure(std::uint16_t close_code, std::string_view reason) override {
    connection_.on_failure(close_code, reason);
  }

 private:
  Connection& connection_;
};

void Connection::on_events(std::uint32_t events) {
  if (phase_ == Phase::closed) return;
  constexpr std::uint32_t kHungUp = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kHungUp) != 0) {
    hung_up_ = true;
    transport_.hung_up();
  }
  // TLS may have to read in order to write, and the other way round.
  if ((events & EPOLLOUT) != 0 || transport_.secure()) on_writable();
  if (phase_ == Phase::closed) return;
  if ((events & (EPOLLIN | kHungUp)) != 0 || transport_.secure()) read();
}

bool Connection::wants_input() const {
  if (input_ended_) return false;
  if (phase_ == Phase::http) return http_->wants_input();
  if (phase_ == Phase::entrance) return entrance_ != nullptr && entrance_->wants_input();
  return true;
}

void Connection::read() {
  if (phase_ == Phase::http) {
    http_->go_on();
    tidy_http();
  }
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    if (phase_ == Phase::closed) return;
    if (!wants_input()) {
      paused_ = true;
      return;
    }
    const bool framed = phase_ == Phase::open || phase_ == Phase::ending;
    const std::span<char> room = framed ? reader_.room(loop_.buffer()) : loop_.buffer();
    const Transport::Result result = transport_.read(room.data(), room.size());
    if (result.status == Transport::Status::blocked) return;
    if (result.status == Transport::Status::closed || result.status == Transport::Status::failed) {
      on_end_of_input(result.status == Transport::Status::failed);
      return;
    }
    heard_since_ping_ = true;
    heard(loop_.now_cs());
    input_drained_ = result.status == Transport::Status::drained;
    take(room.first(result.bytes));
    // The end of the input may have come with the last bytes, and is not announced twice.
    if (result.status == Transport::Status::drained && !hung_up_) return;
  }
  loop_.read_again(*this);
}

void Connection::take(std::span<char> bytes) {
  switch (phase_) {
    case Phase::http:
      http_->received({bytes.data(), bytes.size()});
      tidy_http();
      break;
    case Phase::entrance:
      if (entrance_ != nullptr) entrance_->received({bytes.data(), bytes.size()});
      break;
    case Phase::open:
    case Phase::ending: {
      Frames frames(*this);
      reader_.received(bytes.size(), loop_.buffer(), frame_rules(), frames);
      loop_.dispatch().settle();
      count_read();
      break;
    }
    case Phase::lingering:
    case Phase::closed:
      break;
  }
}

void Connection::take_waiting(std::span<char> waiting) {
  Frames frames(*this);
  reader_.take(waiting, frame_rules(), frames);
  count_read();
}

void Connection::tidy_http() {
  if (phase_ != Phase::http && phase_ != Phase::closed) http_.reset();
}

FrameReader::Rules Connection::frame_rules() const {
  return {.max_message = loop_.settings().rules.max_message, .compression = deflate_bits_ != 0};
}

void Connection::count_read() {
  peer::Activity* const present = activity();
  if (present == nullptr) return;
  const std::uint64_t bytes = std::exchange(present->unmetered_in, 0);
  if (bytes != 0 && key_ != nullptr) key_->meter.add_in(bytes, steady_time(loop_.now_ns()));
}

void Connection::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  loop_.read_again(*this);
}

void Connection::on_end_of_input(bool failed) {
  input_ended_ = true;
  switch (phase_) {
    case Phase::http:
      // Who has only ended its half still wants the answer.
      if (failed || !http_->answering()) {
        if (!failed && waiting_bytes() > 0) {
          end_http();
        } else {
          close();
        }
      }
      break;
    case Phase::entrance:
      // What it sent before it left is still handled, if it is let in. If it has sent nothing,
      // there is nobody left to let in: it would only replace whoever holds its id by then.
      if (failed || entrance_ == nullptr || !entrance_->holds_frames()) {
        lose(peer::EndReason::closed);
      }
      break;
    case Phase::open:
      lose(peer::EndReason::closed);
      break;
    case Phase::ending:
      if (failed || waiting_bytes() == 0) {
        close();
      } else {
        close_received_ = true;
        shut_if_done();
      }
      break;
    case Phase::lingering:
      close();
      break;
    case Phase::closed:
      break;
  }
}

bool Connection::on_message(const IncomingMessage& incoming) {
  if (phase_ != Phase::open) return true;  // our Close is on its way; theirs is what we wait for
  message::Message message{.data = incoming.data,
                           .size = incoming.size,
                           .binary = incoming.binary,
                           .known_utf8 = incoming.known_utf8,
                           .lasts = incoming.lasts};
  if (incoming.compressed) {
    const Expanded expanded =
        expand({incoming.data, incoming.size}, loop_.settings().rules.max_message);
    if (expanded.status != wire::InflateStatus::ok) {
      const bool too_large = expanded.status == wire::InflateStatus::too_large;
      on_failure(too_large ? wire::close_code::kMessageTooBig : wire::close_code::kInvalidPayload,
                 too_large ? "Message too big" : "Invalid compressed data");
      return false;
    }
    message.data = expanded.message.data();
    message.size = expanded.message.size();
    message.lasts = false;
  }
  peer::Activity& mine = own_activity();
  mine.messages_in.store(mine.messages_in.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
  mine.bytes_in.store(mine.bytes_in.load(std::memory_order_relaxed) + message.size,
                      std::memory_order_relaxed);
  mine.unmetered_in += message.size;
  message::Turn turn = loop_.message_turn();
  const auto outcome = loop_.router().take(*this, message, turn);
  if (outcome == message::Outcome::not_utf8) [[unlikely]] {
    on_failure(wire::close_code::kInvalidPayload, "Invalid UTF-8");
    return false;
  }
  return true;
}

void Connection::on_ping(std::string_view payload) {
  if (phase_ != Phase::open) return;
  std::array<char, wire::kMaxServerHeader + wire::kMaxControlPayload> frame;
  const std::size_t header =
      wire::write_server_header(frame.data(), wire::Opcode::pong, true, false, payload.size());
  std::copy(payload.begin(), payload.end(), frame.data() + header);
  send_own({frame.data(), header + payload.size()});
}

void Connection::on_close(const wire::PeerClose& close) {
  close_received_ = true;
  const bool first = finish(
      {.end = peer::EndReason::closed, .close_code = close.code, .close_reason = close.reason},
      loop_.dispatch());
  if (!first) shut_if_done();  // it answers our own Close
}

void Connection::on_failure(std::uint16_t close_code, std::string_view reason) {
  failed_ = true;
  reader_.stop();
  const bool first =
      finish({.end = peer::EndReason::protocol, .close_code = close_code, .close_reason = reason},
             loop_.dispatch());
  if (!first) shut_if_done();  // nothing that follows can be its answer to our own Close
}

}  // namespace plugboard::net
