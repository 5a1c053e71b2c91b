// error: the class needs a public constructor
#include <plugboard/plugin.hpp>

struct Store : plugboard::Plugin {
  explicit Store(int) {}
  plugboard::Verdict lookup(const plugboard::KeyRequest&) { return plugboard::allow(); }
};
PLUGBOARD_EXPORT_PLUGIN(Store, "store", "1.0.0")
