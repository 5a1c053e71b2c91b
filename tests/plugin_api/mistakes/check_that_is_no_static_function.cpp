// error: check: must be a public static function
#include <plugboard/plugin.hpp>

struct Store : plugboard::Plugin {
  plugboard::Verdict lookup(const plugboard::KeyRequest&) { return plugboard::allow(); }
  void check(plugboard::Host, const plugboard::Config&) {}
};
PLUGBOARD_EXPORT_PLUGIN(Store, "store", "1.0.0")
