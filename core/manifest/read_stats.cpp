// [stats].
#include <algorithm>

#include "manifest/sections.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::uint32_t kLongestHistory = 10'000;
constexpr std::size_t kMaxTokenBytes = 8 * 1024;

/// Can be sent in a header without blanks around or within.
bool is_visible_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void read_token(TableReader& table, Stats& stats) {
  const Node* token = table.read_text("token", Shown::kKindOnly);
  if (token != nullptr && (!is_visible_ascii(token->text) || token->text.size() > kMaxTokenBytes)) {
    table.error("token", *token, "cannot be sent in a header", Shown::kKindOnly).allowed =
        "visible ASCII characters without blanks, at most " + std::to_string(kMaxTokenBytes) +
        " of them";
  } else if (token != nullptr) {
    stats.token = token->text;
  }
  if (stats.access == StatsAccess::kToken && !table.has("token")) {
    table.report_missing("token", "a string; stats.access = \"token\" needs one");
  }
}

}  // namespace

Stats read_stats(const Node* node, Diagnostics& diagnostics) {
  Stats stats;
  TableReader table(node, "stats", diagnostics);
  table.read_duration("window", stats.window, std::chrono::milliseconds(1));
  table.read_integer("history", stats.history, 0, kLongestHistory);
  table.read_choice(
      "keys", stats.keys,
      {{"plain", StatsKeys::kPlain}, {"masked", StatsKeys::kMasked}, {"off", StatsKeys::kOff}});
  if (const Node* secret = table.read_text("key_secret", Shown::kKindOnly)) {
    stats.key_secret = secret->text;
  }
  table.read_choice("access", stats.access,
                    {{"public", StatsAccess::kPublic},
                     {"loopback", StatsAccess::kLoopback},
                     {"token", StatsAccess::kToken}});
  read_token(table, stats);
  table.report_unknown();
  return stats;
}

}  // namespace plugboard::manifest
