#include "load/process_probe.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace plugboard::load {
namespace {

TEST(ProcessProbe, FindsUserAndSystemTimeBehindANameWithBrackets) {
  const CpuTime time = parse_stat(
      "1234 (odd) name (x)) S 1 1234 1234 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 5 0 100", 100);
  EXPECT_DOUBLE_EQ(time.user_us, 2'500'000);
  EXPECT_DOUBLE_EQ(time.system_us, 500'000);
  EXPECT_DOUBLE_EQ(time.total_us(), 3'000'000);
}

TEST(ProcessProbe, RefusesWhatIsNoStatLine) {
  EXPECT_THROW(parse_stat("1234 (name) S 1", 100), std::runtime_error);
  EXPECT_THROW(parse_stat("", 100), std::runtime_error);
}

TEST(ProcessProbe, ReadsKilobytesByTheirWholeName) {
  const std::string text =
      "00400000-7fff ---p 00000000 [rollup]\nRss:  12 kB\nPss_Dirty: 3 kB\n"
      "Pss:      7 kB\n";
  EXPECT_EQ(parse_kilobytes(text, "Pss"), 7 * 1024);
  EXPECT_EQ(parse_kilobytes(text, "Rss"), 12 * 1024);
  EXPECT_EQ(parse_kilobytes(text, "Swap"), -1);
}

TEST(ProcessProbe, SeesThisProcessUseTime) {
  const CpuTime before = cpu_time(::getpid());
  volatile std::uint64_t spin = 0;
  while ((cpu_time(::getpid()) - before).total_us() <= 0) {
    for (int i = 0; i < 1'000'000; ++i) spin = spin + 1;
  }
  EXPECT_GT((cpu_time(::getpid()) - before).total_us(), 0);
}

TEST(ProcessProbe, SeesThisProcessUseMemory) {
  constexpr std::size_t kSize = 64 * 1024 * 1024;
  const Memory before = memory(::getpid());
  std::vector<char> block(kSize);
  // Page by page, in a way that no compiler may leave out.
  volatile char* const pages = block.data();
  for (std::size_t at = 0; at < kSize; at += 4096) pages[at] = 1;
  const Memory after = memory(::getpid());
  EXPECT_GT(after.rss - before.rss, static_cast<std::int64_t>(kSize / 2));
  EXPECT_GT(after.pss - before.pss, static_cast<std::int64_t>(kSize / 2));
}

TEST(ProcessProbe, SaysWhenTheProcessIsGone) {
  EXPECT_THROW(cpu_time(999'999'999), std::runtime_error);
  EXPECT_THROW(memory(999'999'999), std::runtime_error);
}

}  // namespace
}  // namespace plugboard::load
