// Between the 101 and the registration: frames wait, nothing is handled early, nothing is lost.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Manifest with_doorman(const std::string& server = "",
                      const std::string& handshake_timeout = "10s") {
  return {.server = server,
          .plugins = doorman_table("timeout = \"30s\"\n"),
          .chain =
              "key_store = [\"doorman\"]\nhook = [\"doorman\"]\n"
              "http = [\"doorman\"]\n",
          .handshake_timeout = handshake_timeout};
}

/// A peer that the doorman lets in.
class Member : public Peer {
 public:
  Member(const Endpoint& endpoint, const std::string& id)
      : Peer(endpoint, id, {.query = "key=unbounded-key"}) {}
};

class Pending : public SharedRelay<Pending> {
 public:
  static Manifest manifest() { return with_doorman(); }

 protected:
  static std::string held_id() {
    const std::string id = "held" + fresh_id();
    return id;
  }
  static std::string target(const std::string& id, const char* key = "unbounded-key") {
    return "/pwa/" + id + "?key=" + key;
  }
};

TEST_F(Pending, FramesWaitAndAreHandledInOrderAfterwards) {
  Member receiver(endpoint(), fresh_id());
  const std::string id = held_id();
  WsClient pending(endpoint(), target(id));
  ASSERT_TRUE(await_held(endpoint(), 1));
  std::vector<std::string> sent;
  for (int i = 0; i < 50; ++i) {
    sent.push_back(routed("pwa:" + id, receiver.address(), i));
    pending.send_text(sent.back());
  }
  // Nothing has been handled early: an answer to the receiver comes with nothing before it.
  receiver.fence();
  release_held(endpoint());
  for (const std::string& message : sent) EXPECT_EQ(receiver.receive(), message);
}

TEST_F(Pending, FramesInTheSegmentOfTheRequestWaitToo) {
  Member receiver(endpoint(), fresh_id());
  const std::string id = held_id();
  const std::string first = routed("pwa:" + id, receiver.address(), "first");
  RawSocket pending(endpoint());
  pending.upgrade(target(id), "", text_frame(first));
  ASSERT_TRUE(await_held(endpoint(), 1));
  const std::string second = routed("pwa:" + id, receiver.address(), "second");
  pending.send(text_frame(second));
  receiver.fence();
  release_held(endpoint());
  EXPECT_EQ(receiver.receive(), first);
  EXPECT_EQ(receiver.receive(), second);
}

TEST_F(Pending, APeerIsNotOnline) {
  Member watcher(endpoint(), fresh_id());
  const std::string id = held_id();
  WsClient pending(endpoint(), target(id));
  ASSERT_TRUE(await_held(endpoint(), 1));
  EXPECT_EQ(watcher.watch("pwa:" + id), peer_status("pwa:" + id, false));
  release_held(endpoint());
  EXPECT_EQ(watcher.receive_json(), peer_status("pwa:" + id, true));
}

TEST_F(Pending, APeerDoesNotYetReplaceTheHolderOfItsId) {
  const std::string id = held_id();
  WsClient holder(endpoint(), target(id));
  ASSERT_TRUE(await_held(endpoint(), 1));
  release_held(endpoint());
  holder.send_text(watch("pwa:" + id));
  EXPECT_EQ(nlohmann::json::parse(holder.receive().data), peer_status("pwa:" + id, true));
  WsClient pending(endpoint(), target(id));
  ASSERT_TRUE(await_held(endpoint(), 1));
  const std::string message = routed("pwa:" + id, "pwa:" + id, "still mine");
  holder.send_text(message);
  EXPECT_EQ(holder.receive().data, message);
  release_held(endpoint());
  EXPECT_EQ(await_refusal(holder),
            refused("REPLACED", "Replaced by new connection", 1000, "Replaced"));
}

TEST_F(Pending, OfTwoForOneIdTheOneThatPassedLastHoldsIt) {
  Member watcher(endpoint(), fresh_id());
  const std::string id = held_id();
  watcher.watch("pwa:" + id);
  WsClient early(endpoint(), target(id));
  ASSERT_TRUE(await_held(endpoint(), 1));
  WsClient late(endpoint(), target(id));
  ASSERT_TRUE(await_held(endpoint(), 2));
  // The one that came late passes first.
  HttpClient(endpoint()).request("POST", "/doorman/newest");
  EXPECT_EQ(watcher.receive_json(), peer_status("pwa:" + id, true));
  release_held(endpoint());
  EXPECT_EQ(await_refusal(late).error.at("payload").at("code"), "REPLACED");
  const std::string message = routed("pwa:" + id, "pwa:" + id, "mine");
  early.send_text(message);
  EXPECT_EQ(early.receive().data, message);
}

TEST_F(Pending, KeysAreAwaitedInTheSameWay) {
  Member receiver(endpoint(), fresh_id());
  const std::string id = fresh_id();
  WsClient pending(endpoint(), target(id, "held-key"));
  ASSERT_TRUE(await_held(endpoint(), 1));
  const std::string message = routed("pwa:" + id, receiver.address(), "patience");
  pending.send_text(message);
  receiver.fence();
  release_held(endpoint());
  EXPECT_EQ(receiver.receive(), message);
}

TEST_F(Pending, AClientThatLeavesIsForgotten) {
  const std::string id = held_id();
  {
    RawSocket pending(endpoint());
    pending.upgrade(target(id));
    ASSERT_TRUE(await_held(endpoint(), 1));
    pending.reset();
  }
  EXPECT_TRUE(await_held(endpoint(), 0));
  Member watcher(endpoint(), fresh_id());
  EXPECT_EQ(watcher.watch("pwa:" + id), peer_status("pwa:" + id, false));
}

