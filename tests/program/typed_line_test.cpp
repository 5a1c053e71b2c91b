#include "peer/typed_line.hpp"

#include <gmock/gmock.h>

namespace plugboard::program {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string why_wrong(const TypedLine& line) {
  const auto* wrong = std::get_if<WrongLine>(&line);
  return wrong != nullptr ? wrong->why : "";
}

TEST(TypedLine, IsAddressAndText) {
  const auto send = std::get<SendLine>(read_typed_line("demo:bob00001 hello there"));
  EXPECT_EQ(send.to, "demo:bob00001");
  EXPECT_EQ(send.payload, "hello there");
}

TEST(TypedLine, KeepsBlanksInsideAndBehindTheText) {
  EXPECT_EQ(std::get<SendLine>(read_typed_line("a:b   x  ")).payload, "  x  ");
}

TEST(TypedLine, TextMayBeEmpty) {
  EXPECT_EQ(std::get<SendLine>(read_typed_line("a:b")).payload, "");
}

TEST(TypedLine, LeavesTheEndOfAWindowsLineAway) {
  EXPECT_EQ(std::get<SendLine>(read_typed_line("a:b x\r")).payload, "x");
}

TEST(TypedLine, OfBlanksDoesNothing) {
  EXPECT_TRUE(std::holds_alternative<EmptyLine>(read_typed_line(" \t ")));
}

TEST(TypedLine, WithoutAddressIsWrong) {
  EXPECT_THAT(why_wrong(read_typed_line("hello there")), HasSubstr("expected ADDRESS TEXT"));
}

TEST(TypedLine, WithAColonAtAnEndIsNoAddress) {
  EXPECT_NE(why_wrong(read_typed_line("note: this")), "");
  EXPECT_NE(why_wrong(read_typed_line(":b this")), "");
}

TEST(TypedLine, CanWatch) {
  EXPECT_EQ(std::get<WatchLine>(read_typed_line("/watch demo:*")).address, "demo:*");
}

TEST(TypedLine, CanUnwatch) {
  EXPECT_EQ(std::get<UnwatchLine>(read_typed_line(" /unwatch  a:b ")).address, "a:b");
}

TEST(TypedLine, CannotWatchWhatIsNoAddress) {
  EXPECT_THAT(why_wrong(read_typed_line("/watch bob")), HasSubstr("\"bob\" is no address"));
}

TEST(TypedLine, CanSendJson) {
  const auto send = std::get<SendLine>(read_typed_line(R"(/json a:b {"x": [1, 2]})"));
  EXPECT_EQ(send.to, "a:b");
  EXPECT_EQ(send.payload, (json{{"x", {1, 2}}}));
}

TEST(TypedLine, CannotSendWhatIsNoJson) {
  EXPECT_THAT(why_wrong(read_typed_line("/json a:b {x}")), HasSubstr("not JSON"));
}

TEST(TypedLine, CanAskForHelp) {
  EXPECT_TRUE(std::holds_alternative<HelpLine>(read_typed_line("/help")));
}

TEST(TypedLine, CanQuit) {
  EXPECT_TRUE(std::holds_alternative<QuitLine>(read_typed_line("/quit")));
}

TEST(TypedLine, WithAnUnknownCommandIsWrong) {
  EXPECT_THAT(why_wrong(read_typed_line("/wacth a:b")), HasSubstr("no command /wacth"));
}

TEST(TypedLine, HelpNamesEveryCommand) {
  for (const char* command : {"/watch", "/unwatch", "/json", "/quit"}) {
    EXPECT_THAT(typed_line_help(), HasSubstr(command));
  }
}

TEST(JsonLine, Sends) {
  const auto send = std::get<SendLine>(read_json_line(R"({"to":"a:b","payload":{"x":1}})"));
  EXPECT_EQ(send.to, "a:b");
  EXPECT_EQ(send.payload, (json{{"x", 1}}));
}

TEST(JsonLine, Watches) {
  EXPECT_EQ(std::get<WatchLine>(read_json_line(R"({"watch":"a:b"})")).address, "a:b");
}

TEST(JsonLine, Unwatches) {
  EXPECT_EQ(std::get<UnwatchLine>(read_json_line(R"({"unwatch":"a:b"})")).address, "a:b");
}

TEST(JsonLine, MayBeEmpty) {
  EXPECT_TRUE(std::holds_alternative<EmptyLine>(read_json_line("")));
  EXPECT_TRUE(std::holds_alternative<EmptyLine>(read_json_line("\r")));
}

class WrongJsonLine : public testing::TestWithParam<const char*> {};
TEST_P(WrongJsonLine, SaysWhatIsExpected) {
  EXPECT_THAT(why_wrong(read_json_line(GetParam())), HasSubstr(R"({"watch":ADDRESS})"));
}
INSTANTIATE_TEST_SUITE_P(All, WrongJsonLine,
                         testing::Values("hello", "[1]", "{}", R"({"to":"a:b"})",
                                         R"({"to":1,"payload":1})", R"({"watch":1})",
                                         R"({"watch":"a:b","x":1})",
                                         R"({"to":"a:b","payload":1,"x":1})"));

}  // namespace
}  // namespace plugboard::program
