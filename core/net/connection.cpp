#include "net/connection.hpp"

#include <plugboard/hook.h>
#include <sys/epoll.h>

#include <boost/pool/singleton_pool.hpp>
#include <mutex>
#include <utility>

#include "net/entrance.hpp"
#include "net/http_session.hpp"
#include "net/loop.hpp"
#include "wire/close.hpp"

namespace plugboard::net {
namespace {

struct ConnectionPoolTag {};
using ConnectionPool =
    boost::singleton_pool<ConnectionPoolTag, sizeof(Connection),
                          boost::default_user_allocator_new_delete, std::mutex, 64, 64>;

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

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

void Connection::start_with(std::string_view received, const HeldSession& session) {
  counter().fetch_add(1, std::memory_order_relaxed);
  loop_.add(*this);
  if (session != nullptr) transport_.go_on_with_tls(session);
  set_deadline(Deadline::request);
  heard(loop_.now_cs());
  http_->received(received);
  tidy_http();
  if (phase_ == Phase::closed) return;
  loop_.watch(transport_.descriptor(), *this, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
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

void Connection::end_if_expired(std::int64_t now_ms) {
  // The key may have been allowed again for longer since this was noted.
  const extension::Grant* present = grant();
  if (present == nullptr || present->expires_at_ms() == 0) return;
  if (present->expires_at_ms() <= now_ms) revoke(loop_.dispatch());
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

}  // namespace plugboard::net
