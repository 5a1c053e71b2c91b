// How a connection becomes a peer: handed over by its HttpSession, given a key by its Entrance, put
// into the registry.
#include "net/connection.hpp"

#include <mutex>
#include <utility>

#include "net/entrance.hpp"
#include "net/http_session.hpp"
#include "net/loop.hpp"
#include "net/refusals.hpp"
#include "wire/close.hpp"

namespace plugboard::net {
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

void Connection::set_key(std::string_view key, std::string_view name) {
  auto made = message::KeyHolding::make(key, name);
  const std::lock_guard guard(lock_);
  key_.swap(made);
}

void Connection::accept_key(std::string_view key, extension::KeyAdmission admission) {
  metering::TrafficTable::Connection meter =
      loop_.shared().traffic.open(key, steady_time(loop_.now_ns()));
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
    heard(loop_.now_cs());
    const peer::Registry::Staleness staleness{
        .now_cs = loop_.now_cs(),
        .after_cs = static_cast<std::uint32_t>((channel()->stale_evict.load().count() + 9) / 10)};
    // Before it is: should that fail half way, the end looks there too.
    in_registry_ = true;
    auto added =
        shared.registry.add(*this, channel()->reject_duplicates, staleness, loop_.dispatch());
    if (added.in_use) {
      in_registry_ = false;
      return Joined::id_in_use;
    }
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
    take_waiting(waiting);
  }
  if (input_ended_) lose(peer::EndReason::closed);
  resume_reading();
}

}  // namespace plugboard::net
