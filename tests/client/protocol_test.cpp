#include "protocol.hpp"

#include <gmock/gmock.h>

namespace plugboard::client {
namespace {

using nlohmann::json;

bool is_ignored(std::string_view text) {
  return std::holds_alternative<Ignored>(read_incoming(text));
}

TEST(RoutedText, HoldsFromToAndPayload) {
  EXPECT_EQ(routed_text("demo:alice001", "demo:bob00001", {{"n", 1}}),
            R"({"from":"demo:alice001","to":"demo:bob00001","payload":{"n":1}})");
}

TEST(RoutedText, EscapesAddresses) {
  EXPECT_EQ(json::parse(routed_text("a:\"\\", "b:\n", nullptr)),
            json({{"from", "a:\"\\"}, {"to", "b:\n"}, {"payload", nullptr}}));
}

TEST(RoutedText, ThrowsForTextThatIsNotUtf8) {
  EXPECT_THROW(routed_text("a:b", "a:c", "\xff"), json::type_error);
}

TEST(WatchText, IsTheProtocols) {
  EXPECT_EQ(watch_text("demo:*"), R"({"type":"watch","address":"demo:*"})");
}

TEST(UnwatchText, IsTheProtocols) {
  EXPECT_EQ(unwatch_text("demo:*"), R"({"type":"unwatch","address":"demo:*"})");
}

TEST(ReadIncoming, AnObjectWithASenderIsAMessage) {
  const Incoming incoming = read_incoming(R"({"from":"demo:b","to":"demo:a","payload":[1]})");
  const auto& message = std::get<Message>(incoming);
  EXPECT_EQ(message.from, "demo:b");
  EXPECT_EQ(message.payload, json::array({1}));
}

TEST(ReadIncoming, AMessageWithoutPayloadHasNull) {
  EXPECT_EQ(std::get<Message>(read_incoming(R"({"from":"demo:b"})")).payload, nullptr);
}

TEST(ReadIncoming, AMessageMayHaveAnyOtherType) {
  EXPECT_EQ(std::get<Message>(read_incoming(R"({"from":"demo:b","type":"offer"})")).from, "demo:b");
}

TEST(ReadIncoming, PeerStatusComesBeforeFrom) {
  const Incoming incoming = read_incoming(
      R"({"from":"x","type":"peer-status","payload":{"address":"demo:b","online":true}})");
  const auto& status = std::get<PeerStatus>(incoming);
  EXPECT_EQ(status.address, "demo:b");
  EXPECT_TRUE(status.online);
}

TEST(ReadIncoming, ErrorComesBeforeFrom) {
  const Incoming incoming =
      read_incoming(R"({"from":"x","type":"error","payload":{"code":"A","message":"B"}})");
  const auto& error = std::get<ServerError>(incoming);
  EXPECT_EQ(error.code, "A");
  EXPECT_EQ(error.message, "B");
}

TEST(ReadIncoming, AnErrorWithOddMembersIsReadAsFarAsItGoes) {
  EXPECT_EQ(std::get<ServerError>(read_incoming(R"({"type":"error","payload":{"code":1}})")).code,
            "");
}

TEST(ReadIncoming, AStatusWhoseOnlineIsNotTrueIsOffline) {
  EXPECT_FALSE(
      std::get<PeerStatus>(read_incoming(R"({"type":"peer-status","payload":{"online":1}})"))
          .online);
}

TEST(ReadIncoming, WhatIsNotJsonIsIgnored) { EXPECT_TRUE(is_ignored("hello")); }
TEST(ReadIncoming, NothingIsIgnored) { EXPECT_TRUE(is_ignored("")); }
TEST(ReadIncoming, AnArrayIsIgnored) { EXPECT_TRUE(is_ignored(R"(["from"])")); }
TEST(ReadIncoming, AnObjectWithoutSenderIsIgnored) { EXPECT_TRUE(is_ignored(R"({"to":"a:b"})")); }
TEST(ReadIncoming, ASenderThatIsNoStringIsIgnored) { EXPECT_TRUE(is_ignored(R"({"from":1})")); }
TEST(ReadIncoming, TextThatIsNotUtf8IsIgnored) { EXPECT_TRUE(is_ignored("{\"from\":\"\xff\"}")); }
TEST(ReadIncoming, AnErrorWithoutPayloadIsIgnored) {
  EXPECT_TRUE(is_ignored(R"({"type":"error"})"));
}

TEST(ReadIncoming, DeepNestingIsRead) {
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_FALSE(is_ignored(R"({"from":"a:b","payload":)" + deep + "}"));
}

class FatalCode : public testing::TestWithParam<const char*> {};
TEST_P(FatalCode, Stops) { EXPECT_TRUE(is_fatal(GetParam())); }
INSTANTIATE_TEST_SUITE_P(All, FatalCode,
                         testing::Values("INVALID_KEY", "KEY_REVOKED", "FORBIDDEN_CHANNEL",
                                         "FORBIDDEN_ID", "INVALID_URL", "REPLACED"));

class PassingCode : public testing::TestWithParam<const char*> {};
TEST_P(PassingCode, DoesNotStop) { EXPECT_FALSE(is_fatal(GetParam())); }
INSTANTIATE_TEST_SUITE_P(All, PassingCode,
                         testing::Values("ID_IN_USE", "VERIFY_FAILED", "RATE_LIMITED",
                                         "KEY_STORE_UNAVAILABLE", "SLOW_CONSUMER",
                                         "FORBIDDEN_ADDRESS", "INVALID_FROM", ""));

TEST(FatalClose, IsKnownByCodeAndReason) {
  EXPECT_EQ(fatal_close(1008, "Invalid key")->code, "INVALID_KEY");
  EXPECT_EQ(fatal_close(1008, "Key revoked")->code, "KEY_REVOKED");
  EXPECT_EQ(fatal_close(1008, "Forbidden")->code, "FORBIDDEN_CHANNEL");
  EXPECT_EQ(fatal_close(1002, "Invalid URL")->code, "INVALID_URL");
  EXPECT_EQ(fatal_close(1000, "Replaced")->code, "REPLACED");
}

TEST(FatalClose, OtherClosesAreNotFatal) {
  EXPECT_FALSE(fatal_close(1008, "Rate limited"));
  EXPECT_FALSE(fatal_close(1000, ""));
  EXPECT_FALSE(fatal_close(1012, "Service restart"));
}

}  // namespace
}  // namespace plugboard::client
