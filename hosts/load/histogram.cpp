#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace plugboard::load {
namespace {

// Each power of two is split into 64 buckets; values below 64 have one each.
constexpr int kSplitBits = 6;
constexpr std::uint64_t kSplit = 1U << kSplitBits;

std::size_t bucket_of(std::uint64_t value) {
  if (value < kSplit) return value;
  const int shift = std::bit_width(value) - 1 - kSplitBits;
  return static_cast<std::size_t>(shift + 1) * kSplit + ((value >> shift) - kSplit);
}

/// The largest value that falls into the bucket.
std::uint64_t top_of(std::size_t bucket) {
  if (bucket < kSplit) return bucket;
  const std::size_t shift = bucket / kSplit - 1;
  return ((bucket % kSplit + kSplit + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(INT64_MAX) + 1) {}

void Histogram::record(Nanoseconds value) {
  value = std::max<Nanoseconds>(value, 0);
  ++buckets_[bucket_of(static_cast<std::uint64_t>(value))];
  ++count_;
  sum_ += static_cast<double>(value);
  max_ = std::max(max_, value);
}

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

Nanoseconds Histogram::percentile(double share) const {
  if (count_ == 0) return 0;
  const auto rank = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) return std::min<Nanoseconds>(static_cast<Nanoseconds>(top_of(bucket)), max_);
  }
  return max_;
}

}  // namespace plugboard::load
