// error: reconfigure takes (const plugboard::Config&) and returns a callable
#include <plugboard/plugin.hpp>

struct Store : plugboard::Plugin {
  plugboard::Verdict lookup(const plugboard::KeyRequest&) { return plugboard::allow(); }
  void reconfigure(const plugboard::Config&) {}
};
PLUGBOARD_EXPORT_PLUGIN(Store, "store", "1.0.0")
