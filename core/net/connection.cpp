#include "net/connection.hpp"

#include <plugboard/hook.h>
#include <sys/epoll.h>

#include <array>
#include <boost/pool/singleton_pool.hpp>
#include <mutex>
#include <utility>

#include "http/answers.hpp"
#include "net/compression.hpp"
#include "net/entrance.hpp"
#include "net/http_session.hpp"
#include "net/loop.hpp"
#include "net/refusals.hpp"
#include "peer/server_frames.hpp"
#include "wire/close.hpp"

namespace plugboard::net {
namespace {

// A connection that always has more to read makes way for the others after this many reads.
constexpr int kReadsPerTurn = 4;

struct ConnectionPoolTag {};
using ConnectionPool =
    boost::singleton_pool<ConnectionPoolTag, sizeof(Connection),
                          boost::default_user_allocator_new_delete, std::mutex, 64, 64>;

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

std::chrono::steady_clock::time_point steady(std::uint64_t now_ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(now_ns));
}

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

Connection::Connection(Loop& loop, Descriptor socket, const admission::IpAddress& tcp_peer,
                       bool overloaded)
    : loop_(loop),
      overloaded_(overloaded),
      client_(tcp_peer),
      transport_(std::move(socket)),
      http_(std::make_unique<HttpSession>(*this, tcp_peer)) {}

Connection::~Connection() = default;

void* Connection::operator new(std::size_t /*size*/) {
  void* memory = ConnectionPool::malloc();
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Connection::operator delete(void* memory) { ConnectionPool::free(memory); }

std::atomic<std::uint32_t>& Connection::counter() {
  return overloaded_ ? loop_.shared().turned_away : loop_.shared().connections;
}

void Connection::start() {
  counter().fetch_add(1, std::memory_order_relaxed);
  loop_.add(*this);
  if (loop_.settings().tls != nullptr) transport_.start_tls(*loop_.settings().tls);
  set_deadline(Deadline::request);
  loop_.watch(transport_.descriptor(), *this, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

void Connection::start_with(std::string_view received) {
  counter().fetch_add(1, std::memory_order_relaxed);
  loop_.add(*this);
  set_deadline(Deadline::request);
  heard(loop_.now_s());
  http_->received(received);
  tidy_http();
  if (phase_ == Phase::closed) return;
  loop_.watch(transport_.descriptor(), *this, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

void Connection::on_events(std::uint32_t events) {
  if (phase_ == Phase::closed) return;
  // TLS may have to read in order to write, and the other way round.
  if ((events & EPOLLOUT) != 0 || transport_.secure()) on_writable();
  if (phase_ == Phase::closed) return;
  constexpr std::uint32_t kHungUp = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kHungUp) != 0) hung_up_ = true;
  if ((events & (EPOLLIN | kHungUp)) != 0 || transport_.secure()) read();
}

void Connection::on_deadline(Deadline kind) {
  switch (kind) {
    case Deadline::request:
    case Deadline::keep_alive:
      if (end_http_ || http_ == nullptr) {
        close();
      } else {
        http_->on_deadline();
      }
      break;
    case Deadline::admission:
      if (entering()) entrance_->on_deadline();
      break;
    case Deadline::heartbeat:
      heartbeat();
      break;
    case Deadline::close:
      shut();
      break;
    case Deadline::slow: {
      const std::lock_guard guard(lock_);
      transport_.abort();
    }
      close();
      break;
    case Deadline::linger:
    case Deadline::count:
      close();
      break;
  }
}

void Connection::set_deadline(Deadline kind) { loop_.deadlines().set(*this, kind, loop_.now_ns()); }

void Connection::clear_deadline() { loop_.deadlines().clear(*this); }

// --- reading

bool Connection::wants_input() const {
  if (input_ended_) return false;
  if (phase_ == Phase::http) return http_->wants_input();
  if (phase_ == Phase::entrance) return entrance_ != nullptr && entrance_->wants_input();
  return true;
}

void Connection::read() {
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
    heard(loop_.now_s());
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
  if (bytes != 0 && key_ != nullptr) key_->meter.add_in(bytes, steady(loop_.now_ns()));
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
      // What it sent before it left is still handled, if it is let in.
      if (failed) lose(peer::EndReason::closed);
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

// --- HTTP and admission

void Connection::send_http(std::string_view bytes) {
  const std::lock_guard guard(lock_);
  if (stage_ == Stage::dead) return;
  outbox_.append_unframed(bytes);
  if (!in_dispatch_ && !blocked_) {
    in_dispatch_ = true;
    loop_.dispatch().add(*this);
  }
}

void Connection::end_http() {
  end_http_ = true;
  set_deadline(Deadline::keep_alive);
  // Sent at the end of the turn, and shut behind it.
  loop_.finishing(*this);
}

void Connection::enter(std::shared_ptr<const Settings> settings, const http::RequestHead& head,
                       const http::Upgrade& upgrade, const wire::DeflateTerms* deflate,
                       std::string_view behind) {
  phase_ = Phase::entrance;
  connected_at_ms_ = unix_ms();
  loop_.shared().handles.add(*this);
  has_handle_ = true;
  entrance_ =
      std::make_unique<Entrance>(*this, std::move(settings), head, upgrade, deflate, behind);
  entrance_->start();
}

void Connection::begin_frames(std::string_view upgrade_response, std::uint8_t deflate_bits) {
  frames_begun_ = true;
  deflate_bits_ = deflate_bits;
  encodes_ = deflate_bits != 0;
  passes_outbox_ = !transport_.secure();  // only its owner may use a TLS session
  const std::lock_guard guard(lock_);
  if (stage_ != Stage::opening) return;
  outbox_.append_unframed(upgrade_response);
  framed_ = true;
  if (!in_dispatch_ && !blocked_) {
    in_dispatch_ = true;
    loop_.dispatch().add(*this);
  }
}

void Connection::refuse_upgrade(const admission::Refusal& refusal) {
  lose(peer::EndReason::closed);
  const http::Response response = refusal_response(refusal);
  http::RequestFacts facts;
  send_http(http::serialize(response, facts, loop_.settings().server.cors, loop_.http_date()));
  end_http_ = true;
}

void Connection::set_key(std::string_view key, std::string name) {
  auto made = std::make_unique<message::KeyHolding>();
  made->key = key;
  made->name = std::move(name);
  const std::lock_guard guard(lock_);
  key_.swap(made);
}

void Connection::accept_key(std::string_view key, extension::KeyAdmission admission) {
  metering::TrafficTable::Connection meter =
      loop_.shared().traffic.open(key, steady(loop_.now_ns()));
  const std::lock_guard guard(lock_);
  key_->admission = std::move(admission);
  key_->meter = std::move(meter);
}

bool Connection::is_let_in_by(const extension::KeyChain& keys) const {
  if (key_ != nullptr) return keys.includes(key_->admission);
  return keys.open();
}

void Connection::accept_key_again(extension::KeyAdmission admission) {
  if (!key_->admission.store().empty()) {
    renew_key(std::move(admission));
    return;
  }
  if (const extension::Grant* grant = admission.grant();
      grant != nullptr && grant->expires_at_ms() != 0) {
    loop_.end_at(grant->expires_at_ms(), handle());
  }
  accept_key(key(), std::move(admission));
}

void Connection::renew_key(extension::KeyAdmission admission) {
  if (const extension::Grant* grant = admission.grant();
      grant != nullptr && grant->expires_at_ms() != 0) {
    loop_.end_at(grant->expires_at_ms(), handle());
  }
  const std::lock_guard guard(lock_);
  std::swap(key_->admission, admission);
}

Connection::Joined Connection::join() {
  Shared& shared = loop_.shared();
  const extension::HookChain& hooks = loop_.settings().chains->hooks;
  peer::PeerRef replaced;
  {
    const std::lock_guard event_guard(shared.event_lock(address()));
    if (!open()) return Joined::ended;
    // Signs of life are noted by the second.
    const std::uint64_t stale_s =
        (static_cast<std::uint64_t>(channel()->stale_evict.load().count()) + 999) / 1000;
    const std::uint32_t stale_before = stale_s != 0 && loop_.now_s() > stale_s
                                           ? loop_.now_s() - static_cast<std::uint32_t>(stale_s)
                                           : 0;
    auto added =
        shared.registry.add(*this, channel()->reject_duplicates, stale_before, loop_.dispatch());
    if (added.in_use) return Joined::id_in_use;
    in_registry_ = true;
    disconnect_due_ = true;
    replaced = std::move(added.replaced);
    if (replaced != nullptr) {
      static_cast<Connection&>(*replaced).tell_disconnected(peer::EndReason::replaced,
                                                            wire::close_code::kNormal, "Replaced");
    }
    if (hooks.wants_connected() || hooks.wants_disconnected()) {
      with_info(
          [&](const plugboard_peer_info& info) { hooks_connected_ = hooks.peer_connected(info); });
    }
  }
  if (replaced != nullptr) {
    replaced->finish({.end = peer::EndReason::replaced,
                      .close_code = wire::close_code::kNormal,
                      .close_reason = "Replaced",
                      .error_code = "REPLACED",
                      .error_message = "Replaced by new connection"},
                     loop_.dispatch());
  }
  loop_.totals().connected();
  return Joined::yes;
}

void Connection::joined(std::span<char> waiting) {
  const std::unique_ptr<Entrance> entrance = std::move(entrance_);
  phase_ = Phase::open;
  heard_since_ping_ = true;
  set_deadline(Deadline::heartbeat);
  if (!waiting.empty()) {
    Frames frames(*this);
    reader_.take(waiting, frame_rules(), frames);
    count_read();
  }
  if (input_ended_) lose(peer::EndReason::closed);
  resume_reading();
}

// --- frames

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
  finish({.end = peer::EndReason::protocol, .close_code = close_code, .close_reason = reason},
         loop_.dispatch());
}

void Connection::send_own(std::string_view frame) {
  message::Turn turn = loop_.message_turn();
  loop_.router().send_own(*this, frame, turn);
}

void Connection::heartbeat() {
  if (phase_ != Phase::open) return;
  if (pinged_ && !heard_since_ping_) {
    failed_ = true;
    finish({.end = peer::EndReason::heartbeat,
            .close_code = wire::close_code::kGoingAway,
            .close_reason = "No sign of life"},
           loop_.dispatch());
    return;
  }
  pinged_ = true;
  heard_since_ping_ = false;
  std::array<char, wire::kMaxServerHeader> ping;
  const std::size_t size =
      wire::write_server_header(ping.data(), wire::Opcode::ping, true, false, 0);
  send_own({ping.data(), size});
  set_deadline(Deadline::heartbeat);
}

void Connection::revoke(peer::Dispatch& dispatch) {
  finish({.end = peer::EndReason::revoked,
          .close_code = wire::close_code::kPolicyViolation,
          .close_reason = "Key revoked",
          .error_code = "KEY_REVOKED",
          .error_message = "Access key revoked"},
         dispatch);
}

bool Connection::send_away() {
  if (phase_ == Phase::http) {
    if (end_http_ || http_->in_request()) return false;
    close();
    return true;
  }
  return finish({.end = peer::EndReason::shutdown,
                 .close_code = wire::close_code::kServiceRestart,
                 .close_reason = "Service restart"},
                loop_.dispatch());
}

void Connection::end_if_expired(std::int64_t now_ms) {
  // The key may have been allowed again for longer since this was noted.
  const extension::Grant* present = grant();
  if (present == nullptr || present->expires_at_ms() == 0) return;
  if (present->expires_at_ms() <= now_ms) revoke(loop_.dispatch());
}

void Connection::on_new_settings() {
  if (phase_ != Phase::open) return;
  const Settings& settings = loop_.settings();
  if (loop_.shared().channels.find(channel()->name()) == nullptr) {
    finish({.end = peer::EndReason::removed,
            .close_code = wire::close_code::kGoingAway,
            .close_reason = "Channel removed"},
           loop_.dispatch());
    return;
  }
  const std::string client = client_.text();
  settings.chains->limiters.adopt(
      limits_,
      {.client_address = client,
       // A key that nobody has asked about is not the limiters' business.
       .key = key_ == nullptr || key_->admission.store().empty() ? std::string_view() : key(),
       .limits = key_ == nullptr ? extension::GrantLimits{} : key_->admission.limits()},
      true, loop_.now_ns());
}

// --- writing

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
  flush();
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
  key_->meter.add_out(bytes, steady(current != nullptr ? current->now_ns() : monotonic_ns()));
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

// --- the end

void Connection::begin_end() {
  if (phase_ == Phase::http) {
    shut_if_done();
    return;
  }
  if (end_begun_ || phase_ == Phase::closed) return;
  end_begun_ = true;
  unregister();
  loop_.shared().registry.drop_watches(*this);
  if (entrance_ != nullptr && !frames_begun_ && !end_http_) {
    // Ended from elsewhere before its upgrade was answered.
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
  if (end_http_) failed_ = true;  // there is no Close frame to wait for
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

void Connection::with_info(const std::function<void(const plugboard_peer_info&)>& with) {
  std::string address_text;
  std::string key_text;
  std::shared_ptr<const extension::Grant> grant;
  std::size_t channel_size = 0;
  bool secure = false;
  {
    const std::lock_guard guard(lock_);
    secure = transport_.secure();
    address_text = address();
    channel_size = channel() != nullptr ? channel()->name().size() : 0;
    key_text = key_name();
    if (key_ != nullptr) grant = key_->admission.shared_grant();
  }
  const std::string client = client_.text();
  const std::string_view text = address_text;
  plugboard_peer_info info{};
  info.size = sizeof info;
  info.flags =
      (registered() ? PLUGBOARD_PEER_REGISTERED : 0U) | (secure ? PLUGBOARD_PEER_SECURE : 0U);
  info.peer = handle();
  if (!text.empty()) {
    info.channel = borrow(text.substr(0, channel_size));
    info.id = borrow(text.substr(channel_size + 1));
    info.address = borrow(text);
  }
  info.client_address = borrow(client);
  info.key_name = borrow(key_text);
  if (grant != nullptr) info.attributes = borrow(grant->attributes());
  info.connected_at_ms = connected_at_ms_;
  with(info);
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
