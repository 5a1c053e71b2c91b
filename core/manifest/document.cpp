#include "manifest/document.hpp"

#include <algorithm>
#include <utility>

#include "manifest/key_depth.hpp"
#include "manifest/text_lines.hpp"

// Values and lists inside one another; with names of at most kMaxKeyParts parts between them this
// bounds the whole tree's depth.
#define TOML_MAX_NESTED_VALUES 32
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace plugboard::manifest {
namespace {

Position to_position(const toml::source_position& place) { return {place.line, place.column}; }

/// Copies toml++'s tree, whose tables are sorted by name, into ours.
class Copier {
 public:
  explicit Copier(std::string_view text) : text_(text), lines_(text) {}

  Node copy(const toml::node& from) const {
    Node node;
    node.position = to_position(from.source().begin);
    if (const toml::table* table = from.as_table()) {
      copy_table(*table, node);
    } else if (const toml::array* list = from.as_array()) {
      copy_list(*list, node);
    } else {
      copy_scalar(from, node);
    }
    return node;
  }

 private:
  void copy_table(const toml::table& table, Node& node) const {
    node.kind = Kind::kTable;
    node.written = to_words(node.kind);
    for (const auto& [key, value] : table) {
      node.members.push_back(
          {std::string(key.str()), to_position(key.source().begin), copy(value)});
    }
    std::stable_sort(node.members.begin(), node.members.end(),
                     [](const Member& left, const Member& right) {
                       return left.key_position < right.key_position;
                     });
  }

  void copy_list(const toml::array& list, Node& node) const {
    node.kind = Kind::kList;
    node.written = to_words(node.kind);
    node.items.reserve(list.size());
    for (const toml::node& item : list) node.items.push_back(copy(item));
  }

  void copy_scalar(const toml::node& from, Node& node) const {
    const std::size_t begin = lines_.offset(node.position);
    const std::size_t end = lines_.offset(to_position(from.source().end));
    node.written = shortened(text_.substr(begin, end - std::min(begin, end)));
    if (const auto* text = from.as_string()) {
      node.kind = Kind::kString;
      node.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
      node.kind = Kind::kInteger;
      node.integer = integer->get();
    } else if (const auto* fraction = from.as_floating_point()) {
      node.kind = Kind::kFraction;
      node.fraction = fraction->get();
    } else if (const auto* boolean = from.as_boolean()) {
      node.kind = Kind::kBoolean;
      node.boolean = boolean->get();
    } else {
      node.kind = Kind::kDate;
    }
  }

  std::string_view text_;
  TextLines lines_;
};

/// toml++'s sentence without what only its users understand.
std::string in_plain_words(std::string_view description) {
  constexpr std::string_view kOpening = "Error while parsing ";
  constexpr std::string_view kMacro = " (TOML_MAX_NESTED_VALUES)";
  if (description.starts_with(kOpening)) description.remove_prefix(kOpening.size());
  if (description.ends_with(kMacro)) description.remove_suffix(kMacro.size());
  return std::string(description);
}

void add_sources(const Node& node, Position key, const std::string& pointer, SourceMap& sources) {
  sources.add(pointer, {node.position, key, node.written, node.substituted});
  for (const Member& member : node.members) {
    add_sources(member.value, member.key_position, pointer_to(pointer, member.key), sources);
  }
  for (std::size_t index = 0; index < node.items.size(); ++index) {
    const Node& item = node.items[index];
    add_sources(item, item.position, pointer_to(pointer, index), sources);
  }
}

}  // namespace

std::string_view to_words(Kind kind) {
  switch (kind) {
    case Kind::kString:
      return "a string";
    case Kind::kInteger:
      return "a whole number";
    case Kind::kFraction:
      return "a number with a fraction";
    case Kind::kBoolean:
      return "true or false";
    case Kind::kDate:
      return "a date or time";
    case Kind::kList:
      return "a list";
    case Kind::kTable:
      return "a table";
  }
  return "";
}

const Node* Node::member(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [name](const Member& member) { return member.key == name; });
  return found == members.end() ? nullptr : &found->value;
}

std::variant<Node, Diagnostic> parse_document(std::string_view text, const std::string& file) {
  const auto error = [&file](Position position, std::string what) {
    return Diagnostic{file, position, Severity::kError, std::move(what)};
  };
  if (const auto bad = first_invalid_utf8(text)) {
    return error(TextLines(text).position(*bad), "the manifest is not UTF-8 text");
  }
  if (const auto deep = first_overlong_key(text)) {
    Diagnostic diagnostic = error(TextLines(text).position(*deep), "a name has too many parts");
    diagnostic.allowed = "at most " + std::to_string(kMaxKeyParts) + " parts joined by dots";
    return diagnostic;
  }
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return error(to_position(parsed.error().source().begin),
                 "not valid TOML: " + in_plain_words(parsed.error().description()));
  }
  return Copier(text).copy(parsed.table());
}

SourceMap sources_of(const Node& root) {
  SourceMap sources;
  add_sources(root, root.position, "", sources);
  return sources;
}

}  // namespace plugboard::manifest
