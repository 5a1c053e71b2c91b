#include "load/protocol.hpp"

#include <gtest/gtest.h>

namespace plugboard::load {
namespace {

TEST(LoadProtocol, TellsTheServersWordsApart) {
  EXPECT_EQ(kind_of(R"({"type":"peer-status","payload":{"address":"pwa:a0000001","online":true}})"),
            MessageKind::kOnline);
  EXPECT_EQ(
      kind_of(R"({"type":"peer-status","payload":{"address":"pwa:a0000001","online":false}})"),
      MessageKind::kOffline);
  EXPECT_EQ(kind_of(R"({"type":"error","payload":{"code":"RATE_LIMITED","message":"no"}})"),
            MessageKind::kError);
}

TEST(LoadProtocol, ARoutedMessageIsNeverTheServersWord) {
  EXPECT_EQ(kind_of(R"({"from":"pwa:a","to":"pwa:b","payload":{"type":"error"}})"),
            MessageKind::kOther);
}

}  // namespace
}  // namespace plugboard::load
