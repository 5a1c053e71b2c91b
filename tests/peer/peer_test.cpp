#include "peer/peer.hpp"

#include <gmock/gmock.h>

#include "fake_peer.hpp"
#include "peer/server_frames.hpp"

namespace plugboard::peer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PeerTest : public testing::Test {
 protected:
  Channel channel{"pwa", 0};
  FakeRef alice{new FakePeer(channel, "alice001")};
  Dispatch dispatch{10'000};

  Delivery send(std::string_view text) {
    return alice->send(message_frame(text, false), text.size(), dispatch);
  }
};

TEST_F(PeerTest, IsNamedByChannelAndId) {
  EXPECT_EQ(alice->address(), "pwa:alice001");
  EXPECT_EQ(alice->id(), "alice001");
}

TEST_F(PeerTest, ANameSetAgainReplacesTheFirst) {
  const std::string longer(100, 'l');
  for (const std::string& id : {longer, longer + "2", std::string("short001"), longer}) {
    alice->set_name(channel, id);
    EXPECT_EQ(alice->address(), "pwa:" + id);
  }
}

TEST_F(PeerTest, MessagesBeforeItIsOpenGoNowhere) { EXPECT_EQ(send("early"), Delivery::gone); }

TEST_F(PeerTest, WhatIsSentArrivesOnceTheDispatchIsFlushed) {
  alice->open();
  EXPECT_EQ(send("one"), Delivery::queued);
  EXPECT_EQ(send("two"), Delivery::queued);
  EXPECT_THAT(alice->messages(), IsEmpty());
  dispatch.flush();
  EXPECT_THAT(alice->messages(), ElementsAre("one", "two"));
}

TEST_F(PeerTest, WhatWouldPassTheLimitIsNotQueuedBehindOthers) {
  alice->open();
  EXPECT_EQ(send("first"), Delivery::queued);
  EXPECT_EQ(send(std::string(10'000, 'x')), Delivery::full);
}

TEST_F(PeerTest, WhatWaitsAloneMayPassTheLimit) {
  alice->open();
  const std::string larger(10'000, 'x');
  EXPECT_EQ(send(larger), Delivery::queued);
  EXPECT_THAT(alice->messages(), ElementsAre(larger));
}

TEST_F(PeerTest, LargeFramesGoStraightToASocketWithNothingWaiting) {
  alice->open();
  const std::string large(5000, 'x');
  EXPECT_EQ(send(large), Delivery::queued);
  EXPECT_THAT(alice->messages(), ElementsAre(large));
}

TEST_F(PeerTest, LargeFramesStayBehindWhatWaits) {
  alice->open();
  const std::string large(5000, 'x');
  send("first");
  send(large);
  dispatch.flush();
  EXPECT_THAT(alice->messages(), ElementsAre("first", large));
}

TEST_F(PeerTest, TheRestOfALargeFrameFollowsWhenTheSocketHasRoom) {
  alice->open();
  alice->socket_room = 1000;
  const std::string large(5000, 'x');
  send(large);
  send("next");
  dispatch.flush();
  alice->drain(SIZE_MAX);
  EXPECT_THAT(alice->messages(), ElementsAre(large, "next"));
}

TEST_F(PeerTest, AFrameBeyondTheOutboxLimitIsNotQueued) {
  alice->open();
  alice->socket_room = 0;
  EXPECT_EQ(send(std::string(9000, 'x')), Delivery::queued);
  EXPECT_EQ(send(std::string(2000, 'y')), Delivery::full);
  EXPECT_EQ(send("small"), Delivery::queued);
}

TEST_F(PeerTest, CountsPayloadBytesOfRelayedMessagesOnly) {
  alice->open();
  send("12345");
  alice->send(error_frame("CODE", "text"), 0, dispatch);
  dispatch.flush();
  EXPECT_EQ(alice->relayed, 5U);
}

TEST_F(PeerTest, AnEndSendsTheErrorAndTheCloseFrameBehindWhatWaits) {
  alice->begin_frames();
  alice->open();
  send("last");
  alice->finish({.end = EndReason::revoked,
                 .close_code = 1008,
                 .close_reason = "Key revoked",
                 .error_code = "KEY_REVOKED",
                 .error_message = "Access key revoked"},
                dispatch);
  dispatch.flush();
  EXPECT_THAT(alice->messages(),
              ElementsAre("last", HasSubstr("KEY_REVOKED"), "\x03\xF0Key revoked"));
}

TEST_F(PeerTest, ASlowOnesEndDropsWhatWaitsAndHasNotBeenBegun) {
  alice->begin_frames();
  alice->open();
  alice->socket_room = 10;
  const std::string begun(100, 'x');
  send(begun);
  dispatch.flush();
  send("never");
  alice->finish({.end = EndReason::slow, .close_code = 1013, .discard_waiting = true}, dispatch);
  alice->drain(SIZE_MAX);
  EXPECT_THAT(alice->messages(), ElementsAre(begun, "\x03\xF5"));
}

TEST_F(PeerTest, AnEndBeforeTheUpgradeIsAnsweredAddsNoFrames) {
  alice->finish({.end = EndReason::revoked, .close_code = 1008}, dispatch);
  dispatch.flush();
  EXPECT_THAT(alice->received, IsEmpty());
}

TEST_F(PeerTest, OnlyTheFirstEndCounts) {
  alice->open();
  alice->finish({.end = EndReason::plugin, .close_code = 4000}, dispatch);
  EXPECT_FALSE(alice->finish({.end = EndReason::slow, .close_code = 1013}, dispatch));
  EXPECT_FALSE(alice->lose(EndReason::closed));
  EXPECT_EQ(alice->ending()->reason, EndReason::plugin);
  EXPECT_EQ(alice->finishes, 1);
}

TEST_F(PeerTest, AfterItsEndHasBegunMessagesGoNowhere) {
  alice->open();
  alice->lose(EndReason::closed);
  EXPECT_EQ(send("late"), Delivery::gone);
}

}  // namespace
}  // namespace plugboard::peer
