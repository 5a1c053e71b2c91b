#include "extension/patterns.hpp"

#include <re2/re2.h>

#include <deque>
#include <map>
#include <mutex>

namespace plugboard::extension {
namespace {

using Compiled = std::shared_ptr<const re2::RE2>;

constexpr std::size_t kMaxPatternBytes = 4096;
constexpr std::int64_t kMaxProgramBytes = 1 << 20;
constexpr std::size_t kMaxKept = 256;

/// The patterns compiled lately, in the order of their coming.
class PatternCache {
 public:
  Compiled find(std::string_view pattern) {
    const std::lock_guard lock(mutex_);
    const auto found = patterns_.find(pattern);
    return found == patterns_.end() ? nullptr : found->second;
  }

  void keep(std::string_view pattern, const Compiled& compiled) {
    const std::lock_guard lock(mutex_);
    const auto [place, inserted] = patterns_.emplace(pattern, compiled);
    if (!inserted) return;
    order_.push_back(place);
    if (order_.size() > kMaxKept) {
      patterns_.erase(order_.front());
      order_.pop_front();
    }
  }

 private:
  using Map = std::map<std::string, Compiled, std::less<>>;

  std::mutex mutex_;
  Map patterns_;
  std::deque<Map::iterator> order_;
};

PatternCache& cache() {
  static PatternCache instance;
  return instance;
}

}  // namespace

std::variant<Compiled, std::string> compile_pattern(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) return std::string("it is longer than 4,096 bytes");
  if (auto known = cache().find(pattern)) return known;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxProgramBytes);
  auto compiled =
      std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled->ok()) return compiled->error();
  cache().keep(pattern, compiled);
  return compiled;
}

}  // namespace plugboard::extension
