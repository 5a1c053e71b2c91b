#include "access-log/line.hpp"

#include <cstdio>
#include <utility>

#include "access-log/visible_text.hpp"

namespace plugboard::access_log {
namespace {

// RFC 3339, UTC, milliseconds.
std::string timestamp(std::chrono::milliseconds unix_time) {
  const auto day = std::chrono::floor<std::chrono::days>(unix_time);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::chrono::hh_mm_ss<std::chrono::milliseconds> time{unix_time - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text;
}

}  // namespace

Line::Line(Format format, std::chrono::milliseconds unix_time, std::string_view event)
    : format_(format) {
  line_.reserve(256);
  if (format_ == Format::kJson) {
    line_ = R"({"time":")" + timestamp(unix_time) + R"(","event":")";
    line_ += event;
    line_ += '"';
  } else {
    line_ = timestamp(unix_time);
    line_ += ' ';
    line_ += event;
  }
}

Line& Line::text(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  begin_member(name);
  if (format_ == Format::kJson) {
    append_quoted(line_, value);
  } else {
    append_plain(line_, value);
  }
  return *this;
}

Line& Line::number(std::string_view name, std::uint64_t value) {
  begin_member(name);
  line_ += std::to_string(value);
  return *this;
}

std::string Line::finish() && {
  line_ += format_ == Format::kJson ? "}\n" : "\n";
  return std::move(line_);
}

void Line::begin_member(std::string_view name) {
  if (format_ == Format::kJson) {
    line_ += ",\"";
    line_ += name;
    line_ += "\":";
  } else {
    line_ += ' ';
    line_ += name;
    line_ += '=';
  }
}

}  // namespace plugboard::access_log
