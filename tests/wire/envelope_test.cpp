#include "wire/envelope.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plugboard::wire {
namespace {

constexpr std::string_view kSender = "pwa:alice001";

Envelope scan(std::string_view message) { return scan_envelope(message, kSender); }

TEST(Envelope, ARoutedMessageIsReadWhole) {
  const Envelope envelope =
      scan(R"( {"from":"pwa:alice001", "to" : "pwa:bob00002","payload": {"a":[1,2]} } )");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.foreign_from);
  EXPECT_FALSE(envelope.duplicate);
  EXPECT_FALSE(envelope.reserved_type);
  EXPECT_TRUE(envelope.routed());
  EXPECT_EQ(envelope.from.raw, "pwa:alice001");
  EXPECT_EQ(envelope.to.raw, "pwa:bob00002");
  EXPECT_EQ(envelope.payload, R"({"a":[1,2]})");
  EXPECT_FALSE(envelope.type.present());
  EXPECT_FALSE(envelope.address.present());
}

}  // namespace
}  // namespace plugboard::wire
