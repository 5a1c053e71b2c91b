#include "peer/outbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "peer/server_frames.hpp"

namespace plugboard::peer {
namespace {

std::string content(const Outbox& outbox) {
  std::array<std::string_view, 64> parts;
  std::string all;
  const std::size_t count = outbox.gather(parts);
  for (std::size_t i = 0; i < count; ++i) all += parts[i];
  return all;
}

std::string frame_of(std::size_t payload) {
  return message_frame(std::string(payload, 'x'), false);
}

TEST(Outbox, GivesBackWhatWasAppendedInOrder) {
  Outbox outbox;
  outbox.append_frame("ab", "cd");
  outbox.append_frame("ef");
  EXPECT_EQ(content(outbox), "abcdef");
  EXPECT_EQ(outbox.bytes(), 6U);
}

TEST(Outbox, KeepsOrderOverManyBlocks) {
  Outbox outbox;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string frame = message_frame(std::to_string(i), false);
    outbox.append_frame(frame);
    expected += frame;
  }
  std::string sent;
  while (!outbox.empty()) {
    std::array<std::string_view, 1> part;
    outbox.gather(part);
    const std::size_t count = std::min<std::size_t>(part[0].size(), 777);
    sent += part[0].substr(0, count);
    outbox.consume(count);
  }
  EXPECT_EQ(sent, expected);
}

TEST(Outbox, DiscardingKeepsTheFrameThatHasBeenBegun) {
  Outbox outbox;
  const std::string first = frame_of(100);
  outbox.append_frame(first);
  outbox.append_frame(frame_of(200));
  outbox.consume(30);
  outbox.discard_whole_frames();
  EXPECT_EQ(content(outbox), first.substr(30));
}

TEST(Outbox, DiscardingDropsEverythingWhenNothingHasBeenBegun) {
  Outbox outbox;
  outbox.append_frame(frame_of(100));
  outbox.append_frame(frame_of(70'000));
  outbox.discard_whole_frames();
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, DiscardingFindsTheBoundaryOfFramesOfAllLengths) {
  for (const std::size_t payload : {0U, 1U, 125U, 126U, 65'535U, 65'536U, 200'000U}) {
    Outbox outbox;
    outbox.append_frame(frame_of(5));
    const std::string middle = frame_of(payload);
    outbox.append_frame(middle);
    outbox.append_frame(frame_of(9));
    outbox.consume(frame_of(5).size() + 1);
    outbox.discard_whole_frames();
    EXPECT_EQ(outbox.bytes(), middle.size() - 1) << payload;
  }
}

TEST(Outbox, DiscardingKeepsUnframedBytes) {
  Outbox outbox;
  outbox.append_unframed("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  outbox.append_frame(frame_of(10));
  outbox.discard_whole_frames();
  EXPECT_EQ(content(outbox), "HTTP/1.1 101 Switching Protocols\r\n\r\n");
}

TEST(Outbox, DiscardingKeepsFramesPromisedToALowerLayer) {
  Outbox outbox;
  const std::string first = frame_of(100);
  outbox.append_frame(first);
  outbox.append_frame(frame_of(100));
  outbox.append_frame(frame_of(100));
  outbox.discard_whole_frames(first.size() + 1);
  EXPECT_EQ(outbox.bytes(), 2 * first.size());
}

TEST(Outbox, AppendsBehindADiscardAreWhole) {
  Outbox outbox;
  outbox.append_frame(frame_of(100));
  outbox.append_frame(frame_of(100));
  outbox.consume(1);
  outbox.discard_whole_frames();
  const std::string last = frame_of(3);
  outbox.append_frame(last);
  outbox.discard_whole_frames();
  EXPECT_EQ(outbox.bytes(), frame_of(100).size() - 1);
}

}  // namespace
}  // namespace plugboard::peer
