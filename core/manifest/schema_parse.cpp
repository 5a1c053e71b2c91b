// Parses the description of a plugin's config, strictly: a slip of the plugin's author must not
// turn into a config that nobody checks.
#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "manifest/nearest.hpp"
#include "manifest/quantity.hpp"
#include "manifest/schema_check.hpp"
#include "manifest/schema_node.hpp"

namespace plugboard::manifest {
namespace {

/// Keeps the author's order of properties.
using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 32;
/// Of milliseconds and bytes.
constexpr std::uint64_t kLargestQuantity = std::numeric_limits<std::int64_t>::max();

struct TypeName {
  const char* name;
  std::uint8_t types;
};
constexpr std::array kTypeNames = {
    TypeName{"string", TypeSet::kString}, TypeName{"integer", TypeSet::kInteger},
    TypeName{"number", TypeSet::kNumber}, TypeName{"boolean", TypeSet::kBoolean},
    TypeName{"array", TypeSet::kArray},   TypeName{"object", TypeSet::kObject},
    TypeName{"null", TypeSet::kNull}};

struct FormatName {
  const char* name;
  Format format;
};
constexpr std::array kFormatNames = {
    FormatName{"path", Format::kPath}, FormatName{"secret", Format::kSecret},
    FormatName{"duration", Format::kDuration}, FormatName{"size", Format::kSize},
    FormatName{"regex", Format::kRegex}};

/// A keyword, and the types of which a value must be able to be one for it to mean something.
struct Keyword {
  const char* name;
  std::uint8_t types;
};
constexpr std::array kKeywords = {Keyword{"type", TypeSet::kAll},
                                  Keyword{"properties", TypeSet::kObject},
                                  Keyword{"required", TypeSet::kObject},
                                  Keyword{"additionalProperties", TypeSet::kObject},
                                  Keyword{"items", TypeSet::kArray},
                                  Keyword{"minItems", TypeSet::kArray},
                                  Keyword{"maxItems", TypeSet::kArray},
                                  Keyword{"enum", TypeSet::kAll},
                                  Keyword{"minimum", TypeSet::kInteger | TypeSet::kNumber},
                                  Keyword{"maximum", TypeSet::kInteger | TypeSet::kNumber},
                                  Keyword{"minLength", TypeSet::kString},
                                  Keyword{"maxLength", TypeSet::kString},
                                  Keyword{"pattern", TypeSet::kString},
                                  Keyword{"default", TypeSet::kAll},
                                  Keyword{"description", TypeSet::kAll},
                                  Keyword{"format", TypeSet::kString | TypeSet::kInteger}};

/// Why a description is none. Thrown inside this file only.
struct Invalid {
  std::string clause;
};

template <typename Names>
std::vector<std::string> names_of(const Names& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) names.emplace_back(entry.name);
  return names;
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  const auto meant = nearest(name, known);
  return meant ? "; did you mean \"" + *meant + "\"?" : "";
}

/// Parses one description and those within it.
class NodeParser {
 public:
  /// `place` names the description in clauses: "properties.file", or "" for the outermost.
  NodeParser(const Json& json, std::string place, int depth)
      : json_(json), place_(std::move(place)), depth_(depth) {}

  SchemaNode parse() {
    if (!json_.is_object()) fail("is not an object");
    if (depth_ > kMaxDepth) fail("is nested more than " + std::to_string(kMaxDepth) + " deep");
    parse_types();
    parse_format();
    check_keywords();
    parse_description();
    parse_object();
    parse_array();
    parse_numbers();
    parse_strings();
    parse_choices();
    parse_default();
    return std::move(node_);
  }

 private:
  [[noreturn]] void fail(const std::string& clause) const {
    throw Invalid{(place_.empty() ? "it" : place_) + " " + clause};
  }

  [[noreturn]] void fail_at(const std::string& keyword, const std::string& clause) const {
    throw Invalid{below(keyword) + " " + clause};
  }

  std::string below(const std::string& name) const {
    return place_.empty() ? name : place_ + "." + name;
  }

  const Json* find(const char* keyword) const {
    const auto member = json_.find(keyword);
    return member == json_.end() ? nullptr : &*member;
  }

  void parse_types() {
    const Json* type = find("type");
    if (type == nullptr) {
      node_.types.add(TypeSet::kAll);
      return;
    }
    if (type->is_array()) {
      if (type->empty()) fail_at("type", "is an empty list");
      for (const Json& each : *type) add_type(each);
    } else {
      add_type(*type);
    }
  }

