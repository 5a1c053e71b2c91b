// error: a blob store needs put, get and remove
#include <plugboard/plugin.hpp>

struct Blobs : plugboard::Plugin {
  plugboard::BlobVerdict put(const plugboard::BlobRequest&) { return plugboard::stored(); }
  plugboard::BlobVerdict get(const plugboard::BlobRequest&) { return plugboard::not_found(); }
  void peer_connected(const plugboard::PeerInfo&) {}
};
PLUGBOARD_EXPORT_PLUGIN(Blobs, "blobs", "1.0.0")
