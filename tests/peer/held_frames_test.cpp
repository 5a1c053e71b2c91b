// Large frames that last are held by a Dispatch and sent together.
#include <gmock/gmock.h>

#include "fake_peer.hpp"
#include "peer/peer.hpp"
#include "peer/server_frames.hpp"

namespace plugboard::peer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HeldFrames : public testing::Test {
 protected:
  Channel channel{"pwa", 0};
  FakeRef alice{new FakePeer(channel, "alice001")};
  FakeRef bob{new FakePeer(channel, "bob00001")};
  const std::string a = std::string(5000, 'a');
  const std::string b = std::string(5000, 'b');
  const std::string frame_a = message_frame(a, false);
  const std::string frame_b = message_frame(b, false);
  Dispatch dispatch{20'000};  // ends before the frames that it may hold

  HeldFrames() {
    alice->open();
    bob->open();
    alice->begin_frames();
  }

  Delivery lasting(FakePeer& to, std::string_view frame) {
    return to.send(frame, frame.size(), dispatch, true);
  }
  Delivery passing(FakePeer& to, std::string_view text) {
    return to.send(message_frame(text, false), text.size(), dispatch);
  }
};

TEST_F(HeldFrames, GoToTheSocketTogetherWhenTheDispatchIsSettled) {
  EXPECT_EQ(lasting(*alice, frame_a), Delivery::queued);
  EXPECT_EQ(lasting(*alice, frame_b), Delivery::queued);
  EXPECT_THAT(alice->messages(), IsEmpty());
  dispatch.settle();
  EXPECT_THAT(alice->messages(), ElementsAre(a, b));
  EXPECT_EQ(alice->writes_past_outbox, 1);
}

TEST_F(HeldFrames, AreSentWithAFlushToo) {
  lasting(*alice, frame_a);
  dispatch.flush();
  EXPECT_THAT(alice->messages(), ElementsAre(a));
}

TEST_F(HeldFrames, AreNotOvertakenByASmallFrame) {
  lasting(*alice, frame_a);
  passing(*alice, "small");
  dispatch.flush();
  EXPECT_THAT(alice->messages(), ElementsAre(a, "small"));
}

TEST_F(HeldFrames, AreNotOvertakenByALargeFrameThatDoesNotLast) {
  lasting(*alice, frame_a);
  passing(*alice, b);
  EXPECT_THAT(alice->messages(), ElementsAre(a, b));
}

TEST_F(HeldFrames, StayBehindWhatWaits) {
  passing(*alice, "small");
  lasting(*alice, frame_a);
  dispatch.flush();
  EXPECT_THAT(alice->messages(), ElementsAre("small", a));
}

TEST_F(HeldFrames, MakeWayForThoseToAnotherPeer) {
  lasting(*alice, frame_a);
  lasting(*bob, frame_b);
  EXPECT_THAT(alice->messages(), ElementsAre(a));
  dispatch.settle();
  EXPECT_THAT(bob->messages(), ElementsAre(b));
}

TEST_F(HeldFrames, LetSmallFramesToAnotherPeerPass) {
  lasting(*alice, frame_a);
  passing(*bob, "small");
  EXPECT_THAT(alice->messages(), IsEmpty());
}

TEST_F(HeldFrames, FollowInOrderWhenTheSocketHasRoomAgain) {
  alice->socket_room = 7000;
  lasting(*alice, frame_a);
  lasting(*alice, frame_b);
  dispatch.flush();
  EXPECT_THAT(alice->messages(), ElementsAre(a));
  alice->drain(SIZE_MAX);
  EXPECT_THAT(alice->messages(), ElementsAre(a, b));
}

TEST_F(HeldFrames, NeverHoldMoreThanTheOutboxMay) {
  for (int i = 0; i < 5; ++i) lasting(*alice, frame_a);
  EXPECT_THAT(alice->messages(), ElementsAre(a, a, a));
}

TEST_F(HeldFrames, CountAgainstTheLimitOnceTheSocketIsFull) {
  alice->socket_room = 0;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(lasting(*alice, frame_a), Delivery::queued);
  EXPECT_EQ(lasting(*alice, frame_a), Delivery::full);
}

TEST_F(HeldFrames, ComeBeforeTheCloseFrame) {
  lasting(*alice, frame_a);
  alice->finish({.end = EndReason::closed, .close_code = 1000, .close_reason = ""}, dispatch);
  dispatch.flush();
  EXPECT_TRUE(alice->received.starts_with(frame_a));
  EXPECT_GT(alice->received.size(), frame_a.size());
}

TEST_F(HeldFrames, OfAPeerThatIsGoneGoNowhere) {
  lasting(*alice, frame_a);
  alice->lose(EndReason::closed);
  dispatch.settle();
  EXPECT_EQ(alice->received, "");
}

}  // namespace
}  // namespace plugboard::peer
