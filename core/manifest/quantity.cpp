#include "manifest/quantity.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <span>

namespace plugboard::manifest {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;  ///< milliseconds, or bytes
};

/// A spelling that people use, and the unit they mean.
struct Alias {
  std::string_view spelling;  ///< in lower case
  std::string_view unit;
};

constexpr std::array kDurationUnits = {Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000},
                                       Unit{"h", 3'600'000}};
constexpr std::array kSizeUnits = {Unit{"B", 1}, Unit{"KiB", 1024}, Unit{"MiB", 1024 * 1024}};

constexpr std::array kDurationAliases = {
    Alias{"ms", "ms"},     Alias{"msec", "ms"}, Alias{"millis", "ms"}, Alias{"s", "s"},
    Alias{"sec", "s"},     Alias{"secs", "s"},  Alias{"second", "s"},  Alias{"seconds", "s"},
    Alias{"m", "m"},       Alias{"min", "m"},   Alias{"mins", "m"},    Alias{"minute", "m"},
    Alias{"minutes", "m"}, Alias{"h", "h"},     Alias{"hr", "h"},      Alias{"hrs", "h"},
    Alias{"hour", "h"},    Alias{"hours", "h"}};
constexpr std::array kSizeAliases = {Alias{"b", "B"},   Alias{"byte", "B"}, Alias{"bytes", "B"},
                                     Alias{"k", "KiB"}, Alias{"kb", "KiB"}, Alias{"kib", "KiB"},
                                     Alias{"m", "MiB"}, Alias{"mb", "MiB"}, Alias{"mib", "MiB"}};

constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();

struct Parts {
  std::string_view digits;
  std::string_view unit;
};

Parts split(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string_view unit = text.substr(digits);
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  return {text.substr(0, digits), unit};
}

std::variant<std::uint64_t, NoQuantity> parse(std::string_view text, std::span<const Unit> units,
                                              bool unit_required) {
  const Parts parts = split(text);
  if (parts.digits.empty()) return NoQuantity::kForm;
  std::uint64_t factor = 1;
  // "12 " names no unit, but is no bare number either.
  if (unit_required || parts.digits.size() != text.size()) {
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [&](const Unit& each) { return each.name == parts.unit; });
    if (unit == units.end()) return NoQuantity::kForm;
    factor = unit->factor;
  }
  const std::string_view digits = parts.digits;
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem != std::errc() || number > kLargest / factor) return NoQuantity::kTooLarge;
  return number * factor;
}

std::optional<std::string> likely(std::string_view text, std::span<const Alias> aliases) {
  const Parts parts = split(text);
  if (parts.digits.empty()) return std::nullopt;
  std::string lower(parts.unit);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char character) {
    return static_cast<char>(std::tolower(character));
  });
  const auto alias = std::find_if(aliases.begin(), aliases.end(),
                                  [&](const Alias& each) { return each.spelling == lower; });
  if (alias == aliases.end()) return std::nullopt;
  return std::string(parts.digits) + (aliases.data() == kSizeAliases.data() ? " " : "") +
         std::string(alias->unit);
}

std::string in_largest_unit(std::uint64_t amount, std::span<const Unit> units,
                            std::string_view between) {
  const auto unit = std::find_if(units.rbegin(), units.rend(), [amount](const Unit& each) {
    return amount >= each.factor && amount % each.factor == 0;
  });
  const Unit& chosen = unit == units.rend() ? units.front() : *unit;
  return std::to_string(amount / chosen.factor) + std::string(between) + std::string(chosen.name);
}

}  // namespace

std::variant<std::chrono::milliseconds, NoQuantity> parse_duration(std::string_view text) {
  const auto parsed = parse(text, kDurationUnits, true);
  if (const auto* problem = std::get_if<NoQuantity>(&parsed)) return *problem;
  return std::chrono::milliseconds(std::get<std::uint64_t>(parsed));
}

std::variant<std::uint64_t, NoQuantity> parse_size(std::string_view text) {
  return parse(text, kSizeUnits, false);
}

std::string to_text(std::chrono::milliseconds duration) {
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  return in_largest_unit(count, kDurationUnits, "");
}

std::string size_to_text(std::uint64_t bytes) { return in_largest_unit(bytes, kSizeUnits, " "); }

std::optional<std::string> likely_duration(std::string_view text) {
  return likely(text, kDurationAliases);
}

std::optional<std::string> likely_size(std::string_view text) { return likely(text, kSizeAliases); }

}  // namespace plugboard::manifest
