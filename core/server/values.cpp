#include "server/values.hpp"

#include <cmath>

namespace plugboard::server {
namespace {

// JSON's strings are TOML's basic strings, but for DEL, which TOML wants escaped.
std::string quoted(const std::string& text) {
  const std::string json =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string result;
  for (const char c : json) {
    if (c == '\x7f') {
      result += "\\u007F";
    } else {
      result += c;
    }
  }
  return result;
}

std::string value(const nlohmann::json& node) {
  switch (node.type()) {
    case nlohmann::json::value_t::object: {
      std::string text;
      for (const auto& [name, member] : node.items()) {
        text += (text.empty() ? " " : ", ") + quoted(name) + " = " + value(member);
      }
      return "{" + text + " }";
    }
    case nlohmann::json::value_t::array: {
      std::string text;
      for (const auto& element : node) text += (text.empty() ? "" : ", ") + value(element);
      return "[" + text + "]";
    }
    case nlohmann::json::value_t::string:
      return quoted(node.get_ref<const std::string&>());
    case nlohmann::json::value_t::number_float: {
      const auto number = node.get<double>();
      if (std::isnan(number)) return "nan";
      if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
      return node.dump();
    }
    default:
      return node.dump();
  }
}

bool is_tables(const nlohmann::json& node) {
  if (!node.is_array() || node.empty()) return false;
  for (const auto& element : node) {
    if (!element.is_object()) return false;
  }
  return true;
}

void write_members(const nlohmann::json& table, std::string& text) {
  for (const auto& [name, member] : table.items()) {
    text += quoted(name) + " = " + value(member) + "\n";
  }
}

}  // namespace

std::string toml_of(const nlohmann::json& values) {
  if (!values.is_object()) return value(values) + "\n";
  std::string text;
  for (const auto& [name, member] : values.items()) {
    if (!member.is_object() && !is_tables(member))
      text += quoted(name) + " = " + value(member) + "\n";
  }
  for (const auto& [name, member] : values.items()) {
    if (member.is_object()) {
      text += "[" + quoted(name) + "]\n";
      write_members(member, text);
    } else if (is_tables(member)) {
      for (const auto& each : member) {
        text += "[[" + quoted(name) + "]]\n";
        write_members(each, text);
      }
    }
  }
  return text;
}

}  // namespace plugboard::server
