// A plugin that there are several builds of, for tests of reloading: a hook that looks at every
// event and message and lets all of them pass, and tells which build and config it is.
//
//   GET /changing   {"build":B,"number":N}, N being its config's number
#include <atomic>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>

namespace {

class Changing : public plugboard::Plugin {
 public:
  static std::string_view summary() { return "tells which build and config it is"; }
  static std::string_view config_schema() {
    return R"({"type":"object","properties":{"number":{"type":"integer","default":0}}})";
  }

  explicit Changing(const plugboard::Config& config) : number_(config.integer("number")) {
    host().info("begins");
  }
  ~Changing() { host().info("ends"); }

  auto reconfigure(const plugboard::Config& config) {
    return [this, number = config.integer("number")] { number_ = number; };
  }

  plugboard::VerifyVerdict verify_peer(const plugboard::VerifyRequest&) {
    return plugboard::next();
  }
  void peer_connected(const plugboard::PeerInfo& peer) { host().set_data(peer.peer, 1); }
  void peer_disconnected(const plugboard::PeerEnd&) {}
  void peer_released(plugboard::Peer, std::uint64_t) {}
  plugboard::Verdict routed_message(const plugboard::Message&, plugboard::Routing&) {
    return plugboard::next();
  }

  plugboard::HttpVerdict handle(const plugboard::HttpRequest& request) {
    if (request.path != "/changing") return plugboard::next();
    return plugboard::respond(
        200, "application/json",
        "{\"build\":" CHANGING_BUILD ",\"number\":" + std::to_string(number_.load()) + "}");
  }

 private:
  std::atomic<std::int64_t> number_;
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(Changing, "changing", CHANGING_BUILD ".0.0")
