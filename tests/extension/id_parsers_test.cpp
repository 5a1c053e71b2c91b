#include "extension/id_parsers.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "extension/fake_plugin.hpp"

namespace plugboard::extension::test {
namespace {

class IdParserTest : public testing::Test {
 protected:
  std::optional<std::string> parse(const std::string& id) {
    auto link = std::make_shared<IdParserLink>(stage_.link<IdParserLink>(parser_, "ids"));
    link->table = *link->instance->kinds().id_parser;
    return IdParser(link).parse("pwa", id);
  }
  /// A parser that leaves this in place of every id.
  void gives(const std::string& text, std::uint32_t length) {
    parser_.parse = [text, length](const std::string&, plugboard_id& id) {
      std::memcpy(id.text, text.data(), text.size());
      id.length = length;
      return PLUGBOARD_OK;
    };
  }

  FakePlugin parser_;
  Stage stage_;  // ends before the plugin
};

TEST_F(IdParserTest, AnIdMayBeTakenAsItIs) {
  parser_.parse = [](const std::string& channel, plugboard_id& id) {
    EXPECT_EQ(channel, "pwa");
    EXPECT_EQ(std::string(id.text, id.length), "Alice");
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(parse("Alice"), "Alice");
}

TEST_F(IdParserTest, AnIdMayBeBroughtIntoAnotherForm) {
  gives("alice", 5);
  EXPECT_EQ(parse("ALICE"), "alice");
}

TEST_F(IdParserTest, WhatIsDeniedIsNoId) {
  parser_.parse = [](auto&&...) { return PLUGBOARD_DENY; };
  EXPECT_FALSE(parse("alice"));
}

TEST_F(IdParserTest, AParserThatFailsMakesNoId) {
  parser_.parse = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_FALSE(parse("alice"));
}

TEST_F(IdParserTest, AParserThatThrowsMakesNoId) {
  parser_.parse = [](auto&&...) -> plugboard_status { throw 1; };
  EXPECT_FALSE(parse("alice"));
}

TEST_F(IdParserTest, AnIdOfAnImpossibleSizeIsNone) {
  gives("", 0);
  EXPECT_FALSE(parse("alice"));
  gives("", 257);
  EXPECT_FALSE(parse("alice"));
}

TEST_F(IdParserTest, TheStarAndBytesThatAreNotUtf8AreNoIds) {
  gives("*", 1);
  EXPECT_FALSE(parse("alice"));
  gives("\xff", 1);
  EXPECT_FALSE(parse("alice"));
}

TEST_F(IdParserTest, AnIdThatIsTooLongIsNotAskedAbout) {
  parser_.parse = [](auto&&...) {
    ADD_FAILURE() << "was asked";
    return PLUGBOARD_OK;
  };
  EXPECT_FALSE(parse(std::string(257, 'a')));
}

TEST_F(IdParserTest, AParserIsFoundByItsPluginsName) {
  auto link = std::make_shared<IdParserLink>();
  auto links = std::make_shared<IdParserLinks>();
  links->parsers.emplace("ids", link);
  const IdParsers parsers(links);
  EXPECT_TRUE(parsers.find("ids"));
  EXPECT_FALSE(parsers.find("other"));
  EXPECT_FALSE(IdParsers().find("ids"));
}

}  // namespace
}  // namespace plugboard::extension::test
