// error: peer_disconnected: wrong signature
#include <plugboard/plugin.hpp>

struct Hook : plugboard::Plugin {
  void peer_connected(const plugboard::PeerInfo&) {}
  void peer_disconnected(const plugboard::PeerInfo&) {}
};
PLUGBOARD_EXPORT_PLUGIN(Hook, "hook", "1.0.0")
