// What this plugin is for, in a sentence.
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace {

class MyPlugin : public plugboard::Plugin {
 public:
  static std::string_view summary() { return "Refuses ids that begin with a certain prefix."; }

  // The relay checks the manifest's `config` against this before the constructor sees it.
  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "properties": {
        "prefix": {"type": "string", "minLength": 1, "default": "admin-"}
      }
    })";
  }

  explicit MyPlugin(const plugboard::Config& config) : prefix_(config.string("prefix")) {}

  // Which methods there are decides what the plugin is: see the top of <plugboard/plugin.hpp>.
  plugboard::VerifyVerdict verify_peer(const plugboard::VerifyRequest& request) {
    if (!request.peer.id.starts_with(*prefix_.get())) return plugboard::next();
    host().info("refused an id with the prefix " + *prefix_.get());
    return plugboard::deny("RESERVED_ID", "This id is reserved");
  }

  // Without it, a changed config makes a new instance.
  auto reconfigure(const plugboard::Config& config) {
    return [this, prefix = config.string("prefix")] { prefix_.set(prefix); };
  }

 private:
  plugboard::Current<std::string> prefix_;  // read by many threads, changed by a reload
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(MyPlugin, "my-plugin", "0.1.0")
