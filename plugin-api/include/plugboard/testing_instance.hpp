// A plugin under test and the questions it is asked; a part of testing.hpp.
#ifndef PLUGBOARD_TESTING_INSTANCE_HPP
#define PLUGBOARD_TESTING_INSTANCE_HPP

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "blob_store.hpp"
#include "hook.hpp"
#include "host.hpp"
#include "http_handler.hpp"
#include "id_parser.hpp"
#include "key_store.hpp"
#include "plugin.h"
#include "rate_limiter.hpp"
#include "testing_answer.hpp"
#include "testing_host.hpp"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard::testing {

/// Finds what a library describes. The library stays loaded for good, as in the relay. Throws with
/// a sentence if it cannot be loaded.
inline const plugboard_plugin& load_plugin(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());  // NOLINT(concurrency-mt-unsafe)
  const auto entry =
      reinterpret_cast<plugboard_plugin_v1_function>(dlsym(library, PLUGBOARD_ENTRY_NAME));
  if (entry == nullptr) throw std::runtime_error(path + " exports no " PLUGBOARD_ENTRY_NAME);
  return *entry();
}

/// One instance of a plugin, and the questions that the relay would ask it. Destroyed before its
/// host.
class TestInstance {
 public:
  /// Creates the instance; throws with its problems if it refuses.
  TestInstance(const plugboard_plugin& plugin, TestHost& host, std::string_view config)
      : plugin_(plugin), host_(host) {
    if (plugin_.create(host_.table(), detail::bytes(config), &self_) != PLUGBOARD_OK) {
      std::string why = "refused";
      for (const auto& [pointer, sentence] : host_.problems()) {
        why += " | " + pointer + ": " + sentence;
      }
      throw std::runtime_error(why);
    }
  }
  TestInstance(const std::string& library, TestHost& host, std::string_view config)
      : TestInstance(load_plugin(library), host, config) {}
  TestInstance(const TestInstance&) = delete;
  TestInstance& operator=(const TestInstance&) = delete;
  ~TestInstance() {
    if (plugin_.drain != nullptr) plugin_.drain(self_);
    host_.stop();
    plugin_.destroy(self_);
  }

  plugboard_instance* self() const noexcept { return self_; }

  /// Takes a new config as a reload does. False if the plugin refuses it (see TestHost::problems),
  /// or cannot be reconfigured.
  bool reconfigure(std::string_view config) {
    if (plugin_.prepare == nullptr) return false;
    if (plugin_.prepare(self_, detail::bytes(config)) != PLUGBOARD_OK) return false;
    plugin_.commit(self_);
    return true;
  }

  const plugboard_key_store& key_store() const {
    return table<plugboard_key_store>(PLUGBOARD_KEY_STORE_ID);
  }
  const plugboard_rate_limiter& rate_limiter() const {
    return table<plugboard_rate_limiter>(PLUGBOARD_RATE_LIMITER_ID);
  }
  const plugboard_hook& hook() const { return table<plugboard_hook>(PLUGBOARD_HOOK_ID); }
  const plugboard_http_handler& http_handler() const {
    return table<plugboard_http_handler>(PLUGBOARD_HTTP_HANDLER_ID);
  }
  const plugboard_blob_store& blob_store() const {
    return table<plugboard_blob_store>(PLUGBOARD_BLOB_STORE_ID);
  }
  const plugboard_id_parser& id_parser() const {
    return table<plugboard_id_parser>(PLUGBOARD_ID_PARSER_ID);
  }

  // Each asks one question, runs the jobs that come of it and waits up to 30 seconds for the
  // answer; kPending if there is none.

  Answer lookup(std::string_view key, KeyPurpose purpose = KeyPurpose::kPeer) {
    plugboard_key_request request{};
    request.size = sizeof request;
    request.purpose = static_cast<std::uint32_t>(purpose);
    request.key = detail::bytes(key);
    request.client_address = detail::bytes("192.0.2.1");
    request.path = detail::bytes("/pwa/alice001");
    return ask(TestHost::Question::kKey,
               [&](plugboard_token token) { return key_store().lookup(self_, &request, token); });
  }

  using HeaderList = std::vector<std::pair<std::string, std::string>>;

