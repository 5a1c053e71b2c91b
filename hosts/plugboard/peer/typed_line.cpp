#include "peer/typed_line.hpp"

#include <optional>
#include <utility>

namespace plugboard::program {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The first word, and what follows the one blank behind it.
std::pair<std::string_view, std::string_view> split_word(std::string_view text) {
  const auto blank = text.find_first_of(kBlanks);
  if (blank == std::string_view::npos) return {text, {}};
  return {text.substr(0, blank), text.substr(blank + 1)};
}

bool is_address(std::string_view word) {
  const auto colon = word.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < word.size();
}

WrongLine not_an_address(std::string_view word) {
  return {"\"" + std::string(word) + "\" is no address: expected CHANNEL:ID"};
}

TypedLine read_command(std::string_view line) {
  const auto [command, rest] = split_word(line);
  const std::string_view argument = trim(rest);
  if (command == "/quit" || command == "/exit") return QuitLine{};
  if (command == "/help") return HelpLine{};
  if (command == "/watch" || command == "/unwatch") {
    if (!is_address(argument)) return not_an_address(argument);
    if (command == "/watch") return WatchLine{std::string(argument)};
    return UnwatchLine{std::string(argument)};
  }
  if (command == "/json") {
    const auto [address, text] = split_word(argument);
    if (!is_address(address)) return not_an_address(address);
    nlohmann::json payload = nlohmann::json::parse(text, nullptr, false);
    if (payload.is_discarded()) return WrongLine{"what follows the address is not JSON"};
    return SendLine{std::string(address), std::move(payload)};
  }
  return WrongLine{"there is no command " + std::string(command) + "; /help lists them"};
}

// The one string that a member must be; nothing if it is something else.
std::optional<std::string> text_of(const nlohmann::json& value) {
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

}  // namespace

TypedLine read_typed_line(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (trim(line).empty()) return EmptyLine{};
  line = line.substr(line.find_first_not_of(kBlanks));
  if (line.front() == '/') return read_command(line);
  const auto [address, text] = split_word(line);
  if (!is_address(address)) {
    return WrongLine{"expected ADDRESS TEXT, such as demo:bob00001 hello; /help tells more"};
  }
  return SendLine{std::string(address), std::string(text)};
}

TypedLine read_json_line(std::string_view line) {
  if (trim(line).empty() || line == "\r") return EmptyLine{};
  nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  constexpr const char* kExpected =
      R"(expected {"to":ADDRESS,"payload":...}, {"watch":ADDRESS} or {"unwatch":ADDRESS})";
  if (!object.is_object()) return WrongLine{std::string("not a JSON object: ") + kExpected};
  if (object.size() == 1) {
    for (const char* name : {"watch", "unwatch"}) {
      if (!object.contains(name)) continue;
      auto address = text_of(object[name]);
      if (!address) return WrongLine{std::string(name) + " is not a string: " + kExpected};
      if (*name == 'w') return WatchLine{std::move(*address)};
      return UnwatchLine{std::move(*address)};
    }
  }
  if (object.size() != 2 || !object.contains("to") || !object.contains("payload")) {
    return WrongLine{std::string("other members: ") + kExpected};
  }
  auto to = text_of(object["to"]);
  if (!to) return WrongLine{std::string("\"to\" is not a string: ") + kExpected};
  return SendLine{std::move(*to), std::move(object["payload"])};
}

std::string typed_line_help() {
  return "ADDRESS TEXT         send text to a peer, such as demo:bob00001 hello\n"
         "/json ADDRESS JSON   send any JSON\n"
         "/watch ADDRESS       be told when a peer comes and goes; CHANNEL:* watches a channel\n"
         "/unwatch ADDRESS     end that\n"
         "/quit                leave (or Ctrl-D)\n";
}

}  // namespace plugboard::program
