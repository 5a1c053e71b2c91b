#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "plugin_api/described.hpp"

using plugboard::Plugin;
using plugboard::testing::TestHost;

namespace {

struct Judge : Plugin {
  bool parse(std::string_view channel, std::string_view id) const {
    if (id == "throws") throw std::runtime_error("odd");
    return channel == "pwa" && id.size() >= 3;
  }
};

struct Canonical : Plugin {
  std::optional<std::string> parse(std::string_view, std::string_view id) const {
    if (id == "none") return std::nullopt;
    if (id == "empty") return "";
    if (id == "long") return std::string(257, 'x');
    if (id == "longest") return std::string(256, 'x');
    return "the-" + std::string(id);
  }
};

}  // namespace

TEST(IdParserClass, JudgesIds) {
  TestHost host;
  Instance<Judge> parser(host);
  EXPECT_EQ(parser.parse("pwa", "abc"), "abc");
  EXPECT_FALSE(parser.parse("pwa", "ab").has_value());
  EXPECT_FALSE(parser.parse("ext", "abc").has_value());
}

TEST(IdParserClass, RefusesIdsWhenItThrows) {
  TestHost host;
  Instance<Judge> parser(host);
  EXPECT_FALSE(parser.parse("pwa", "throws").has_value());
}

TEST(IdParserClass, BringsIdsIntoTheirCanonicalForm) {
  TestHost host;
  Instance<Canonical> parser(host);
  EXPECT_EQ(parser.parse("pwa", "abc"), "the-abc");
  EXPECT_FALSE(parser.parse("pwa", "none").has_value());
}

TEST(IdParserClass, CanonicalFormsThatCannotBeIdsAreRefused) {
  TestHost host;
  Instance<Canonical> parser(host);
  EXPECT_FALSE(parser.parse("pwa", "empty").has_value());
  EXPECT_FALSE(parser.parse("pwa", "long").has_value());
  EXPECT_EQ(parser.parse("pwa", "longest"), std::string(256, 'x'));
}
