#include "load/message.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "load/deflate.hpp"
#include "load/frame.hpp"
#include "load/stamp.hpp"

namespace plugboard::load {
namespace {

constexpr const char* kFrom = "pwa:a0000001";
constexpr const char* kTo = "pwa:b0000001";

FlowMessage message(Shape shape, std::size_t size, const char* to = kTo) {
  return {kFrom, to, make_body(shape, size, kFrom, to), kText};
}

/// What a receiver would get.
std::string on_the_wire(const FlowMessage& message, std::uint32_t sequence) {
  std::string frame;
  message.append_head(frame, sequence);
  frame += message.body().masked;
  const auto second = static_cast<std::uint8_t>(frame[1]) & 0x7f;
  const std::size_t length_bytes = second < 126 ? 0 : second == 126 ? 2 : 8;
  std::string payload = frame.substr(2 + length_bytes + 4);
  mask(payload.data(), payload.size(), 0);
  return payload;
}

struct Case {
  Shape shape;
  std::size_t size;
};

class LoadMessage : public testing::TestWithParam<Case> {};

TEST_P(LoadMessage, IsValidJsonOfTheWantedSizeWithBothAddresses) {
  const std::string payload = on_the_wire(message(GetParam().shape, GetParam().size), 42);
  EXPECT_EQ(payload.size(), GetParam().size);
  const auto json = nlohmann::json::parse(payload);
  EXPECT_EQ(json.at("from"), kFrom);
  EXPECT_EQ(json.at("to"), kTo);
  EXPECT_EQ(json.at("payload").is_object(), GetParam().shape == Shape::kJson);
}

TEST_P(LoadMessage, ArrivesIntactWithItsNumber) {
  const FlowMessage sent = message(GetParam().shape, GetParam().size);
  const Verdict verdict = sent.check(on_the_wire(sent, 4711));
  EXPECT_EQ(verdict.kind, Verdict::Kind::kIntact);
  EXPECT_EQ(verdict.sequence, 4711U);
}

TEST_P(LoadMessage, ArrivesIntactWhenCompressed) {
  const Packing packing{.wrapping = {}, .deflated = true};
  const auto [shape, size] = GetParam();
  const FlowMessage sent(kFrom, kTo, make_body(shape, size, kFrom, kTo, packing), kText, packing);
  const std::string payload = on_the_wire(sent, 4711);
  Expander expander;
  const Verdict verdict = sent.check(expander.expand(payload));
  EXPECT_EQ(verdict.kind, Verdict::Kind::kIntact);
  EXPECT_EQ(verdict.sequence, 4711U);
}

TEST_P(LoadMessage, IsNotIntactWithAnyByteChanged) {
  const FlowMessage sent = message(GetParam().shape, GetParam().size);
  const std::string payload = on_the_wire(sent, 4711);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    std::string changed = payload;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_NE(sent.check(changed).kind, Verdict::Kind::kIntact) << i;
  }
}

TEST_P(LoadMessage, OfAnotherFlowIsDamaged) {
  const FlowMessage mine = message(GetParam().shape, GetParam().size);
  const FlowMessage other = message(GetParam().shape, GetParam().size, "pwa:b0000002");
  EXPECT_EQ(mine.check(on_the_wire(other, 1)).kind, Verdict::Kind::kDamaged);
}

TEST_P(LoadMessage, WithItsMembersInAnotherOrderIsRewritten) {
  const FlowMessage sent = message(GetParam().shape, GetParam().size);
  const std::string payload = on_the_wire(sent, 5);
  const std::size_t member = payload.find("\"payload\":");
  const std::string moved = "{" + payload.substr(member, payload.size() - member - 1) +
                            R"(, "from": "pwa:a0000001", "to": "pwa:b0000001"})";
  ASSERT_TRUE(nlohmann::json::accept(moved));
  const Verdict verdict = sent.check(moved);
  EXPECT_EQ(verdict.kind, Verdict::Kind::kRewritten);
  EXPECT_EQ(verdict.sequence, 5U);
}

TEST_P(LoadMessage, CutShortIsDamaged) {
  const FlowMessage sent = message(GetParam().shape, GetParam().size);
  const std::string payload = on_the_wire(sent, 5);
  EXPECT_EQ(sent.check(payload.substr(0, payload.size() - 2)).kind, Verdict::Kind::kDamaged);
}

INSTANTIATE_TEST_SUITE_P(Sizes, LoadMessage,
                         testing::Values(Case{Shape::kString, 64}, Case{Shape::kString, 200},
                                         Case{Shape::kString, 70'000}, Case{Shape::kJson, 100},
                                         Case{Shape::kJson, 1024}, Case{Shape::kJson, 16'384}));

TEST(LoadMessageSize, SaysHowSmallAMessageCanBe) {
  const std::size_t smallest = smallest_message(Shape::kString, kFrom, kTo);
  EXPECT_LE(smallest, 64U);
  EXPECT_EQ(on_the_wire(message(Shape::kString, smallest), 0).size(), smallest);
  EXPECT_THROW(make_body(Shape::kString, smallest - 1, kFrom, kTo), std::invalid_argument);
}

}  // namespace
}  // namespace plugboard::load
