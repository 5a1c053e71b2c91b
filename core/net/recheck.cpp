#include "net/recheck.hpp"

#include <utility>

#include "admission/ask.hpp"
#include "admission/grant_check.hpp"
#include "net/connection.hpp"
#include "net/loop.hpp"

namespace plugboard::net {

void Recheck::begin(std::vector<peer::Handle> peers) {
  asked_.clear();
  settings_ = loop_.shared_settings();
  waiting_.assign(peers.begin(), peers.end());
  go_on();
}

void Recheck::go_on() {
  if (std::exchange(going_on_, true)) return;
  while (!waiting_.empty() && asked_.size() < kAtATime) {
    const peer::PeerRef peer = loop_.shared().handles.find(waiting_.front());
    waiting_.pop_front();
    if (peer != nullptr) ask(static_cast<Connection&>(*peer));
  }
  if (waiting_.empty() && asked_.empty()) settings_.reset();
  going_on_ = false;
}

void Recheck::ask(Connection& connection) {
  const extension::KeyChain& keys = settings_->chains->keys;
  if (keys.open()) return;
  const std::string key(connection.key());
  if (key.empty() || !keys.well_formed(key)) {
    connection.revoke(loop_.dispatch());
    return;
  }
  const peer::Handle handle = connection.handle();
  const std::string client = connection.client().text();
  const std::string path = "/" + connection.channel()->name() + "/" + std::string(connection.id());
  extension::Question& slot = asked_[handle];
  admission::ask<extension::KeyVerdict>(
      slot,
      [this, loop = &loop_, handle, settings = settings_](std::function<void()> work) {
        loop->post([this, handle, settings, work = std::move(work)] {
          // A later reload asks anew.
          if (settings == settings_ && asked_.contains(handle)) work();
        });
      },
      [&](std::function<void(extension::KeyVerdict)> done) {
        return keys.ask({.purpose = PLUGBOARD_KEY_FOR_RECHECK,
                         .key = key,
                         .client_address = client,
                         .path = path,
                         .peer = handle},
                        std::move(done));
      },
      [this, handle](extension::KeyVerdict verdict) { on_verdict(handle, std::move(verdict)); });
}

void Recheck::on_verdict(peer::Handle handle, extension::KeyVerdict verdict) {
  asked_.erase(handle);
  if (const peer::PeerRef peer = loop_.shared().handles.find(handle)) {
    auto& connection = static_cast<Connection&>(*peer);
    using Kind = extension::KeyVerdict::Kind;
    // A grant that no longer holds the place that the peer has is a refusal of this peer.
    const bool elsewhere = verdict.kind == Kind::kAllowed &&
                           admission::check_grant(verdict.admission.grant(),
                                                  connection.channel()->name(), connection.id());
    if (verdict.kind == Kind::kDenied || elsewhere) {
      connection.revoke(loop_.dispatch());
    } else if (verdict.kind == Kind::kAllowed) {
      connection.renew_key(std::move(verdict.admission));
    }
  }
  go_on();
}

}  // namespace plugboard::net
