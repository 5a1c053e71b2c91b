#include "manifest/schema_check.hpp"

#include <algorithm>
#include <utility>

#include "manifest/nearest.hpp"
#include "manifest/quantity.hpp"
#include "manifest/text_lines.hpp"

namespace plugboard::manifest {
namespace {

using nlohmann::json;

/// One value's place: in the config, and in messages.
struct Place {
  std::string pointer;
  std::string name;

  [[nodiscard]] Place member(const std::string& key) const {
    return {pointer_to(pointer, key), name + "." + shortened(key)};
  }
  [[nodiscard]] Place item(std::size_t index) const {
    return {pointer_to(pointer, index), name + "[" + std::to_string(index) + "]"};
  }
};

std::string_view kind_in_words(const json& value) {
  switch (value.type()) {
    case json::value_t::string:
      return "a string";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return "a whole number";
    case json::value_t::number_float:
      return "a number with a fraction";
    case json::value_t::boolean:
      return "true or false";
    case json::value_t::array:
      return "a list";
    case json::value_t::object:
      return "a table";
    default:
      return "null";
  }
}

std::uint64_t characters(const std::string& text) {
  return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80;
  }));
}

class Checker {
 public:
  Checker(const ConfigOrigin& origin, Diagnostics& diagnostics)
      : origin_(origin), diagnostics_(diagnostics) {}

  json check(const SchemaNode& node, const json& value, const Place& place) {
    if (!node.allowed_values.empty()) return check_choice(node, value, place);
    if (node.is_quantity() && !value.is_null()) return check_quantity(node, value, place);
    if (!node.types.fits(value)) {
      complain(node, value, place, "has the wrong type");
      return nullptr;
    }
    if (value.is_object()) return check_object(node, value, place);
    if (value.is_array()) return check_array(node, value, place);
    if (value.is_string()) return check_string(node, value, place);
    if (value.is_number()) check_range(node, value, value, place);
    return value;
  }

 private:
  json check_choice(const SchemaNode& node, const json& value, const Place& place) {
    const auto& allowed = node.allowed_values;
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
    Diagnostic& diagnostic = complain(node, value, place, "has an unknown value");
    if (!value.is_string() || hides_value(node, place)) return nullptr;
    std::vector<std::string> names;
    for (const json& each : allowed) {
      if (each.is_string()) names.push_back(each.get<std::string>());
    }
    diagnostic.suggestion = nearest(value.get<std::string>(), names).value_or("");
    return nullptr;
  }

  json check_quantity(const SchemaNode& node, const json& value, const Place& place) {
    const bool duration = node.format == Format::kDuration;
    std::uint64_t amount = 0;
    if (value.is_number_integer()) {
      if (value < 0) {
        complain(node, value, place, "is out of range");
        return nullptr;
      }
      amount = value.get<std::uint64_t>();
    } else if (value.is_string()) {
      const std::string& text = value.get_ref<const std::string&>();
      const auto parsed = parse_quantity(duration, text);
      if (const auto* problem = std::get_if<NoQuantity>(&parsed)) {
        const bool large = *problem == NoQuantity::kTooLarge;
        Diagnostic& diagnostic = complain(
            node, value, place,
            large ? "is out of range" : (duration ? "is not a duration" : "is not a size"));
        if (!large && !hides_value(node, place)) {
          diagnostic.suggestion =
              (duration ? likely_duration(text) : likely_size(text)).value_or("");
        }
        return nullptr;
      }
      amount = std::get<std::uint64_t>(parsed);
    } else {
      complain(node, value, place, "has the wrong type");
      return nullptr;
    }
    json converted = amount;
    check_range(node, converted, value, place);
    return converted;
  }

  static std::variant<std::uint64_t, NoQuantity> parse_quantity(bool duration,
                                                                const std::string& text) {
    if (!duration) return parse_size(text);
    const auto parsed = parse_duration(text);
    if (const auto* problem = std::get_if<NoQuantity>(&parsed)) return *problem;
    return static_cast<std::uint64_t>(std::get<std::chrono::milliseconds>(parsed).count());
  }

  void check_range(const SchemaNode& node, const json& number, const json& value,
                   const Place& place) {
    if ((node.minimum && number < *node.minimum) || (node.maximum && number > *node.maximum)) {
      complain(node, value, place, "is out of range");
    }
  }

