// A plugin for flow tests that does at the door whatever a test asks for, told by the access key or
// the id that comes:
//
// as a key store
//   unbounded-key     allowed
//   channel-pwa-key   may join the channel `pwa` only
//   id-alice-key      may be `alice` and three digits only
//   reach-pwa-key     may address and watch the channel `pwa` only
//   expired-key       was good until the first of January 1970
//   expiring-key      is good for 400 ms from its first use
//   broken-key        no answer can be given
//   throwing-key      the plugin throws
//   held-key          no answer before POST /doorman/release
//   revocable-key     revoked by POST /doorman/revoke
//   any other         not its business
// as a hook
//   held...           not verified before POST /doorman/release
//   denied...         refused with the defaults
//   refused...        refused with a code, a message and a close of its own
//   failing...        the hook fails
//   throwing...       the plugin throws
//   mirror...         refused with what the hook saw, as JSON, for a message
// as an HTTP handler
//   GET /doorman/held       how many questions are held
//   POST /doorman/release   answers them with yes, in the order asked
//   POST /doorman/newest    answers the newest of the hook's with yes
//   POST /doorman/revoke    revokes revocable-key
//   POST /doorman/hang      keeps the thread that asks for ever
#include <unistd.h>
#include <plugboard/plugin.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

using plugboard::Completion;
using plugboard::KeyVerdict;
using plugboard::VerifyVerdict;

constexpr std::uint64_t kRevocable = 7;

/// Good enough for the texts of these tests: no control characters occur.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

class Doorman : public plugboard::Plugin {
 public:
  static std::string_view summary() { return "does at the door what a test asks for"; }

  ~Doorman() { release(); }

  void drain() { release(); }

  void lookup(const plugboard::KeyRequest& request, Completion<KeyVerdict> completion) {
    if (request.key == "held-key") {
      const std::lock_guard lock(mutex_);
      held_keys_.push_back(std::move(completion));
    } else {
      completion(judge(request.key));
    }
  }

  void verify_peer(const plugboard::VerifyRequest& request, Completion<VerifyVerdict> completion) {
    if (request.peer.id.starts_with("held")) {
      const std::lock_guard lock(mutex_);
      held_peers_.push_back(std::move(completion));
    } else {
      completion(judge(request));
    }
  }

  void cancel(plugboard_token token) {
    const std::lock_guard lock(mutex_);
    std::erase_if(held_keys_, [token](const auto& held) { return held.token() == token; });
    std::erase_if(held_peers_, [token](const auto& held) { return held.token() == token; });
  }

  plugboard::HttpVerdict handle(const plugboard::HttpRequest& request) {
    if (request.path == "/doorman/held") {
      const std::lock_guard lock(mutex_);
      return plugboard::respond(200, "text/plain",
                                std::to_string(held_keys_.size() + held_peers_.size()));
    }
    if (request.path == "/doorman/release") {
      release();
      return plugboard::respond(200, "text/plain", "released");
    }
    if (request.path == "/doorman/newest") {
      release_newest();
      return plugboard::respond(200, "text/plain", "released");
    }
    if (request.path == "/doorman/revoke") {
      host().revoke(kRevocable);
      return plugboard::respond(200, "text/plain", "revoked");
    }
    if (request.path == "/doorman/hang") {
      for (;;) ::pause();
    }
    return plugboard::next();
  }

 private:
  KeyVerdict judge(std::string_view key) {
    if (key == "unbounded-key") return plugboard::allow();
    if (key == "channel-pwa-key") return plugboard::allow(plugboard::Grant{.channels = {{"pwa"}}});
    if (key == "id-alice-key") return plugboard::allow(plugboard::Grant{.ids = "alice[0-9]{3}"});
    if (key == "reach-pwa-key") return plugboard::allow(plugboard::Grant{.reach = {{"pwa"}}});
    if (key == "expired-key") return plugboard::allow(plugboard::Grant{.expires_at_ms = 1});
    if (key == "expiring-key") {
      const std::lock_guard lock(mutex_);
      if (expiry_ms_ == 0) expiry_ms_ = host().unix_time().count() + 400;
      return plugboard::allow(plugboard::Grant{.expires_at_ms = expiry_ms_});
    }
    if (key == "revocable-key") return plugboard::allow(plugboard::Grant{.credential = kRevocable});
    if (key == "broken-key") return plugboard::error();
    if (key == "throwing-key") throw std::runtime_error("the doorman lost his list");
    return plugboard::abstain();
  }

  static VerifyVerdict judge(const plugboard::VerifyRequest& request) {
    const std::string_view id = request.peer.id;
    if (id.starts_with("denied")) return plugboard::deny();
    if (id.starts_with("refused")) {
      return plugboard::deny(plugboard::Denial{.code = "NOT_TODAY",
                                               .message = "Come back tomorrow",
                                               .close_code = 4321,
                                               .close_reason = "Not today"});
    }
    if (id.starts_with("failing")) return plugboard::error();
    if (id.starts_with("throwing")) throw std::runtime_error("the doorman fell asleep");
    if (id.starts_with("mirror")) {
      const auto header = request.headers.find("x-mirror");
      return plugboard::deny(plugboard::Denial{
          .message = "{\"address\":" + quoted(request.peer.address) + ",\"channel\":" +
                     quoted(request.peer.channel) + ",\"id\":" + quoted(request.peer.id) +
                     ",\"client\":" + quoted(request.peer.client_address) +
                     ",\"target\":" + quoted(request.target) +
                     ",\"query\":" + quoted(request.query) + ",\"key\":" + quoted(request.key) +
                     ",\"header\":" + quoted(header.value_or("")) + "}"});
    }
    return plugboard::next();
  }

  void release() {
    std::vector<Completion<KeyVerdict>> keys;
    std::vector<Completion<VerifyVerdict>> peers;
    {
      const std::lock_guard lock(mutex_);
      keys.swap(held_keys_);
      peers.swap(held_peers_);
    }
    for (auto& key : keys) key(plugboard::allow());
    for (auto& peer : peers) peer(plugboard::allow());
  }

  void release_newest() {
    std::vector<Completion<VerifyVerdict>> newest;
    {
      const std::lock_guard lock(mutex_);
      if (held_peers_.empty()) return;
      newest.push_back(std::move(held_peers_.back()));
      held_peers_.pop_back();
    }
    newest.front()(plugboard::allow());
  }

  std::mutex mutex_;
  std::vector<Completion<KeyVerdict>> held_keys_;
  std::vector<Completion<VerifyVerdict>> held_peers_;
  std::int64_t expiry_ms_ = 0;
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(Doorman, "doorman", "1.0.0")
