// What went wrong during a run, by kind.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace plugboard::load {

class Errors {
 public:
  /// Counts one more of `what`, cut to a readable length. Beyond a few dozen kinds the rest is
  /// counted together.
  void add(std::string_view what) {
    constexpr std::size_t kLongest = 160;
    constexpr std::size_t kKinds = 32;
    std::string key(what.substr(0, kLongest));
    if (counts_.size() >= kKinds && !counts_.contains(key)) key = "other";
    ++counts_[key];
    ++total_;
  }

  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  std::map<std::string, std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

}  // namespace plugboard::load
