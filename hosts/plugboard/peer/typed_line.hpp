// What a line means that was typed, or that a script wrote. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace plugboard::program {

struct SendLine {
  std::string to;
  nlohmann::json payload;
};
struct WatchLine {
  std::string address;
};
struct UnwatchLine {
  std::string address;
};
struct HelpLine {};
struct QuitLine {};
/// Nothing to do.
struct EmptyLine {};
/// Not understood; `why` is a sentence for people.
struct WrongLine {
  std::string why;
};

using TypedLine =
    std::variant<SendLine, WatchLine, UnwatchLine, HelpLine, QuitLine, EmptyLine, WrongLine>;

/// A person's line: `ADDRESS TEXT`, or a command that begins with a slash.
TypedLine read_typed_line(std::string_view line);

/// A script's line: one JSON object, `{"to":A,"payload":P}`, `{"watch":A}` or `{"unwatch":A}`.
TypedLine read_json_line(std::string_view line);

/// What `/help` prints.
std::string typed_line_help();

}  // namespace plugboard::program
