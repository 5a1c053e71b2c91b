// A plugin for flow tests that does with messages, peers and requests whatever a test asks for.
//
// as a hook, told by a routed message's `do`
//   fan      goes to pwa:fan00001 and pwa:fan00002 instead
//   replace  is replaced by another payload
//   forge    is to be replaced by a message in another's name
//   refuse   is dropped, and the sender told TOO_LOUD
//   warn     goes on its way, and the sender is told CAREFUL
//   drop     is dropped
//   throw    the plugin throws
//   block    keeps the I/O thread for 30 ms
// by the `type` of one that is not routed
//   echo     sent back to its sender from a thread of the plugin's own
// by its receiver
//   pwa:ghost...  undeliverable messages are taken care of: the sender gets a receipt
// as an HTTP handler
//   GET /switchboard/peers          addresses of the channel pwa, sorted, one a line
//   POST /switchboard/send          "address text" for a body: sent from the worker pool
//   POST /switchboard/close         address: closed 4001 "Enough"
//   GET /switchboard/stale          what calls with the handle of the last peer that left return
//   GET /switchboard/stats          whether stats() gives JSON of now
//   GET /switchboard/counts         peers that were connected, disconnected and released
//   any other                       passed on, with a header X-Switchboard
// as an id parser
//   letters become small ones; ids with a "!" are none
#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <plugboard/plugin.hpp>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

bool asks_for(std::string_view data, std::string_view what) {
  return data.find("\"do\":\"" + std::string(what) + "\"") != std::string_view::npos;
}

class Switchboard : public plugboard::Plugin {
 public:
  static std::string_view summary() { return "does with messages what a test asks for"; }
  static std::string_view config_schema() { return R"({"type":"object","properties":{}})"; }

  explicit Switchboard(const plugboard::Config&) {}
  ~Switchboard() {
    const std::lock_guard lock(mutex_);
    for (std::thread& thread : threads_) thread.join();
  }

  plugboard::Verdict routed_message(const plugboard::Message& message,
                                    plugboard::Routing& routing) {
    if (asks_for(message.data, "fan")) {
      routing.route_to("pwa:fan00001");
      routing.route_to("pwa:fan00002");
    } else if (asks_for(message.data, "replace") || asks_for(message.data, "forge")) {
      const std::string from =
          asks_for(message.data, "forge") ? "pwa:somebody" : std::string(message.from);
      routing.replace("{\"from\":\"" + from + "\",\"to\":\"" + std::string(message.to) +
                      "\",\"payload\":\"replaced\"}");
    } else if (asks_for(message.data, "refuse")) {
      routing.answer("TOO_LOUD", "Please do not shout");
      return plugboard::drop();
    } else if (asks_for(message.data, "warn")) {
      routing.answer("CAREFUL", "Somebody listens");
    } else if (asks_for(message.data, "drop")) {
      return plugboard::drop();
    } else if (asks_for(message.data, "throw")) {
      throw std::runtime_error("the switchboard is on fire");
    } else if (asks_for(message.data, "block")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
    return plugboard::next();
  }

  plugboard::Verdict message(const plugboard::Message& message) {
    if (message.data.find("\"type\":\"echo\"") == std::string_view::npos) return plugboard::next();
    const std::lock_guard lock(mutex_);
    threads_.emplace_back(
        [this, peer = message.peer, data = std::string(message.data)] { host().send(peer, data); });
    return plugboard::handled();
  }

  plugboard::Verdict undeliverable(const plugboard::Message& message) {
    if (!message.to.starts_with("pwa:ghost")) return plugboard::next();
    host().send(message.peer, R"({"type":"receipt","payload":{"kept":true}})");
    return plugboard::handled();
  }

  void peer_connected(const plugboard::PeerInfo& peer) {
    ++connected_;
    host().set_data(peer.peer, 1);
  }
  void peer_disconnected(const plugboard::PeerEnd& end) {
    ++disconnected_;
    last_gone_ = end.peer.peer;
  }
  void peer_released(plugboard::Peer, std::uint64_t) { ++released_; }

  plugboard::HttpVerdict handle(const plugboard::HttpRequest& request) {
    if (request.path == "/switchboard/peers") return text(peers());
    if (request.path == "/switchboard/send") return text(send_later(request.body));
    if (request.path == "/switchboard/close") {
      const auto peer = host().find(request.body);
      if (!peer) return text("nobody");
      host().close(*peer, 4001, "Enough");
      return text("closed");
    }
    if (request.path == "/switchboard/stale") return text(stale());
    if (request.path == "/switchboard/stats") {
      return text(host().stats().find("\"totalConnections\"") != std::string::npos ? "yes" : "no");
    }
    if (request.path == "/switchboard/counts") {
      return text(std::to_string(connected_) + " " + std::to_string(disconnected_) + " " +
                  std::to_string(released_));
    }
    return plugboard::pass_on({{"X-Switchboard", "seen"}});
  }

  std::optional<std::string> parse(std::string_view, std::string_view id) {
    if (id.find('!') != std::string_view::npos) return std::nullopt;
    std::string small(id);
    for (char& c : small) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return small;
  }

 private:
  static plugboard::HttpVerdict text(std::string body) {
    return plugboard::respond(200, "text/plain", std::move(body));
  }

  std::string peers() {
    std::set<std::string> addresses;
    host().for_each_peer("pwa", [&](const plugboard::PeerInfo& peer) {
      addresses.emplace(peer.address);
      return true;
    });
    std::string lines;
    for (const std::string& address : addresses) lines += address + "\n";
    return lines;
  }

  std::string send_later(std::string_view body) {
    const std::size_t space = body.find(' ');
    const bool accepted = host().run([this, address = std::string(body.substr(0, space)),
                                      message = std::string(body.substr(space + 1))] {
      if (const auto peer = host().find(address)) host().send(*peer, message);
    });
    return accepted ? "queued" : "full";
  }

  std::string stale() {
    const plugboard_peer gone = last_gone_;
    const plugboard_host* const table = host().table();
    std::uint64_t value = 0;
    const auto nothing = [](void*, const plugboard_peer_info*) {};
    const std::vector<plugboard_status> returned = {
        table->peer_send(table, gone, {"{}", 2}, PLUGBOARD_SEND_TEXT),
        table->peer_send_error(table, gone, {"A", 1}, {"b", 1}),
        table->peer_close(table, gone, 1000, {nullptr, 0}),
        table->peer_get(table, gone, nothing, nullptr),
        table->peer_data_set(table, gone, 7),
        table->peer_data_get(table, gone, &value)};
    std::string all;
    for (const plugboard_status status : returned) all += std::to_string(status) + " ";
    return all;
  }

  std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::atomic<int> connected_ = 0;
  std::atomic<int> disconnected_ = 0;
  std::atomic<int> released_ = 0;
  std::atomic<plugboard_peer> last_gone_ = 0;
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(Switchboard, "switchboard", "1.0.0")