  void add_type(const Json& name) {
    const auto entry = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                    [&](const TypeName& each) { return name == each.name; });
    if (entry == kTypeNames.end()) {
      fail_at("type",
              "holds the unknown type " + name.dump() +
                  (name.is_string() ? did_you_mean(name.get<std::string>(), names_of(kTypeNames))
                                    : ""));
    }
    node_.types.add(entry->types);
  }

  void parse_format() {
    const Json* format = find("format");
    if (format == nullptr) return;
    const auto entry = std::find_if(kFormatNames.begin(), kFormatNames.end(),
                                    [&](const FormatName& each) { return *format == each.name; });
    if (entry == kFormatNames.end()) {
      fail_at("format", "is the unknown format " + format->dump() +
                            (format->is_string()
                                 ? did_you_mean(format->get<std::string>(), names_of(kFormatNames))
                                 : ""));
    }
    node_.format = entry->format;
    const bool typed = find("type") != nullptr;
    if (node_.is_quantity()) {
      if (typed && !node_.types.only(TypeSet::kString | TypeSet::kInteger | TypeSet::kNull)) {
        fail_at("format", std::string(entry->name) + " needs the type string or integer");
      }
      const bool may_be_null = typed && node_.types.has(TypeSet::kNull);
      node_.types = TypeSet();
      node_.types.add(TypeSet::kString | TypeSet::kInteger);
      if (may_be_null) node_.types.add(TypeSet::kNull);
    } else if (!typed) {
      node_.types = TypeSet();
      node_.types.add(TypeSet::kString);
    } else if (!node_.types.only(TypeSet::kString | TypeSet::kNull) ||
               !node_.types.has(TypeSet::kString)) {
      fail_at("format", std::string(entry->name) + " needs the type string");
    }
    if (find("enum") != nullptr) fail_at("format", "stands beside enum");
  }

  /// Unknown keywords, and known ones that could never count.
  void check_keywords() const {
    for (const auto& [name, value] : json_.items()) {
      const auto keyword =
          std::find_if(kKeywords.begin(), kKeywords.end(),
                       [&key = name](const Keyword& each) { return key == each.name; });
      if (keyword == kKeywords.end()) {
        fail("has the unknown keyword \"" + name + "\"" + did_you_mean(name, names_of(kKeywords)));
      }
      const bool means_something =
          std::any_of(kTypeNames.begin(), kTypeNames.end(), [&](const TypeName& type) {
            return (keyword->types & type.types) != 0 &&
                   node_.types.has(static_cast<TypeSet::Type>(type.types));
          });
      if (!means_something) fail_at(name, "does not go with the type");
    }
  }

  void parse_description() {
    if (const Json* description = find("description")) {
      if (!description->is_string()) fail_at("description", "is not a string");
      node_.description = description->get<std::string>();
    }
  }

  void parse_object() {
    if (const Json* properties = find("properties")) {
      if (!properties->is_object()) fail_at("properties", "is not an object");
      for (const auto& [name, description] : properties->items()) {
        node_.properties.push_back(
            {name, false,
             NodeParser(description, below("properties." + name), depth_ + 1).parse()});
      }
    }
    if (const Json* required = find("required")) {
      if (!required->is_array()) fail_at("required", "is not a list");
      for (const Json& name : *required) require(name);
    }
    const Json* additional = find("additionalProperties");
    if (additional == nullptr) {
      // A value of any type is not looked into; an object that says nothing has no members.
      if (node_.types.all() && find("properties") == nullptr) {
        node_.additional = SchemaNode::Additional::kAny;
      }
    } else if (additional->is_boolean()) {
      node_.additional =
          additional->get<bool>() ? SchemaNode::Additional::kAny : SchemaNode::Additional::kNone;
    } else {
      node_.additional = SchemaNode::Additional::kDescribed;
      node_.additional_node = std::make_unique<SchemaNode>(
          NodeParser(*additional, below("additionalProperties"), depth_ + 1).parse());
    }
  }

  void require(const Json& name) {
    if (!name.is_string()) fail_at("required", "holds what is not a string");
    const auto property =
        std::find_if(node_.properties.begin(), node_.properties.end(),
                     [&](const SchemaProperty& each) { return name == each.name; });
    if (property == node_.properties.end()) {
      fail_at("required", "names " + name.dump() + ", which properties does not list");
    }
    if (property->node.default_value) {
      fail_at("required", "names " + name.dump() + ", which has a default");
    }
    property->required = true;
  }

