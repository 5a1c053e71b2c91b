#include "extension/complaints.hpp"

#include "extension/log_text.hpp"

namespace plugboard::extension {

void Complaints::add(std::int32_t level, std::string_view text) {
  constexpr std::uint64_t kPauseNs = 1'000'000'000;
  const std::uint64_t now = services_.monotonic_ns();
  std::uint64_t next = next_ns_.load(std::memory_order_relaxed);
  if (now < next || !next_ns_.compare_exchange_strong(next, now + kPauseNs)) {
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const std::uint64_t left_out = left_out_.exchange(0, std::memory_order_relaxed);
  std::string line(text);
  if (left_out != 0)
    line += " (" + std::to_string(left_out) + " more lines about it were left out)";
  services_.log(level, instance_, log_text(line));
}

}  // namespace plugboard::extension
