#include "load/flow.hpp"

#include <gtest/gtest.h>

#include "load/frame.hpp"

namespace plugboard::load {
namespace {

class NoOwner final : public ConnectionOwner {
 public:
  void on_open(Connection& /*connection*/) override {}
  void on_message(Connection& /*connection*/, std::string_view /*payload*/) override {}
  void on_pong(Connection& /*connection*/) override {}
  void on_end(Connection& /*connection*/, std::string_view /*why*/, bool /*expected*/) override {}
};

/// A flow whose sender is not connected: what is sent goes nowhere, what arrives is up to the test.
class LoadFlow : public testing::Test {
 protected:
  LoadFlow()
      : message_("pwa:a0000001", "pwa:b0000001",
                 make_body(Shape::kString, 64, "pwa:a0000001", "pwa:b0000001"), kText),
        flow_(sender_, message_) {}

  std::string payload(std::uint32_t number) const {
    constexpr std::size_t kHeader = 6;
    std::string frame;
    message_.append_head(frame, number);
    frame += message_.body().masked;
    std::string out = frame.substr(kHeader);
    mask(out.data(), out.size(), 0);
    return out;
  }

  void receive(std::initializer_list<std::uint32_t> numbers) {
    for (const std::uint32_t number : numbers) flow_.receive(payload(number), counts_);
  }

  NoOwner owner_;
  Loop loop_{1024};
  Connection sender_{loop_, owner_, 0};
  FlowMessage message_;
  Flow flow_;
  FlowCounts counts_;
};

TEST_F(LoadFlow, CountsWhatItSends) {
  flow_.send(3, counts_);
  EXPECT_EQ(counts_.sent, 3U);
  EXPECT_EQ(flow_.next(), 3U);
}

TEST_F(LoadFlow, MessagesInOrderAreFine) {
  receive({0, 1, 2});
  EXPECT_EQ(counts_.received, 3U);
  EXPECT_EQ(counts_.reordered, 0U);
}

TEST_F(LoadFlow, AMessageBehindALaterOneIsReordered) {
  receive({0, 2, 1, 3});
  EXPECT_EQ(counts_.received, 4U);
  EXPECT_EQ(counts_.reordered, 1U);
}

TEST_F(LoadFlow, AMessageThatComesTwiceIsReordered) {
  receive({0, 1, 1});
  EXPECT_EQ(counts_.reordered, 1U);
}

TEST_F(LoadFlow, AGapIsNoReordering) {
  receive({0, 3, 4});
  EXPECT_EQ(counts_.received, 3U);
  EXPECT_EQ(counts_.reordered, 0U);
}

TEST_F(LoadFlow, ADamagedMessageIsCountedAndNotReceived) {
  std::string damaged = payload(0);
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  EXPECT_FALSE(flow_.receive(damaged, counts_).known);
  EXPECT_EQ(counts_.damaged, 1U);
  EXPECT_EQ(counts_.received, 0U);
}

TEST_F(LoadFlow, SaysWhichMessageArrived) {
  receive({0, 1});
  const Flow::Arrival arrival = flow_.receive(payload(2), counts_);
  EXPECT_TRUE(arrival.known);
  EXPECT_EQ(arrival.number, 2U);
}

}  // namespace
}  // namespace plugboard::load
