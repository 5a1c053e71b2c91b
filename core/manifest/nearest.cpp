#include "manifest/nearest.hpp"

#include <algorithm>
#include <cctype>

#include "manifest/text_lines.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::size_t kLongestCompared = 64;
constexpr std::size_t kMostCompared = 100;
constexpr std::size_t kMostListed = 20;

std::string folded(std::string_view name) {
  std::string result;
  for (const char character : name) {
    if (character == '_' || character == '-') continue;
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
  }
  return result;
}

/// Optimal string alignment distance.
std::size_t slips(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<std::size_t> before_last(width);
  std::vector<std::size_t> last(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      const bool swapped =
          i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[right.size()];
}

/// For what differs in its ending alone, "warning" from "warn".
std::optional<std::string> of_the_same_stem(const std::string& wanted,
                                            const std::vector<std::string>& candidates) {
  constexpr std::size_t kShortestStem = 4;
  std::optional<std::string> best;
  std::size_t longest = kShortestStem - 1;
  for (std::size_t index = 0; index < std::min(candidates.size(), kMostCompared); ++index) {
    const std::string known = folded(candidates[index]);
    const std::size_t shorter = std::min(wanted.size(), known.size());
    const auto end =
        std::mismatch(wanted.begin(), wanted.begin() + static_cast<long>(shorter), known.begin());
    const auto stem = static_cast<std::size_t>(end.first - wanted.begin());
    // At least three quarters of the shorter one.
    if (stem > longest && 4 * stem >= 3 * shorter) {
      longest = stem;
      best = candidates[index];
    }
  }
  return best;
}

}  // namespace

std::optional<std::string> nearest(std::string_view name,
                                   const std::vector<std::string>& candidates) {
  if (name.size() > kLongestCompared) return std::nullopt;
  const std::string wanted = folded(name);
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (std::size_t index = 0; index < std::min(candidates.size(), kMostCompared); ++index) {
    const std::string& candidate = candidates[index];
    if (candidate.size() > kLongestCompared) continue;
    const std::string known = folded(candidate);
    const std::size_t distance = slips(wanted, known);
    // Everything changed is no slip: "ab" is not meant by "c".
    if (distance < best_distance && distance < std::max(wanted.size(), known.size())) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best ? best : of_the_same_stem(wanted, candidates);
}

std::string quoted_list(const std::vector<std::string>& candidates) {
  std::string list;
  for (std::size_t index = 0; index < candidates.size(); ++index) {
    if (index > 0) list += ", ";
    if (index == kMostListed) return list + "...";
    list += '"';
    list += shortened(candidates[index]);
    list += '"';
  }
  return list;
}

}  // namespace plugboard::manifest
