// error: lookup: wrong signature
#include <plugboard/plugin.hpp>

struct Store : plugboard::Plugin {
  plugboard::Verdict lookup(const std::string& key) {
    return key.empty() ? plugboard::deny() : plugboard::allow();
  }
  void peer_connected(const plugboard::PeerInfo&) {}
};
PLUGBOARD_EXPORT_PLUGIN(Store, "store", "1.0.0")
