// "Did you mean": the known name that a mistaken one most likely stands for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugboard::manifest {

/// The candidate that is the fewest slips away from `name` (a letter left out, put in, changed, or
/// two neighbours swapped; letter case, "_" and "-" count for nothing), if that is few enough to be
/// a slip; else the one that begins alike and differs in its ending ("warning" for "warn"). Of
/// equals the first. Of very many candidates only the first hundred are looked at.
[[nodiscard]] std::optional<std::string> nearest(std::string_view name,
                                                 const std::vector<std::string>& candidates);

/// The candidates as a list for `Diagnostic::allowed`: each in quotes, joined by commas, and "..."
/// in place of what is beyond the twentieth.
[[nodiscard]] std::string quoted_list(const std::vector<std::string>& candidates);

}  // namespace plugboard::manifest
