// error: none of the methods that would make it a plugin
#include <plugboard/plugin.hpp>

class Store : public plugboard::Plugin {
  plugboard::Verdict lookup(const plugboard::KeyRequest&) { return plugboard::allow(); }
};
PLUGBOARD_EXPORT_PLUGIN(Store, "store", "1.0.0")
