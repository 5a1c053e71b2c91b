#include "extension/hook_chain.hpp"

#include <string>
#include <utility>

#include "extension/bytes.hpp"
#include "extension/held_events.hpp"
#include "extension/inquiry.hpp"
#include "extension/links.hpp"

namespace plugboard::extension {
namespace {

/// Makes a deciding call per message; what is no answer is an ERROR.
template <class Call>
plugboard_status decide(const HookLink& hook, const char* function, const Call& call) {
  const plugboard_status status = hook.instance->decide(function, Timing::kFrame, call);
  switch (status) {
    case PLUGBOARD_NEXT:
    case PLUGBOARD_OK:
    case PLUGBOARD_DENY:
      return status;
    case PLUGBOARD_ERROR:
      hook.instance->counters().errors.fetch_add(1, std::memory_order_relaxed);
      return status;
    default:
      hook.instance->failed(std::string(function) + " returned " + std::to_string(status) +
                            ", which is no answer to it");
      return PLUGBOARD_ERROR;
  }
}

/// How an event is added to the queue of a hook that may block.
using Add = bool (*)(EventQueue& queue, PeerHandle peer, EventQueue::Event event);

bool add_plain(EventQueue& queue, PeerHandle, EventQueue::Event event) {
  return queue.add(std::move(event));
}
bool add_connected(EventQueue& queue, PeerHandle peer, EventQueue::Event event) {
  return queue.add_connected(peer, std::move(event));
}
bool add_disconnected(EventQueue& queue, PeerHandle peer, EventQueue::Event event) {
  return queue.add_disconnected(peer, std::move(event));
}

/// Hands an event to one hook: now, or, if it may block, a copy (`Held`) by its queue.
template <class Held, class Event>
void hand_over(const HookLink& hook, const char* name,
               void (*function)(plugboard_instance*, const Event*), const Event& event,
               PeerHandle peer = 0, Add add = add_plain) {
  Instance& instance = *hook.instance;
  plugboard_instance* const self = hook.self;
  if (!instance.blocking()) {
    instance.notify(name, Timing::kIo, [&] { function(self, &event); });
    return;
  }
  auto held = std::make_shared<const Held>(event);
  const bool added = add(instance.events(), peer, [&instance, name, function, self, held] {
    instance.notify(name, Timing::kMayBlock, [&] { function(self, &held->get()); });
  });
  if (!added) instance.event_dropped();
}

}  // namespace

/// A peer's way through the hooks that verify.
class VerifyWalk {
 public:
  using Done = std::function<void(VerifyVerdict)>;

  VerifyWalk(std::shared_ptr<const HookLinks> links, const plugboard_verify_request& request)
      : links_(std::move(links)), request_(&request) {}

  [[nodiscard]] bool at_end() const { return decided_ || hook_ == links_->verifiers.size(); }

  [[nodiscard]] VerifyVerdict verdict() { return std::move(verdict_); }

  [[nodiscard]] Stop stop() const {
    const HookLink& link = links_->verifiers[hook_];
    return {link.instance.get(), hook_, Asked::kVerify, link.timeout};
  }

  plugboard_status call(const Stop& stop, plugboard_token token, Timing timing) const {
    const HookLink& link = links_->verifiers[stop.link];
    return link.instance->decide(
        "verify_peer", timing, [&] { return link.table.verify_peer(link.self, request_, token); });
  }

  void settle(Answer answer) {
    const bool skip_errors = links_->verifiers[hook_].skip_errors;
    ++hook_;
    switch (answer.status) {
      case PLUGBOARD_NEXT:
        return;
      case PLUGBOARD_OK:
        decided_ = true;
        return;
      case PLUGBOARD_DENY: {
        auto* const denied = std::get_if<VerifyDenied>(&answer.result);
        verdict_ = denied != nullptr ? std::move(*denied) : VerifyDenied();
        decided_ = true;
        return;
      }
      default:
        if (skip_errors) return;
        verdict_ = VerifyFailed();
        decided_ = true;
    }
  }

  void own() {
    held_ = std::make_unique<const HeldVerifyRequest>(*request_);
    request_ = &held_->request;
  }

