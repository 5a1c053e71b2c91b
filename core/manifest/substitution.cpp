#include "manifest/substitution.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "manifest/text_lines.hpp"

namespace plugboard::manifest {
namespace {

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

/// Replaces within one string.
class Substitution {
 public:
  Substitution(Node& node, const Environment& environment, Diagnostics& diagnostics)
      : node_(node), environment_(environment), diagnostics_(diagnostics) {}

  void run() {
    const std::string_view text = node_.text;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::string_view rest = text.substr(at);
      if (rest.starts_with("$${")) {
        append("${");
        at += 3;
      } else if (rest.starts_with("${")) {
        at += replace(rest);
      } else {
        const std::size_t dollar = std::min(rest.find('$', 1), rest.size());
        append(rest.substr(0, dollar));
        at += dollar;
      }
    }
    node_.text = std::move(result_);
  }

 private:
  /// Handles the "${" that `rest` begins with; gives the length of what it took.
  std::size_t replace(std::string_view rest) {
    node_.substituted = true;
    const std::size_t end = rest.find('}');
    const std::string_view name = rest.substr(2, end == std::string_view::npos ? 0 : end - 2);
    if (!is_variable_name(name)) {
      Diagnostic& diagnostic = complain("\"${\" is not followed by a variable's name and \"}\"");
      diagnostic.allowed = "${NAME}, or $${ for a literal ${";
      return 2;
    }
    const std::optional<std::string> value = environment_(name);
    if ((!value || first_invalid_utf8(*value)) && !blamed_.emplace(name).second) return end + 1;
    if (!value) {
      complain("the environment variable " + std::string(name) + " is not set");
    } else if (first_invalid_utf8(*value)) {
      complain("the environment variable " + std::string(name) + " is not UTF-8 text");
    } else {
      append(*value);
    }
    return end + 1;
  }

  void append(std::string_view part) {
    if (node_.unreadable) return;
    if (result_.size() + part.size() > kMaxStringBytes) {
      complain("a string is longer than " + std::to_string(kMaxStringBytes) +
               " bytes once its variables are replaced");
      return;
    }
    result_ += part;
  }

  Diagnostic& complain(std::string what) {
    node_.unreadable = true;
    return diagnostics_.error(node_.position, std::move(what));
  }

  Node& node_;
  const Environment& environment_;
  Diagnostics& diagnostics_;
  std::string result_;
  std::set<std::string, std::less<>> blamed_;  ///< variables complained of in this string
};

}  // namespace

void substitute(Node& node, const Environment& environment, Diagnostics& diagnostics) {
  if (node.kind == Kind::kString && node.text.find('$') != std::string::npos) {
    Substitution(node, environment, diagnostics).run();
  }
  for (Node& item : node.items) substitute(item, environment, diagnostics);
  for (Member& member : node.members) substitute(member.value, environment, diagnostics);
}

}  // namespace plugboard::manifest
