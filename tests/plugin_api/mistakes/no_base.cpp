// error: the class must derive from plugboard::Plugin
#include <plugboard/plugin.hpp>

struct Store {
  plugboard::Verdict lookup(const plugboard::KeyRequest&) { return plugboard::allow(); }
};
PLUGBOARD_EXPORT_PLUGIN(Store, "store", "1.0.0")
