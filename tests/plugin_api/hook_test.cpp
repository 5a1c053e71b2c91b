#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "plugin_api/described.hpp"

using namespace std::chrono_literals;
using plugboard::Completion;
using plugboard::Message;
using plugboard::Plugin;
using plugboard::Status;
using plugboard::Verdict;
using plugboard::VerifyRequest;
using plugboard::VerifyVerdict;
using plugboard::detail::bytes;
using plugboard::testing::TestHost;

namespace {

// Writes down what it sees.
struct Hook : Plugin {
  VerifyVerdict verify_peer(const VerifyRequest& request) {
    seen = std::string(request.peer.address) + "?" + std::string(request.query);
    if (const auto token = request.headers.find("x-token")) return verdict_on(*token);
    return plugboard::next();
  }
  static VerifyVerdict verdict_on(std::string_view token) {
    if (token == "coded") return plugboard::deny("NOT_YOU", "It is not you");
    if (token == "full") {
      return plugboard::deny(
          {.code = "A", .message = "B", .close_code = 4001, .close_reason = "C"});
    }
    if (token == "plain") return plugboard::deny();
    if (token == "throws") throw std::runtime_error("no service");
    return plugboard::allow();
  }
  void peer_connected(const plugboard::PeerInfo& peer) {
    seen = std::string(peer.address) + (peer.registered ? " registered" : " pending") +
           (peer.secure ? " secure" : "") + " " + std::string(peer.client_address) + " " +
           std::string(peer.key_name) + " " + std::to_string(peer.connected_at_ms);
    if (peer.id == "throws") throw std::runtime_error("no log");
  }
  void peer_disconnected(const plugboard::PeerEnd& end) {
    seen = std::string(end.peer.address) + " " + std::to_string(end.reason) + " " +
           std::to_string(end.close_code) + " " + std::string(end.close_reason) + " " +
           std::to_string(end.duration.count()) + " " + std::to_string(end.messages_in) + " " +
           std::to_string(end.bytes_in) + " " + std::to_string(end.messages_out) + " " +
           std::to_string(end.bytes_out);
  }
  Verdict message(const Message& message) {
    seen = std::string(message.from) + " " + std::string(message.data);
    return message.binary ? plugboard::handled() : plugboard::next();
  }
  Verdict routed_message(const Message& message, plugboard::Routing& routing) {
    if (message.to == "pwa:redirect") routing.route_to("pwa:other001");
    if (message.to == "pwa:rewrite0") routing.replace(R"({"from":"pwa:alice001"})");
    if (message.to == "pwa:answer00") routing.answer("NO", "Not now");
    if (message.to == "pwa:throws00") throw std::runtime_error("odd");
    return plugboard::drop();
  }
  Verdict undeliverable(const Message& message) {
    return message.to == "pwa:kept0001" ? plugboard::handled() : plugboard::next();
  }
  void peer_refused(const plugboard::Refusal& refusal) {
    seen = std::to_string(refusal.step) + " " + std::string(refusal.code) + " " +
           std::string(refusal.message) + " " + std::to_string(refusal.close_code) + " " +
           std::to_string(refusal.http_status) + " " + std::string(refusal.client_address) + " " +
           std::string(refusal.path) + " " + std::string(refusal.key_name);
  }
  void http_done(const plugboard::HttpDone& request) {
    seen = std::string(request.method) + " " + std::string(request.path) + " " +
           std::to_string(request.status) + (request.blob ? " blob " : " ") +
           std::string(request.client_address) + " " + std::to_string(request.bytes_in) + " " +
           std::to_string(request.bytes_out) + " " + std::to_string(request.duration.count());
  }
  void peer_released(plugboard::Peer peer, std::uint64_t data) {
    seen = std::to_string(peer) + " " + std::to_string(data);
  }

  std::string seen;
};

struct LateHook : Plugin {
  void verify_peer(const VerifyRequest&, Completion<VerifyVerdict> completion) {
    kept.emplace(std::move(completion));
  }
  std::optional<Completion<VerifyVerdict>> kept;
};

struct SimpleFilter : Plugin {
  Verdict routed_message(const Message& message) {
    return message.data.find("spam") == std::string_view::npos ? plugboard::next()
                                                               : plugboard::drop();
  }
};

class HookClass : public testing::Test {
 protected:
  const std::string& seen() {
    return plugboard::detail::Instance<Hook>::from(instance.self()).object.seen;
  }
  plugboard_peer_info peer() {
    plugboard_peer_info info{};
    info.size = sizeof info;
    info.flags = PLUGBOARD_PEER_REGISTERED | PLUGBOARD_PEER_SECURE;
    info.channel = bytes("pwa");
    info.id = bytes("alice001");
    info.address = bytes("pwa:alice001");
    info.client_address = bytes("192.0.2.1");
    info.key_name = bytes("key-0123456789ab");
    info.connected_at_ms = 12;
    return info;
  }