  json check_string(const SchemaNode& node, const json& value, const Place& place) {
    const std::string& text = value.get_ref<const std::string&>();
    const std::uint64_t length = characters(text);
    if (node.min_length && length < *node.min_length) {
      complain(node, value, place, length == 0 ? "is empty" : "is too short");
    } else if (node.max_length && length > *node.max_length) {
      complain(node, value, place, "is too long");
    } else if (node.pattern && !RE2::PartialMatch(text, *node.pattern)) {
      complain(node, value, place, "has the wrong form");
    } else if (node.format == Format::kRegex && !compiles(text)) {
      complain(node, value, place, "is not a regular expression");
    } else if (node.format == Format::kPath && !text.empty()) {
      return (origin_.folder / text).lexically_normal().string();
    }
    return value;
  }

  static bool compiles(const std::string& pattern) {
    RE2::Options options;
    options.set_log_errors(false);
    return RE2(pattern, options).ok();
  }

  json check_array(const SchemaNode& node, const json& value, const Place& place) {
    if (node.min_items && value.size() < *node.min_items) {
      complain(node, value, place, value.empty() ? "is empty" : "has too few items");
    } else if (node.max_items && value.size() > *node.max_items) {
      complain(node, value, place, "has too many items");
    }
    if (!node.items) return value;
    json list = json::array();
    for (std::size_t index = 0; index < value.size(); ++index) {
      list.push_back(check(*node.items, value[index], place.item(index)));
    }
    return list;
  }

  json check_object(const SchemaNode& node, const json& value, const Place& place) {
    json object = json::object();
    for (const auto& [key, member] : value.items()) {
      if (const SchemaProperty* property = node.property(key)) {
        object[key] = check(property->node, member, place.member(key));
      } else if (node.additional == SchemaNode::Additional::kAny) {
        object[key] = member;
      } else if (node.additional == SchemaNode::Additional::kDescribed) {
        object[key] = check(*node.additional_node, member, place.member(key));
      } else {
        complain_of_unknown(node, key, place);
      }
    }
    for (const SchemaProperty& property : node.properties) {
      if (value.contains(property.name)) continue;
      if (property.required) {
        Diagnostic& diagnostic =
            diagnostics_.error(origin_.sources.at(place.pointer).value,
                               place.member(property.name).name + " is missing");
        diagnostic.allowed = expectation(property.node);
      } else if (property.node.default_value) {
        object[property.name] =
            check(property.node, *property.node.default_value, place.member(property.name));
      }
    }
    return object;
  }

  void complain_of_unknown(const SchemaNode& node, const std::string& key, const Place& place) {
    const Place member = place.member(key);
    Diagnostic& diagnostic = diagnostics_.error(origin_.sources.at(member.pointer).key,
                                                member.name + " is not a known key");
    std::vector<std::string> known;
    for (const SchemaProperty& property : node.properties) {
      known.push_back(property.name);
      diagnostic.allowed += (diagnostic.allowed.empty() ? "" : ", ") + property.name;
    }
    if (known.empty()) diagnostic.allowed = "none, the table takes no members";
    diagnostic.suggestion = nearest(key, known).value_or("");
  }

  /// Whether the value must not show in any way: a secret, or one from the environment.
  bool hides_value(const SchemaNode& node, const Place& place) const {
    const Source* source = origin_.sources.find(place.pointer);
    return node.format == Format::kSecret || (source != nullptr && source->substituted);
  }

  Diagnostic& complain(const SchemaNode& node, const json& value, const Place& place,
                       std::string_view clause) {
    Diagnostic& diagnostic = diagnostics_.error(origin_.sources.at(place.pointer).value,
                                                place.name + " " + std::string(clause));
    const Source* source = origin_.sources.find(place.pointer);
    if (node.format == Format::kSecret || value.is_structured()) {
      diagnostic.found = kind_in_words(value);
    } else {
      diagnostic.found = source != nullptr ? source->written : shortened(value.dump());
    }
    diagnostic.allowed = expectation(node);
    return diagnostic;
  }

  const ConfigOrigin& origin_;
  Diagnostics& diagnostics_;
};

}  // namespace

json check_config(const SchemaNode& node, const json& value, const ConfigOrigin& origin,
                  Diagnostics& diagnostics) {
  return Checker(origin, diagnostics).check(node, value, {"", origin.name});
}

}  // namespace plugboard::manifest
