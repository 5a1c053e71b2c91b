#include "http-files/conditional.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace plugboard::http_files {
namespace {

constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Whether a list of entity tags holds this one. Weak ones count: this is about what is shown, not
// about single bytes.
bool holds(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    const auto begin = item.find_first_not_of(" \t");
    if (begin == std::string_view::npos) continue;
    std::string_view each = item.substr(begin, item.find_last_not_of(" \t") - begin + 1);
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == "*" || each == tag) return true;
  }
  return false;
}

}  // namespace

std::string http_date(std::int64_t unix_time) {
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_time)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

bool is_unchanged(std::optional<std::string_view> if_none_match,
                  std::optional<std::string_view> if_modified_since, std::string_view tag,
                  std::string_view last_modified) {
  if (if_none_match) return holds(*if_none_match, tag);
  return if_modified_since == last_modified;
}

}  // namespace plugboard::http_files
