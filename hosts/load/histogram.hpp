// Latencies, kept in buckets that grow with the value, so that recording is a few instructions and
// a percentile is right to within 1.6 % however long the run was.
#pragma once

#include <cstdint>
#include <vector>

#include "load/clock.hpp"

namespace plugboard::load {

class Histogram {
 public:
  Histogram();

  /// Negative values count as 0.
  void record(Nanoseconds value);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The exact largest value; 0 if there is none.
  [[nodiscard]] Nanoseconds max() const { return max_; }
  [[nodiscard]] double mean() const;

  /// The smallest recorded value (to bucket precision, rounded up, never above max()) that at
  /// least `share` of all values do not exceed; `share` in 0 to 1. 0 if nothing was recorded.
  [[nodiscard]] Nanoseconds percentile(double share) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  Nanoseconds max_ = 0;
};

}  // namespace plugboard::load
