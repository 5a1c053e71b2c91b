// What plugins may do with messages, peers and requests, through the real program.
#include "flow/hooks/switchboard.hpp"

namespace plugboard::test {
namespace {

class Hooks : public SharedRelay<Hooks> {
 public:
  static Manifest manifest() { return switchboard_manifest(); }

 protected:
  static std::string ask(const std::string& path) { return HttpClient(endpoint()).get(path).body; }
  static std::string post(const std::string& path, const std::string& body) {
    return HttpClient(endpoint()).request("POST", path, {}, body).body;
  }
  static std::string doing(const std::string& from, const std::string& to,
                           const std::string& what) {
    return R"({"from":")" + from + R"(","to":")" + to + R"(","do":")" + what + "\"}";
  }
};

TEST_F(Hooks, AMessageMayGoToSeveralOthersInstead) {
  Peer alice(endpoint(), fresh_id());
  Peer bob(endpoint(), fresh_id());
  Peer first(endpoint(), "fan00001");
  Peer second(endpoint(), "fan00002");
  const std::string sent = doing(alice.address(), bob.address(), "fan");
  alice.send_text(sent);
  EXPECT_EQ(first.receive(), sent);
  EXPECT_EQ(second.receive(), sent);
  bob.fence();
  alice.fence();
}

TEST_F(Hooks, AMessageMayBeReplaced) {
  Peer alice(endpoint(), fresh_id());
  Peer bob(endpoint(), fresh_id());
  alice.send_text(doing(alice.address(), bob.address(), "replace"));
  EXPECT_EQ(bob.receive_json().at("payload"), "replaced");
}

TEST_F(Hooks, AReplacementInAnothersNameIsNotTaken) {
  Peer alice(endpoint(), fresh_id());
  Peer bob(endpoint(), fresh_id());
  const std::string sent = doing(alice.address(), bob.address(), "forge");
  alice.send_text(sent);
  EXPECT_EQ(bob.receive(), sent);
}

TEST_F(Hooks, ADroppedMessagesSenderMayBeTold) {
  Peer alice(endpoint(), fresh_id());
  Peer bob(endpoint(), fresh_id());
  alice.send_text(doing(alice.address(), bob.address(), "refuse"));
  EXPECT_EQ(alice.receive_json(), error("TOO_LOUD", "Please do not shout"));
  bob.fence();
}

TEST_F(Hooks, AForwardedMessagesSenderMayBeTold) {
  Peer alice(endpoint(), fresh_id());
  Peer bob(endpoint(), fresh_id());
  const std::string sent = doing(alice.address(), bob.address(), "warn");
  alice.send_text(sent);
  EXPECT_EQ(alice.receive_json(), error("CAREFUL", "Somebody listens"));
  EXPECT_EQ(bob.receive(), sent);
}

TEST_F(Hooks, AMessageMayBeDroppedInSilence) {
  Peer alice(endpoint(), fresh_id());
  Peer bob(endpoint(), fresh_id());
  alice.send_text(doing(alice.address(), bob.address(), "drop"));
  alice.fence();
  bob.fence();
}

TEST_F(Hooks, AMessageThatIsNotRoutedMayBeHandledFromAThreadOfThePlugins) {
  Peer alice(endpoint(), fresh_id());
  const std::string sent = R"({"type":"echo","payload":7})";
  alice.send_text(sent);
  EXPECT_EQ(alice.receive(), sent);
}

TEST_F(Hooks, WhatCannotBeDeliveredMayBeTakenCareOf) {
  Peer alice(endpoint(), fresh_id());
  alice.send("pwa:ghost001", 1);
  EXPECT_EQ(alice.receive_json().at("type"), "receipt");
  alice.send("pwa:nobody01", 1);
  EXPECT_EQ(alice.receive_json().at("payload").at("code"), "PEER_OFFLINE");
}

TEST_F(Hooks, PeersCanBeListedSentToAndClosedFromWorkers) {
  Peer alice(endpoint(), "lister01");
  const std::string peers = ask("/switchboard/peers");
  EXPECT_NE(peers.find("pwa:lister01\n"), std::string::npos) << peers;
  EXPECT_EQ(post("/switchboard/send", R"(pwa:lister01 {"hello":1})"), "queued");
  EXPECT_EQ(alice.receive(), R"({"hello":1})");
  EXPECT_EQ(post("/switchboard/close", "pwa:lister01"), "closed");
  const WsClose close = alice.socket().await_close();
  EXPECT_EQ(close.code, 4001);
  EXPECT_EQ(close.reason, "Enough");
}

TEST_F(Hooks, AHandleOfAPeerThatHasLeftIsGone) {
  {
    Peer leaving(endpoint(), fresh_id());
    leaving.socket().close();
  }
  EXPECT_TRUE(await([] { return ask("/switchboard/stale") == "5 5 5 5 5 5 "; }))
      << ask("/switchboard/stale");
}

TEST_F(Hooks, EachPeerIsConnectedDisconnectedAndReleasedOnce) {
  { Peer(endpoint(), fresh_id()).socket().close(); }
  EXPECT_TRUE(await([] {
    int connected = 0;
    int disconnected = 0;
    int released = 0;
    std::istringstream(ask("/switchboard/counts")) >> connected >> disconnected >> released;
    return connected > 0 && connected == disconnected && disconnected == released;
  })) << ask("/switchboard/counts");
}

TEST_F(Hooks, StatsAreThereForPlugins) { EXPECT_EQ(ask("/switchboard/stats"), "yes"); }

TEST_F(Hooks, AHandlerInTheMiddleAddsHeadersToWhateverAnswers) {
  for (const char* path : {"/health", "/no/such/path"}) {
    const HttpResponse answer = HttpClient(endpoint()).get(path);
    EXPECT_EQ(answer.header("x-switchboard"), "seen") << path;
  }
}

TEST_F(Hooks, AChannelsIdsMayBeBroughtIntoAFormOfThePlugins) {
  WsClient client(endpoint(), "/named/BigLetters");
  client.send_text(watch("named:bigletters"));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), peer_status("named:bigletters", true));
  EXPECT_EQ(refusal_of(endpoint(), "/named/what!"), invalid_url());
}

}  // namespace
}  // namespace plugboard::test
