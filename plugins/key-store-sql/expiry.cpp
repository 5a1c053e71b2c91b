#include "key-store-sql/expiry.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <system_error>

namespace plugboard::key_store_sql {
namespace {

constexpr std::int64_t kNever = 0;
constexpr std::int64_t kLongAgo = 1;
// Far beyond any key's life, and far below what overflows.
constexpr double kLatestMs = 9e15;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::int64_t time_of(double ms) {
  if (ms < 1) return kLongAgo;
  return static_cast<std::int64_t>(std::min(ms, kLatestMs));
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

/// Takes dates and times apart from the left.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  /// Exactly so many digits.
  std::optional<int> digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count) return std::nullopt;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// A fraction of a second, in milliseconds.
  std::optional<int> fraction() {
    int value = 0;
    int scale = 100;
    std::size_t count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value += (rest_.front() - '0') * scale;
      scale /= 10;
      rest_.remove_prefix(1);
      ++count;
    }
    return count == 0 ? std::nullopt : std::optional(value);
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// What a time zone adds to UTC; nothing if it is none.
std::optional<std::chrono::seconds> zone(Reader& text) {
  if (text.at_end() || text.take('Z')) return std::chrono::seconds(0);
  const int sign = text.take('-') ? -1 : 1;
  if (sign == 1 && !text.take('+')) return std::nullopt;
  const auto hours = text.digits(2);
  if (!hours || *hours > 15) return std::nullopt;
  std::chrono::seconds offset = std::chrono::hours(*hours);
  if (!text.at_end()) {
    text.take(':');
    const auto minutes = text.digits(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    offset += std::chrono::minutes(*minutes);
  }
  if (text.take(':')) {  // cities had such zones a century ago
    const auto seconds = text.digits(2);
    if (!seconds || *seconds > 59) return std::nullopt;
    offset += std::chrono::seconds(*seconds);
  }
  return offset * sign;
}

std::optional<std::chrono::milliseconds> time_of_day(Reader& text) {
  const auto hour = text.digits(2);
  if (!hour || *hour > 24 || !text.take(':')) return std::nullopt;
  const auto minute = text.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::chrono::milliseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!text.take(':')) return time;
  const auto second = text.digits(2);
  if (!second || *second > 60) return std::nullopt;
  time += std::chrono::seconds(*second);
  if (!text.take('.')) return time;
  const auto fraction = text.fraction();
  if (!fraction) return std::nullopt;
  return time + std::chrono::milliseconds(*fraction);
}

std::optional<std::int64_t> date_and_time(std::string_view written) {
  Reader text(written);
  const auto year = text.digits(4);
  if (!year || !text.take('-')) return std::nullopt;
  const auto month = text.digits(2);
  if (!month || !text.take('-')) return std::nullopt;
  const auto day = text.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  std::chrono::milliseconds time = std::chrono::sys_days(date).time_since_epoch();
  if (!text.at_end()) {
    if (!text.take(' ') && !text.take('T')) return std::nullopt;
    const auto within_day = time_of_day(text);
    const auto offset = within_day ? zone(text) : std::nullopt;
    if (!offset || !text.at_end()) return std::nullopt;
    time += *within_day - *offset;
  }
  return time_of(static_cast<double>(time.count()));
}

}  // namespace

std::optional<std::int64_t> parse_expiry(std::string_view text) {
  text = trimmed(text);
  if (text == "infinity") return kNever;
  if (text == "-infinity") return kLongAgo;
  if (const auto seconds = number(text)) return time_of(*seconds * 1000);
  return date_and_time(text);
}

}  // namespace plugboard::key_store_sql
