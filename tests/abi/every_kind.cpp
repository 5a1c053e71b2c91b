// What every_kind.c is, written with the C++ layer: the same answers, so that what is kept of a
// release shows that plugins of that layer live on too.
#include <atomic>
#include <mutex>
#include <optional>
#include <plugboard/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;

class EveryKind : public plugboard::Plugin {
 public:
  static std::string_view summary() { return "A plugin of every kind in C++, to be kept."; }

  static std::string_view config_schema() {
    return R"({"type":"object","properties":{"refuse":{"type":"boolean","default":false}}})";
  }

  static void check(plugboard::Host, const plugboard::Config& config) { refuse_if_told(config); }

  explicit EveryKind(const plugboard::Config& config)
      : timer_(host().every(10ms, [this] { fired_ = true; })) {
    refuse_if_told(config);
  }

  auto reconfigure(const plugboard::Config& config) {
    refuse_if_told(config);
    return [] {};
  }

  void drain() {}

  // Key store

  plugboard::KeyForm key_form() const { return {.max_size = 100}; }

  void lookup(const plugboard::KeyRequest& request,
              plugboard::Completion<plugboard::KeyVerdict> completion) const {
    if (request.key == "good-key-1") {
      completion(grant());
    } else if (request.key == "later-key-1") {
      host().run([completion = std::move(completion)]() mutable { completion(grant()); });
    } else {
      completion(plugboard::abstain());
    }
  }

  // Rate limiter

  plugboard::LimitVerdict connect(const plugboard::LimitSubject&, std::uint64_t& slot) {
    slot = ++last_slot_;
    return plugboard::allow();
  }
  plugboard::LimitVerdict admit(std::uint64_t, const plugboard::LimitSubject&) const {
    return plugboard::allow();
  }
  plugboard::Lease renew(std::uint64_t, const plugboard::Usage&) const {
    return plugboard::Lease::grant(10, plugboard::Lease::kUnlimited, 1s);
  }
  void release(std::uint64_t, const plugboard::Usage&) const {}
  plugboard::LimitVerdict request(const plugboard::LimitSubject&) const {
    return plugboard::allow();
  }

  // Hook

  plugboard::VerifyVerdict verify_peer(const plugboard::VerifyRequest& request) const {
    if (!holds(request.query, "no")) return plugboard::next();
    return plugboard::deny({.code = "NOT_YOU",
                            .message = "Anybody but you",
                            .close_code = 4003,
                            .close_reason = "Not you"});
  }
  void peer_connected(const plugboard::PeerInfo& peer) const { host().set_data(peer.peer, 1); }
  void peer_disconnected(const plugboard::PeerEnd& end) const { (void)host().data(end.peer.peer); }
  void peer_released(plugboard::Peer, std::uint64_t) const {}
  void peer_refused(const plugboard::Refusal& refusal) const { host().info(refusal.code); }
  void http_done(const plugboard::HttpDone&) const {}

  plugboard::Verdict message(const plugboard::Message& message) const {
    if (!holds(message.data, "\"echo\"")) return plugboard::next();
    if (message.binary) {
      host().send_binary(message.peer, message.data);
    } else {
      host().send(message.peer, message.data);
    }
    return plugboard::handled();
  }

  plugboard::Verdict routed_message(const plugboard::Message& message,
                                    plugboard::Routing& routing) const {
    if (holds(message.data, "drop")) {
      routing.answer("DROPPED", "Dropped on request");
      return plugboard::drop();
    }
    if (holds(message.data, "turn")) routing.route_to("pwa:other001");
    if (holds(message.data, "swap")) {
      routing.replace(R"({"from":")" + std::string(message.from) + R"(","to":")" +
                      std::string(message.to) + R"(","payload":"new"})");
    }
    return plugboard::next();
  }

  plugboard::Verdict undeliverable(const plugboard::Message&) const { return plugboard::next(); }

  // HTTP handler

  std::optional<plugboard::HttpClaim> claims(const plugboard::HttpRequest& request) const {
    if (request.path != "/every-kind") return std::nullopt;
    return plugboard::HttpClaim{.max_body = 1000};
  }

  plugboard::HttpVerdict handle(const plugboard::HttpRequest&) const {
    int peers = 0;
    int credentials = 0;
    host().for_each_peer("pwa", [&](const plugboard::PeerInfo&) { ++peers; });
    host().for_each_credential([&](std::uint64_t, std::uint64_t) { ++credentials; });
    (void)host().find("pwa:nobody01");
    (void)host().revoke(99);
    const bool stats = holds(host().stats(), "\"totalConnections\"");
    return plugboard::respond(200, "text/plain",
                              std::to_string(peers) + " " + std::to_string(credentials) + " " +
                                  (stats ? "1 " : "0 ") + (fired_ ? "1" : "0"));
  }

  // Blob store: one, under any key

  plugboard::BlobLimits limits() const { return {.max_size = 100, .route_prefix = "/every-blob"}; }

  plugboard::BlobVerdict put(const plugboard::BlobRequest& request) {
    const std::lock_guard lock(mutex_);
    blob_ = std::string(request.data);
    return plugboard::stored();
  }
  void get(const plugboard::BlobRequest&,
           plugboard::Completion<plugboard::BlobVerdict> completion) {
    std::optional<std::string> blob;
    {
      const std::lock_guard lock(mutex_);
      blob = blob_;
    }
    completion(blob ? plugboard::found(std::move(*blob)) : plugboard::not_found());
  }
  plugboard::BlobVerdict remove(const plugboard::BlobRequest&) {
    const std::lock_guard lock(mutex_);
    return std::exchange(blob_, std::nullopt) ? plugboard::removed() : plugboard::not_found();
  }
  std::uint64_t entries() {
    const std::lock_guard lock(mutex_);
    return blob_ ? 1 : 0;
  }

  // Id parser

  std::optional<std::string> parse(std::string_view, std::string_view id) const {
    std::string canonical(id);
    if (canonical.starts_with('x')) canonical.front() = 'y';
    return canonical;
  }

 private:
  static bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
  }

  static void refuse_if_told(const plugboard::Config& config) {
    if (config.boolean("refuse")) config.fail("refuse", "was told to refuse");
  }

  static plugboard::KeyVerdict grant() {
    return plugboard::allow(
        {.credential = 7, .channels = {{"pwa"}}, .attributes = R"({"by":"every-kind"})"});
  }

  std::atomic<bool> fired_ = false;
  std::atomic<std::uint64_t> last_slot_ = 0;
  std::mutex mutex_;
  std::optional<std::string> blob_;  // guarded by mutex_
  plugboard::Timer timer_;           // last: its work uses the rest
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(EveryKind, "every-kind", "1.0.0")