  TestHost host;
  Instance<Hook> instance{host};
  const plugboard_hook& table = instance.hook();
};

const TestHost::TestPeer kAlice{.channel = "pwa", .id = "alice001"};

}  // namespace

TEST_F(HookClass, VerifiesPeers) {
  EXPECT_EQ(instance.verify(kAlice, "ts=1").status, Status::kNext);
  EXPECT_EQ(seen(), "pwa:alice001?ts=1");
  EXPECT_EQ(instance.verify(kAlice, "", {{"X-Token", "fine"}}).status, Status::kOk);
}

TEST_F(HookClass, DeniesWithCodeAndMessage) {
  const auto answer = instance.verify(kAlice, "", {{"X-TOKEN", "coded"}});
  EXPECT_EQ(answer.status, Status::kDeny);
  EXPECT_EQ(answer.denial->code, "NOT_YOU");
  EXPECT_EQ(answer.denial->message, "It is not you");
  EXPECT_EQ(answer.denial->close_code, 0u);
}

TEST_F(HookClass, DeniesWithACloseOfItsOwn) {
  const auto answer = instance.verify(kAlice, "", {{"x-token", "full"}});
  EXPECT_EQ(answer.denial->close_code, 4001u);
  EXPECT_EQ(answer.denial->close_reason, "C");
}

TEST_F(HookClass, DeniesWithTheDefaults) {
  const auto answer = instance.verify(kAlice, "", {{"x-token", "plain"}});
  EXPECT_EQ(answer.status, Status::kDeny);
  EXPECT_FALSE(answer.denial.has_value());
}

TEST_F(HookClass, FailsToVerifyIfItThrows) {
  EXPECT_EQ(instance.verify(kAlice, "", {{"x-token", "throws"}}).status, Status::kError);
  EXPECT_TRUE(host.logged("verify_peer failed: no service"));
}

TEST_F(HookClass, VerifiesLater) {
  Instance<LateHook> late(host);
  const auto token = host.open_question(TestHost::Question::kVerify);
  const auto info = peer();
  plugboard_verify_request request{};
  request.size = sizeof request;
  request.peer = &info;
  EXPECT_EQ(late.hook().verify_peer(late.self(), &request, token), PLUGBOARD_PENDING);
  EXPECT_EQ(host.answer(token).status, Status::kPending);
  auto& kept = plugboard::detail::Instance<LateHook>::from(late.self()).object.kept;
  EXPECT_TRUE((*kept)(plugboard::deny("NO", "No")));
  EXPECT_EQ(host.answer(token).denial->code, "NO");
}

TEST_F(HookClass, SeesPeersConnect) {
  const auto info = peer();
  table.peer_connected(instance.self(), &info);
  EXPECT_EQ(seen(), "pwa:alice001 registered secure 192.0.2.1 key-0123456789ab 12");
}

TEST_F(HookClass, LogsEventsThatThrow) {
  auto info = peer();
  info.id = bytes("throws");
  table.peer_connected(instance.self(), &info);
  EXPECT_TRUE(host.logged("peer_connected failed: no log"));
}

TEST_F(HookClass, SeesPeersDisconnect) {
  const auto info = peer();
  plugboard_peer_end end{};
  end.size = sizeof end;
  end.reason = PLUGBOARD_END_SLOW;
  end.peer = &info;
  end.close_code = 1013;
  end.close_reason = bytes("Try again later");
  end.duration_ms = 1;
  end.messages_in = 2;
  end.bytes_in = 3;
  end.messages_out = 4;
  end.bytes_out = 5;
  table.peer_disconnected(instance.self(), &end);
  EXPECT_EQ(seen(), "pwa:alice001 5 1013 Try again later 1 2 3 4 5");
}

TEST_F(HookClass, SeesMessages) {
  plugboard_message message{};
  message.size = sizeof message;
  message.from = bytes("pwa:alice001");
  message.data = bytes(R"({"type":"x"})");
  EXPECT_EQ(table.message(instance.self(), &message), PLUGBOARD_NEXT);
  EXPECT_EQ(seen(), R"(pwa:alice001 {"type":"x"})");
  message.flags = PLUGBOARD_SEND_BINARY;
  EXPECT_EQ(table.message(instance.self(), &message), PLUGBOARD_OK);
}