  Answer verify(const TestHost::TestPeer& peer, std::string_view query,
                const HeaderList& headers = {}) {
    const std::string target = "/" + peer.channel + "/" + peer.id + "?" + std::string(query);
    const auto borrowed = borrow(headers);
    const Peer handle = host_.add_peer(peer);
    return TestHost::with_info(handle, peer, [&](plugboard_peer_info& info) {
      info.flags = 0;  // pending, not registered
      plugboard_verify_request request{};
      request.size = sizeof request;
      request.peer = &info;
      request.target = detail::bytes(target);
      request.query = detail::bytes(query);
      request.headers = borrowed.data();
      request.header_count = borrowed.size();
      return ask(TestHost::Question::kVerify,
                 [&](plugboard_token token) { return hook().verify_peer(self_, &request, token); });
    });
  }

  Answer http(std::string_view method, std::string_view path, std::string_view body = "",
              const HeaderList& headers = {}) {
    const auto borrowed = borrow(headers);
    const auto mark = path.find('?');
    plugboard_http_request request{};
    request.size = sizeof request;
    request.method = detail::bytes(method);
    request.path = detail::bytes(path.substr(0, mark));
    request.query = detail::bytes(mark == path.npos ? "" : path.substr(mark + 1));
    request.headers = borrowed.data();
    request.header_count = borrowed.size();
    request.client_address = detail::bytes("192.0.2.1");
    const plugboard_http_handler& handler = http_handler();
    if (handler.claims != nullptr) {
      plugboard_http_claim claim{};
      claim.size = sizeof claim;
      const auto status = handler.claims(self_, &request, &claim);
      if (status != PLUGBOARD_OK) return {.status = static_cast<Status>(status)};
    }
    request.body = detail::bytes(body);
    return ask(TestHost::Question::kHttp,
               [&](plugboard_token token) { return handler.handle(self_, &request, token); });
  }

  Answer put(std::string_view key, std::string_view data) {
    return blob(blob_store().put, key, data);
  }
  Answer get(std::string_view key) { return blob(blob_store().get, key, ""); }
  Answer remove(std::string_view key) { return blob(blob_store().remove, key, ""); }

  /// What becomes of a routed message; see TestHost::take_route.
  Status route(std::string_view from, std::string_view to, std::string_view data) {
    plugboard_message message{};
    message.size = sizeof message;
    message.from = detail::bytes(from);
    message.to = detail::bytes(to);
    message.data = detail::bytes(data);
    return Status(hook().routed_message(self_, &message, nullptr));
  }

  /// The id in its canonical form; nothing if it is none.
  std::optional<std::string> parse(std::string_view channel, std::string_view id) {
    plugboard_id parsed{};
    parsed.size = sizeof parsed;
    parsed.length = static_cast<std::uint32_t>(std::min(id.size(), sizeof parsed.text));
    std::copy_n(id.begin(), parsed.length, parsed.text);
    if (id_parser().parse(self_, detail::bytes(channel), &parsed) != PLUGBOARD_OK) {
      return std::nullopt;
    }
    return std::string(parsed.text, parsed.length);
  }

  /// Asks any question; `call` gets the token and returns what the plugin returned.
  template <class F>
  Answer ask(TestHost::Question question, F&& call) {
    const plugboard_token token = host_.open_question(question);
    const auto status = static_cast<Status>(call(token));
    if (status != Status::kPending) return {.status = status};
    host_.wait_until([&] {
      host_.run_jobs();
      return host_.answer(token).status != Status::kPending;
    });
    return host_.answer(token);
  }

 private:
  template <class Table>
  const Table& table(const char* id) const {
    const void* const found = plugin_.kind(id);
    if (found == nullptr) throw std::logic_error(std::string("the plugin is no ") + id);
    return *static_cast<const Table*>(found);
  }

  static std::vector<plugboard_header> borrow(const HeaderList& headers) {
    std::vector<plugboard_header> result;
    for (const auto& [name, value] : headers) {
      result.push_back({detail::bytes(name), detail::bytes(value)});
    }
    return result;
  }

  template <class F>
  Answer blob(F call, std::string_view key, std::string_view data) {
    plugboard_blob_request request{};
    request.size = sizeof request;
    request.key = detail::bytes(key);
    request.data = detail::bytes(data);
    request.client_address = detail::bytes("192.0.2.1");
    return ask(TestHost::Question::kBlob,
               [&](plugboard_token token) { return call(self_, &request, token); });
  }

  const plugboard_plugin& plugin_;
  TestHost& host_;
  plugboard_instance* self_ = nullptr;
};

}  // namespace plugboard::testing
#pragma GCC visibility pop

#endif
