// One line of the access log, as text or as JSON:
//
//   2026-01-31T12:00:00.123Z connect address=pwa:alice001 client=192.0.2.1
//   {"time":"2026-01-31T12:00:00.123Z","event":"connect","address":"pwa:alice001",...}
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace plugboard::access_log {

enum class Format { kText, kJson };

class Line {
 public:
  /// `event`: a word of our own.
  Line(Format format, std::chrono::milliseconds unix_time, std::string_view event);

  /// Adds a text from anywhere; left out if it is empty. `name`: a word of our own.
  Line& text(std::string_view name, std::string_view value);
  Line& number(std::string_view name, std::uint64_t value);

  /// The whole line, its end included.
  [[nodiscard]] std::string finish() &&;

 private:
  void begin_member(std::string_view name);

  const Format format_;
  std::string line_;
};

}  // namespace plugboard::access_log