  void parse_array() {
    if (const Json* items = find("items")) {
      node_.items =
          std::make_unique<SchemaNode>(NodeParser(*items, below("items"), depth_ + 1).parse());
    }
    parse_bounds("minItems", node_.min_items, "maxItems", node_.max_items);
  }

  void parse_bounds(const char* least_name, std::optional<std::uint64_t>& least,
                    const char* largest_name, std::optional<std::uint64_t>& largest) {
    least = count(least_name);
    largest = count(largest_name);
    if (least && largest && *least > *largest) {
      fail_at(least_name, "is larger than " + std::string(largest_name));
    }
  }

  std::optional<std::uint64_t> count(const char* keyword) const {
    const Json* value = find(keyword);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_unsigned()) fail_at(keyword, "is not a whole number from 0");
    return value->get<std::uint64_t>();
  }

  void parse_numbers() {
    node_.minimum = bound("minimum");
    node_.maximum = bound("maximum");
    if (node_.format == Format::kDuration && !node_.maximum) {
      node_.maximum = kLongestDuration.count();
    }
    if (node_.minimum && node_.maximum && *node_.minimum > *node_.maximum) {
      fail_at("minimum", "is larger than maximum");
    }
  }

  std::optional<nlohmann::json> bound(const char* keyword) const {
    const Json* value = find(keyword);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) fail_at(keyword, "is not a number");
    if (node_.is_quantity() &&
        (!value->is_number_unsigned() || value->get<std::uint64_t>() > kLargestQuantity)) {
      fail_at(keyword, "is not a whole number from 0 to " + std::to_string(kLargestQuantity));
    }
    return nlohmann::json(*value);
  }

  void parse_strings() {
    parse_bounds("minLength", node_.min_length, "maxLength", node_.max_length);
    const Json* pattern = find("pattern");
    if (pattern == nullptr) return;
    if (!pattern->is_string()) fail_at("pattern", "is not a string");
    RE2::Options options;
    options.set_log_errors(false);
    node_.pattern = std::make_unique<RE2>(pattern->get<std::string>(), options);
    if (!node_.pattern->ok()) {
      fail_at("pattern", "is not a regular expression: " + node_.pattern->error());
    }
  }

  void parse_choices() {
    const Json* choices = find("enum");
    if (choices == nullptr) return;
    if (!choices->is_array() || choices->empty()) fail_at("enum", "is not a list of values");
    for (const Json& choice : *choices) {
      nlohmann::json value = choice;
      if (!node_.types.fits(value)) {
        fail_at("enum", "holds " + choice.dump() + ", which the type does not allow");
      }
      node_.allowed_values.push_back(std::move(value));
    }
  }

  void parse_default() {
    const Json* value = find("default");
    if (value == nullptr) return;
    node_.default_value = nlohmann::json(*value);
    const SourceMap nowhere;
    const std::string no_file;
    const std::filesystem::path any_folder = "/";
    Diagnostics diagnostics(no_file);
    (void)check_config(node_, *node_.default_value,
                       {no_file, nowhere, any_folder, below("default")}, diagnostics);
    if (!diagnostics.has_errors()) return;
    const Diagnostic first = diagnostics.take().front();
    throw Invalid{first.what + (first.allowed.empty() ? "" : "; allowed: " + first.allowed)};
  }

  const Json& json_;
  std::string place_;
  int depth_;
  SchemaNode node_;
};

/// Parses JSON in which no object has a member twice.
Json parse_json(std::string_view text) {
  std::vector<std::set<std::string>> open_objects;
  const auto watch = [&open_objects](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) {
      open_objects.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      open_objects.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto key = parsed.get<std::string>();
      if (!open_objects.back().insert(key).second) {
        throw Invalid{"it has the member \"" + key + "\" twice in one object"};
      }
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const Json::parse_error& problem) {
    throw Invalid{"it is not JSON: error at byte " + std::to_string(problem.byte)};
  } catch (const Json::out_of_range&) {
    throw Invalid{"it holds a number that is too large"};
  }
}

}  // namespace

std::variant<std::unique_ptr<SchemaNode>, std::string> parse_schema(std::string_view text) {
  try {
    const Json json = text.empty() ? Json{{"type", "object"}} : parse_json(text);
    auto root = std::make_unique<SchemaNode>(NodeParser(json, "", 0).parse());
    if (!root->types.has(TypeSet::kObject) || !root->types.only(TypeSet::kObject)) {
      return "it does not describe an object: its type is not \"object\"";
    }
    if (root->default_value) return "it has a default, which only members have";
    return root;
  } catch (const Invalid& invalid) {
    return invalid.clause;
  }
}

}  // namespace plugboard::manifest
