#include "server/relay_services.hpp"

#include <plugboard/hook.h>

#include "http/documents.hpp"
#include "net/connection.hpp"
#include "peer/server_frames.hpp"

namespace plugboard::server {
namespace {

net::Connection& connection(peer::Peer& peer) { return static_cast<net::Connection&>(peer); }

}  // namespace

std::uint64_t RelayServices::monotonic_ns() const { return net::monotonic_ns(); }

std::int64_t RelayServices::unix_ms() const { return net::unix_ms(); }

void RelayServices::log(std::int32_t level, std::string_view instance, std::string_view text) {
  log_.line(level, instance, text);
}

extension::PeerHandle RelayServices::find_peer(std::string_view address) {
  if (shared_ == nullptr) return 0;
  const peer::PeerRef found = shared_->registry.find(address);
  return found != nullptr ? found->handle() : 0;
}

void RelayServices::list_peers(std::string_view channel,
                               const std::function<bool(const plugboard_peer_info&)>& each) {
  if (shared_ == nullptr) return;
  shared_->registry.for_each([&](peer::Peer& peer) {
    if (!channel.empty() && peer.channel()->name() != channel) return true;
    bool go_on = true;
    connection(peer).with_info([&](const plugboard_peer_info& info) { go_on = each(info); });
    return go_on;
  });
}

bool RelayServices::with_peer(extension::PeerHandle handle,
                              const std::function<void(const plugboard_peer_info&)>& with) {
  const peer::PeerRef found = shared_ != nullptr ? shared_->handles.find(handle) : nullptr;
  if (found == nullptr) return false;
  connection(*found).with_info(with);
  return true;
}

bool RelayServices::peer_exists(extension::PeerHandle peer) {
  return shared_ != nullptr && shared_->handles.find(peer) != nullptr;
}

plugboard_status RelayServices::send(extension::PeerHandle peer, std::string_view message,
                                     std::uint32_t flags) {
  if (shared_ == nullptr) return PLUGBOARD_GONE;
  if (message.size() > shared_->settings()->rules.max_message) return PLUGBOARD_TOO_LARGE;
  return send_frame(peer, peer::message_frame(message, (flags & PLUGBOARD_SEND_BINARY) != 0));
}

plugboard_status RelayServices::send_error(extension::PeerHandle peer, std::string_view code,
                                           std::string_view message) {
  return send_frame(peer, peer::error_frame(code, message));
}

plugboard_status RelayServices::send_frame(extension::PeerHandle handle, std::string_view frame) {
  const peer::PeerRef found = shared_ != nullptr ? shared_->handles.find(handle) : nullptr;
  if (found == nullptr || !found->registered()) return PLUGBOARD_GONE;
  peer::Dispatch dispatch(shared_->settings()->server.outbox_limit);
  switch (found->send(frame, 0, dispatch)) {
    case peer::Delivery::queued:
      return PLUGBOARD_OK;
    case peer::Delivery::full:
      return PLUGBOARD_FULL;
    case peer::Delivery::gone:
      break;
  }
  return PLUGBOARD_GONE;
}

plugboard_status RelayServices::close(extension::PeerHandle handle, std::uint16_t code,
                                      std::string_view reason) {
  const peer::PeerRef found = shared_ != nullptr ? shared_->handles.find(handle) : nullptr;
  if (found == nullptr) return PLUGBOARD_GONE;
  peer::Dispatch dispatch(0);
  const bool first = found->finish(
      {.end = peer::EndReason::plugin, .close_code = code, .close_reason = reason}, dispatch);
  return first ? PLUGBOARD_OK : PLUGBOARD_GONE;
}

void RelayServices::revoke(extension::PeerHandle handle) {
  const peer::PeerRef found = shared_ != nullptr ? shared_->handles.find(handle) : nullptr;
  if (found == nullptr) return;
  peer::Dispatch dispatch(0);
  connection(*found).revoke(dispatch);
}

std::string RelayServices::stats_json() {
  return shared_ != nullptr ? http::stats_document(shared_->stats()) : "{}";
}

}  // namespace plugboard::server