TEST_F(HookClass, RedirectsRoutedMessages) {
  EXPECT_EQ(instance.route("pwa:alice001", "pwa:redirect", "{}"), Status::kDeny);
  EXPECT_EQ(host.take_route().receivers, std::vector<std::string>{"pwa:other001"});
}

TEST_F(HookClass, RewritesRoutedMessages) {
  instance.route("pwa:alice001", "pwa:rewrite0", "{}");
  EXPECT_EQ(host.take_route().replacement, R"({"from":"pwa:alice001"})");
}

TEST_F(HookClass, AnswersTheSender) {
  instance.route("pwa:alice001", "pwa:answer00", "{}");
  EXPECT_EQ(host.take_route().answer, "NO: Not now");
}

TEST_F(HookClass, FailsToRouteIfItThrows) {
  EXPECT_EQ(instance.route("pwa:alice001", "pwa:throws00", "{}"), Status::kError);
}

TEST_F(HookClass, RoutesWithoutARoutingToo) {
  Instance<SimpleFilter> filter(host);
  EXPECT_EQ(filter.route("pwa:alice001", "pwa:bob00001", "{}"), Status::kNext);
  EXPECT_EQ(filter.route("pwa:alice001", "pwa:bob00001", R"({"a":"spam"})"), Status::kDeny);
}

TEST_F(HookClass, TakesCareOfUndeliverableMessages) {
  plugboard_message message{};
  message.size = sizeof message;
  message.to = bytes("pwa:kept0001");
  EXPECT_EQ(table.undeliverable(instance.self(), &message), PLUGBOARD_OK);
  message.to = bytes("pwa:lost0001");
  EXPECT_EQ(table.undeliverable(instance.self(), &message), PLUGBOARD_NEXT);
}

TEST_F(HookClass, SeesRefusals) {
  plugboard_peer_refusal refusal{};
  refusal.size = sizeof refusal;
  refusal.step = PLUGBOARD_STEP_KEY;
  refusal.code = bytes("INVALID_KEY");
  refusal.message = bytes("no");
  refusal.close_code = 1008;
  refusal.http_status = 403;
  refusal.client_address = bytes("unix");
  refusal.path = bytes("/pwa/x");
  refusal.key_name = bytes("key-1");
  table.peer_refused(instance.self(), &refusal);
  EXPECT_EQ(seen(), "4 INVALID_KEY no 1008 403 unix /pwa/x key-1");
}

TEST_F(HookClass, SeesHttpRequests) {
  plugboard_http_done request{};
  request.size = sizeof request;
  request.status = 404;
  request.method = bytes("GET");
  request.path = bytes("/blob/secret01");
  request.client_address = bytes("unix");
  request.bytes_in = 1;
  request.bytes_out = 2;
  request.duration_ns = 3;
  request.flags = PLUGBOARD_HTTP_DONE_BLOB;
  table.http_done(instance.self(), &request);
  EXPECT_EQ(seen(), "GET /blob/secret01 404 blob unix 1 2 3");
}

TEST_F(HookClass, IsToldWhenAPeerIsReleased) {
  table.peer_released(instance.self(), 8, 9);
  EXPECT_EQ(seen(), "8 9");
}

TEST_F(HookClass, WhatIsNotThereIsLeftOut) {
  const Instance<SimpleFilter> filter(host);
  const plugboard_hook& hook = filter.hook();
  EXPECT_EQ(hook.verify_peer, nullptr);
  EXPECT_EQ(hook.peer_connected, nullptr);
  EXPECT_EQ(hook.peer_disconnected, nullptr);
  EXPECT_EQ(hook.message, nullptr);
  EXPECT_NE(hook.routed_message, nullptr);
  EXPECT_EQ(hook.undeliverable, nullptr);
  EXPECT_EQ(hook.peer_refused, nullptr);
  EXPECT_EQ(hook.http_done, nullptr);
  EXPECT_EQ(hook.peer_released, nullptr);
}

TEST(Headers, AreFoundInWhateverLetterCase) {
  const plugboard_header headers[] = {
      {bytes("Host"), bytes("a")}, {bytes("X-Twice"), bytes("1")}, {bytes("x-twice"), bytes("2")}};
  const plugboard::Headers found(headers, 3);
  EXPECT_EQ(found.size(), 3u);
  EXPECT_EQ(found.find("HOST"), "a");
  EXPECT_EQ(found.find("x-Twice"), "1");
  EXPECT_FALSE(found.find("hos").has_value());
  EXPECT_EQ(found[2].name, "x-twice");
}
