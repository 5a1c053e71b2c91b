#include "message/router.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "peer/fake_peer.hpp"

namespace plugboard::message {
namespace {

using peer::Dispatch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StrEq;

using FakeParticipant = peer::FakeSocketOf<Participant>;
using Fake = boost::intrusive_ptr<FakeParticipant>;

class RouterTest : public testing::Test {
 protected:
  peer::Registry registry;
  peer::ChannelDirectory channels;
  metering::RelayTotals totals{1, {}, {}};
  Router router{registry, channels, totals.shard(0)};
  extension::Chains chains;
  MessageRules rules{.max_message = 1'000'000, .max_watches = 3, .drop_for_slow = false};
  Dispatch dispatch{100'000};
  peer::Channel& channel = channels.use("pwa");
  Fake alice = joined("alice001");
  Fake bob = joined("bob00001");

  Fake joined(std::string_view id) {
    Fake made(new FakeParticipant(channel, id));
    made->begin_frames();
    made->open();
    registry.add(*made, false, {}, dispatch);
    return made;
  }

  Outcome take(FakeParticipant& sender, std::string_view text, bool binary = false) {
    std::vector<char> memory(wire::kMaxServerHeader + text.size());
    std::copy(text.begin(), text.end(), memory.begin() + wire::kMaxServerHeader);
    Turn turn{chains, rules, dispatch, 0};
    const Outcome outcome = router.take(
        sender,
        {.data = memory.data() + wire::kMaxServerHeader, .size = text.size(), .binary = binary},
        turn);
    dispatch.flush_all();
    return outcome;
  }
};

TEST_F(RouterTest, RelaysTheVeryBytesThatCame) {
  const std::string message =
      R"( {"to" : "pwa:bob00001","from":"pwa:alice001", "payload":{"a":[1,2.50,"x"]} } )";
  take(*alice, message);
  EXPECT_THAT(bob->messages(), ElementsAre(message));
  EXPECT_EQ(totals.sums().messages_relayed, 1U);
}

TEST_F(RouterTest, KeepsTheTypeOfTheFrame) {
  take(*alice, R"({"from":"pwa:alice001","to":"pwa:bob00001"})", true);
  EXPECT_EQ(static_cast<unsigned char>(bob->received[0]), 0x82);
}

TEST_F(RouterTest, ComparesAddressesByValueWhateverTheirSpelling) {
  const std::string message = R"({"fr\u006fm":"pwa:\u0061lice001","to":"pwa\u003abob00001"})";
  take(*alice, message);
  EXPECT_THAT(bob->messages(), ElementsAre(message));
}

TEST_F(RouterTest, RefusesAForeignFrom) {
  take(*alice, R"({"from":"pwa:bob00001","to":"pwa:bob00001"})");
  EXPECT_THAT(alice->messages(),
              ElementsAre(R"({"type":"error","payload":{"code":"INVALID_FROM",)"
                          R"("message":"From field does not match sender identity"}})"));
  EXPECT_THAT(bob->messages(), IsEmpty());
}

TEST_F(RouterTest, RefusesWhatParsersCouldReadDifferently) {
  take(*alice, R"({"from":"pwa:alice001","to":"pwa:bob00001","to":"pwa:carol001"})");
  EXPECT_THAT(alice->messages(), ElementsAre(HasSubstr("INVALID_MESSAGE")));
}

TEST_F(RouterTest, RefusesTypesThatAreTheRelaysOwn) {
  take(*alice, R"({"from":"pwa:alice001","to":"pwa:bob00001","TYPE":"Error"})");
  EXPECT_THAT(alice->messages(), ElementsAre(HasSubstr("RESERVED_TYPE")));
  EXPECT_THAT(bob->messages(), IsEmpty());
}

TEST_F(RouterTest, DropsWhatIsNoJsonObjectInSilence) {
  for (const char* text : {"hello", "[1]", "{\"a\":}", "\"x\"", ""}) {
    EXPECT_EQ(take(*alice, text), Outcome::handled) << text;
  }
  EXPECT_THAT(alice->messages(), IsEmpty());
}

TEST_F(RouterTest, TextThatIsNotUtf8FailsTheConnection) {
  EXPECT_EQ(take(*alice, "{\"a\":\"\xFF\"}"), Outcome::not_utf8);
}

TEST_F(RouterTest, BinaryThatIsNotUtf8IsJustNoJson) {
  EXPECT_EQ(take(*alice, "{\"a\":\"\xFF\"}", true), Outcome::handled);
}

TEST_F(RouterTest, DropsMessagesToNobodyInSilence) {
  take(*alice, R"({"from":"pwa:alice001","to":"pwa:nobody01"})");
  EXPECT_THAT(alice->messages(), IsEmpty());
  EXPECT_EQ(totals.sums().messages_relayed, 0U);
}

TEST_F(RouterTest, SaysThatAReceiverIsOfflineWhereTheChannelNotifies) {
  channel.notify_undeliverable = true;
  take(*alice, R"({"from":"pwa:alice001","to":"pwa:nobody01"})");
  EXPECT_THAT(alice->messages(),
              ElementsAre(AllOf(HasSubstr("PEER_OFFLINE"), HasSubstr(R"("to":"pwa:nobody01")"))));
}

TEST_F(RouterTest, NothingThatAReplacedPeerSendsGoesAnywhere) {
  const Fake successor = joined("alice001");
  take(*alice, R"({"from":"pwa:alice001","to":"pwa:bob00001"})");
  EXPECT_THAT(bob->messages(), IsEmpty());
}

TEST_F(RouterTest, AnswersAWatchAndTellsOfChanges) {
  take(*alice, R"({"type":"watch","address":"pwa:bob00001"})");
  registry.remove(*bob, dispatch);
  dispatch.flush_all();
  EXPECT_THAT(alice->messages(),
              ElementsAre(HasSubstr(R"("online":true)"), HasSubstr(R"("online":false)")));
}

TEST_F(RouterTest, RoutesAMessageThatOnlyLooksLikeAWatch) {
  const std::string message =
      R"({"type":"watch","address":"pwa:bob00001","from":"pwa:alice001","to":"pwa:bob00001"})";
  take(*alice, message);
  EXPECT_THAT(bob->messages(), ElementsAre(message));
}

TEST_F(RouterTest, AWholeChannelIsAnOrdinaryAddressWhereItMayNotBeListed) {
  take(*alice, R"({"type":"watch","address":"pwa:*"})");
  EXPECT_THAT(alice->messages(),
              ElementsAre(StrEq(R"({"type":"peer-status","payload":{"address":"pwa:*",)"
                                R"("online":false}})")));
}

TEST_F(RouterTest, ListsAChannelWhereItMay) {
  channel.presence_list = true;
  take(*alice, R"({"type":"watch","address":"pwa:*"})");
  EXPECT_EQ(alice->messages().size(), 2U);
}

TEST_F(RouterTest, BoundsWatches) {
  for (int i = 0; i < 4; ++i) {
    take(*alice, R"({"type":"watch","address":"pwa:peer000)" + std::to_string(i) + R"("})");
  }
  EXPECT_THAT(alice->messages().back(), HasSubstr("TOO_MANY_WATCHES"));
}

TEST_F(RouterTest, AnswersAWatchOfAnAddressLongerThanAnyWithoutKeepingIt) {
  take(*alice, R"({"type":"watch","address":"pwa:)" + std::string(5000, 'x') + R"("})");
  EXPECT_THAT(alice->messages(), ElementsAre(HasSubstr(R"("online":false)")));
  EXPECT_EQ(registry.watched(), 0U);
}

TEST_F(RouterTest, EndsAPeerThatDoesNotRead) {
  bob->socket_room = 0;
  const std::string message = R"({"from":"pwa:alice001","to":"pwa:bob00001","payload":")" +
                              std::string(60'000, 'x') + R"("})";
  take(*alice, message);
  take(*alice, message);
  EXPECT_EQ(bob->ending()->close_code, 1013);
}

TEST_F(RouterTest, DropsTheNewestForAPeerThatDoesNotReadWhereToldTo) {
  rules.drop_for_slow = true;
  bob->socket_room = 0;
  const std::string message = R"({"from":"pwa:alice001","to":"pwa:bob00001","payload":")" +
                              std::string(60'000, 'x') + R"("})";
  take(*alice, message);
  take(*alice, message);
  EXPECT_EQ(bob->ending(), nullptr);
  EXPECT_EQ(totals.sums().messages_dropped, 1U);
}

}  // namespace
}  // namespace plugboard::message