TEST_F(Pending, AClientThatEndsItsHalfIsForgottenToo) {
  RawSocket pending(endpoint());
  pending.upgrade(target(held_id()));
  ASSERT_TRUE(await_held(endpoint(), 1));
  pending.finish_writing();
  EXPECT_TRUE(await_held(endpoint(), 0));
  EXPECT_TRUE(pending.await_end());
}

TEST_F(Pending, AClientThatHasGoneDoesNotReplaceTheHolderOfItsId) {
  const std::string id = held_id();
  RawSocket gone(endpoint());
  gone.upgrade(target(id));
  ASSERT_TRUE(await_held(endpoint(), 1));
  WsClient holder(endpoint(), target(id));
  ASSERT_TRUE(await_held(endpoint(), 2));
  HttpClient(endpoint()).request("POST", "/doorman/newest");
  gone.finish_writing();
  ASSERT_TRUE(gone.await_end());
  release_held(endpoint());
  const std::string message = routed("pwa:" + id, "pwa:" + id, "still mine");
  holder.send_text(message);
  EXPECT_EQ(holder.receive().data, message);
}

TEST_F(Pending, WhatAClientSentBeforeItEndedItsHalfIsHandledAfterwards) {
  Member receiver(endpoint(), fresh_id());
  const std::string id = held_id();
  const std::string message = routed("pwa:" + id, receiver.address(), "last words");
  RawSocket pending(endpoint());
  pending.upgrade(target(id), "", text_frame(message));
  ASSERT_TRUE(await_held(endpoint(), 1));
  pending.finish_writing();
  receiver.fence();
  release_held(endpoint());
  EXPECT_EQ(receiver.receive(), message);
  EXPECT_TRUE(pending.await_end());
}

TEST_F(Pending, AKeyThatIsRevokedMeanwhileEndsThePeer) {
  WsClient pending(endpoint(), target(held_id(), "revocable-key"));
  ASSERT_TRUE(await_held(endpoint(), 1));
  HttpClient(endpoint()).request("POST", "/doorman/revoke");
  EXPECT_EQ(await_refusal(pending),
            refused("KEY_REVOKED", "Access key revoked", 1008, "Key revoked"));
  EXPECT_TRUE(await_held(endpoint(), 0));
}

TEST_F(Pending, ABrokenFrameEndsThePeerOnceItsTurnComes) {
  RawSocket pending(endpoint());
  pending.upgrade(target(held_id()));
  ASSERT_TRUE(await_held(endpoint(), 1));
  pending.send(FrameToSend{.payload = "x", .masked = false}.bytes());
  release_held(endpoint());
  const ReceivedFrame close = pending.frame();
  EXPECT_TRUE(close.is(Opcode::kClose));
  EXPECT_EQ(close.close_code(), 1002);
  EXPECT_TRUE(pending.await_end());
}

TEST(PendingBacklog, MoreThanMaxMessageMayWaitAndNothingOfItIsLost) {
  const RelayProcess relay(with_doorman("max_message = \"16 KiB\"\n"));
  Member receiver(relay.endpoint(), fresh_id());
  WsClient pending(relay.endpoint(), "/pwa/held0001?key=unbounded-key");
  ASSERT_TRUE(await_held(relay.endpoint(), 1));
  std::vector<std::string> sent;
  for (int i = 0; i < 16; ++i) {
    sent.push_back(routed("pwa:held0001", receiver.address(), std::string(8000, 'a' + i)));
    pending.send_text(sent.back());
  }
  release_held(relay.endpoint());
  for (const std::string& message : sent) EXPECT_EQ(receiver.receive(), message);
}

TEST(PendingHeartbeat, DoesNotEndAPendingPeer) {
  const RelayProcess relay(with_doorman("heartbeat_interval = \"50ms\"\n"));
  RawSocket pending(relay.endpoint());
  pending.upgrade("/pwa/held0001?key=unbounded-key");
  ASSERT_TRUE(await_held(relay.endpoint(), 1));
  // Another peer's pings are the clock: several intervals pass in which the pending one is silent.
  Member other(relay.endpoint(), fresh_id());
  ASSERT_TRUE(other.socket().await_pings(6));
  release_held(relay.endpoint());
  other.send_text(watch("pwa:held0001"));
  nlohmann::json status = other.receive_json();
  if (status == peer_status("pwa:held0001", false)) status = other.receive_json();
  EXPECT_EQ(status, peer_status("pwa:held0001", true));
}

TEST(PendingTimeout, EndsAPeerWhoseHookDoesNotAnswerAsAFailedOne) {
  const RelayProcess relay(with_doorman("", "300ms"));
  RawSocket pending(relay.endpoint());
  pending.upgrade("/pwa/held0001?key=unbounded-key");
  ReceivedFrame frame = pending.frame();
  if (frame.is(Opcode::kText)) frame = pending.frame();
  EXPECT_TRUE(frame.is(Opcode::kClose));
  EXPECT_EQ(frame.close_code(), 1011);
  EXPECT_EQ(frame.close_reason(), "Internal verification error");
  EXPECT_TRUE(pending.await_end());
  EXPECT_TRUE(await_held(relay.endpoint(), 0));
}

TEST(PendingTimeout, EndsAPeerWhoseKeyIsNotAnsweredAsUnavailable) {
  const RelayProcess relay(with_doorman("", "300ms"));
  WsClient pending(relay.endpoint(), "/pwa/alice001?key=held-key");
  const Refusal refusal = await_refusal(pending);
  EXPECT_EQ(refusal.error.at("payload").at("code"), "KEY_STORE_UNAVAILABLE");
  EXPECT_EQ(refusal.close_code, 1013);
  EXPECT_EQ(refusal.close_reason, "Try again later");
}

}  // namespace
}  // namespace plugboard::test