 private:
  std::shared_ptr<const HookLinks> links_;
  const plugboard_verify_request* request_;
  std::unique_ptr<const HeldVerifyRequest> held_;
  std::size_t hook_ = 0;
  bool decided_ = false;
  VerifyVerdict verdict_ = VerifyAllowed();
};

HookChain::HookChain() = default;

HookChain::HookChain(std::shared_ptr<const HookLinks> links) : links_(std::move(links)) {
  if (links_ == nullptr) return;
  for (const HookLink& hook : links_->hooks) {
    const plugboard_hook& table = hook.table;
    if (table.verify_peer != nullptr) wants_ |= kVerify;
    if (table.peer_connected != nullptr) wants_ |= kConnected;
    if (table.peer_disconnected != nullptr) wants_ |= kDisconnected;
    if (table.message != nullptr) wants_ |= kMessage;
    if (table.routed_message != nullptr) wants_ |= kRouted;
    if (table.undeliverable != nullptr) wants_ |= kUndeliverable;
    if (table.peer_refused != nullptr) wants_ |= kRefused;
    if (table.http_done != nullptr) wants_ |= kHttpDone;
  }
}

HookChain::HookChain(HookChain&&) noexcept = default;
HookChain& HookChain::operator=(HookChain&&) noexcept = default;
HookChain::~HookChain() = default;

Question HookChain::verify(const plugboard_verify_request& request,
                           std::function<void(VerifyVerdict)> done) const {
  if (!wants_verify()) {
    done(VerifyAllowed());
    return {};
  }
  return ask_chain(VerifyWalk(links_, request), std::move(done));
}

std::uint32_t HookChain::peer_connected(const plugboard_peer_info& peer) const {
  if (links_ == nullptr) return 0;
  if (!wants_connected()) return links_->generation;
  for (const HookLink& hook : links_->hooks) {
    if (hook.table.peer_connected == nullptr) continue;
    hand_over<HeldPeerInfo>(hook, "peer_connected", hook.table.peer_connected, peer, peer.peer,
                            add_connected);
  }
  return links_->generation;
}

void HookChain::peer_disconnected(const plugboard_peer_end& end, std::uint32_t connected) const {
  if (!wants_disconnected()) return;
  for (const HookLink& hook : links_->hooks) {
    if (hook.table.peer_disconnected == nullptr || hook.since > connected) continue;
    hand_over<HeldPeerEnd>(hook, "peer_disconnected", hook.table.peer_disconnected, end,
                           end.peer->peer, add_disconnected);
  }
}

void HookChain::peer_refused(const plugboard_peer_refusal& refusal) const {
  if (!wants_refused()) return;
  for (const HookLink& hook : links_->hooks) {
    if (hook.table.peer_refused == nullptr) continue;
    hand_over<HeldRefusal>(hook, "peer_refused", hook.table.peer_refused, refusal);
  }
}

void HookChain::http_done(const plugboard_http_done& request) const {
  if (!wants_http_done()) return;
  for (const HookLink& hook : links_->hooks) {
    if (hook.table.http_done == nullptr) continue;
    hand_over<HeldHttpDone>(hook, "http_done", hook.table.http_done, request);
  }
}

void HookChain::peer_released(PeerHandle peer) const {
  if (links_ == nullptr) return;
  for (const auto& instance : links_->everybody) {
    if (!instance->peer_data().any()) continue;
    const auto& table = instance->kinds().hook;
    const auto function = table ? table->peer_released : nullptr;
    // The value stays readable until the event that takes it away, which for plugins that may block
    // comes after what is queued before it.
    const auto release = [instance = instance.get(), function, peer](Timing timing) {
      const auto data = instance->peer_data().take(peer);
      if (!data || function == nullptr) return;
      instance->notify("peer_released", timing, [&] { function(instance->self(), peer, *data); });
    };
    if (!instance->blocking()) {
      release(Timing::kIo);
    } else if (instance->peer_data().has(peer)) {
      instance->events().add_certain([release] { release(Timing::kMayBlock); });
    }
  }
}

HookChain::MessageVerdict HookChain::message(const plugboard_message& message) const {
  if (!wants_message()) return MessageVerdict::kDropped;
  for (const HookLink& hook : links_->hooks) {
    if (hook.table.message == nullptr) continue;
    const plugboard_status status =
        decide(hook, "message", [&] { return hook.table.message(hook.self, &message); });
    if (status == PLUGBOARD_OK) return MessageVerdict::kHandled;
    if (status == PLUGBOARD_NEXT || (status == PLUGBOARD_ERROR && hook.skip_errors)) continue;
    break;
  }
  return MessageVerdict::kDropped;
}

HookChain::RouteVerdict HookChain::routed_message(const plugboard_message& message,
                                                  Routing& routing) const {
  if (!wants_routed()) return RouteVerdict::kForward;
  plugboard_message seen = message;
  const RoutingScope scope(&routing);
  for (const HookLink& hook : links_->routers) {
    const Routing::Mark before = routing.mark();
    const plugboard_status status = decide(hook, "routed_message", [&] {
      return hook.table.routed_message(hook.self, &seen, RoutingScope::handle(&routing));
    });
    if (status == PLUGBOARD_OK) break;
    if (status == PLUGBOARD_DENY || (status == PLUGBOARD_ERROR && !hook.skip_errors)) {
      return RouteVerdict::kDrop;
    }
    // What a hook that failed had asked for is forgotten with it.
    if (status == PLUGBOARD_ERROR) routing.roll_back(before);
    if (const std::string* bytes = routing.bytes()) {
      seen.data = to_bytes(*bytes);
      seen.to = to_bytes(routing.to());
    }
  }
  return RouteVerdict::kForward;
}

bool HookChain::undeliverable(const plugboard_message& message) const {
  if (!wants_undeliverable()) return false;
  for (const HookLink& hook : links_->hooks) {
    if (hook.table.undeliverable == nullptr) continue;
    const plugboard_status status = decide(
        hook, "undeliverable", [&] { return hook.table.undeliverable(hook.self, &message); });
    if (status == PLUGBOARD_OK) return true;
    if (status == PLUGBOARD_NEXT || (status == PLUGBOARD_ERROR && hook.skip_errors)) continue;
    break;
  }
  return false;
}

}  // namespace plugboard::extension
