// A parsed description of one config value: what ConfigSchema is made of.
#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plugboard::manifest {

/// Types that a value may have, as a set.
class TypeSet {
 public:
  enum Type : std::uint8_t {
    kString = 1U << 0U,
    kInteger = 1U << 1U,
    kNumber = 1U << 2U,  ///< integers too
    kBoolean = 1U << 3U,
    kArray = 1U << 4U,
    kObject = 1U << 5U,
    kNull = 1U << 6U,
  };
  static constexpr std::uint8_t kAll = 0x7F;

  [[nodiscard]] bool has(Type type) const { return (types_ & type) != 0; }
  [[nodiscard]] bool all() const { return types_ == kAll; }
  [[nodiscard]] bool only(std::uint8_t types) const { return (types_ & ~types) == 0; }
  void add(std::uint8_t types) { types_ = static_cast<std::uint8_t>(types_ | types); }

  /// Whether the set holds the type of `value`.
  [[nodiscard]] bool fits(const nlohmann::json& value) const;

 private:
  std::uint8_t types_ = 0;
};

enum class Format { kPath, kSecret, kDuration, kSize, kRegex };

struct SchemaProperty;

struct SchemaNode {
  enum class Additional { kNone, kAny, kDescribed };

  TypeSet types;  ///< never empty
  std::optional<Format> format;
  std::optional<nlohmann::json> default_value;  ///< as written in the description
  std::string description;
  std::vector<nlohmann::json> allowed_values;  ///< `enum`; empty: any

  std::vector<SchemaProperty> properties;  ///< in the author's order
  Additional additional = Additional::kNone;
  std::unique_ptr<SchemaNode> additional_node;  ///< where `additional` is kDescribed

  std::unique_ptr<SchemaNode> items;  ///< null: any
  std::optional<std::uint64_t> min_items;
  std::optional<std::uint64_t> max_items;

  std::optional<nlohmann::json> minimum;  ///< a number
  std::optional<nlohmann::json> maximum;  ///< a number
  std::optional<std::uint64_t> min_length;
  std::optional<std::uint64_t> max_length;
  std::unique_ptr<RE2> pattern;

  [[nodiscard]] const SchemaProperty* property(std::string_view name) const;
  /// Durations and sizes: written as strings, passed on as integers.
  [[nodiscard]] bool is_quantity() const {
    return format == Format::kDuration || format == Format::kSize;
  }
};

struct SchemaProperty {
  std::string name;
  bool required = false;
  SchemaNode node;
};

/// What `node` takes, in words: "a whole number from 1 to 10".
[[nodiscard]] std::string expectation(const SchemaNode& node);

/// Parses a description; a clause that says what is wrong with it otherwise.
[[nodiscard]] std::variant<std::unique_ptr<SchemaNode>, std::string> parse_schema(
    std::string_view text);

}  // namespace plugboard::manifest
