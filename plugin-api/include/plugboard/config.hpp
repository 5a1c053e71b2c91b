// A plugin's config: the `config` table of its [[plugin]] in the manifest, as the relay passes it
// on (checked against the plugin's config_schema, defaults filled in, paths absolute, durations in
// milliseconds, sizes in bytes). Read-only values, cheap to copy, safe to share between threads.
#ifndef PLUGBOARD_CONFIG_HPP
#define PLUGBOARD_CONFIG_HPP

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#pragma GCC visibility push(hidden)
namespace plugboard {

/// The config cannot be accepted. Thrown from a constructor, `check`, `prepare` or `reconfigure`,
/// it becomes an error that names the manifest's line.
class ConfigError : public std::runtime_error {
 public:
  /// `pointer`: JSON pointer to the member in question, such as "/file"; empty for the whole.
  ConfigError(std::string pointer, const std::string& sentence)
      : std::runtime_error(sentence), pointer_(std::move(pointer)) {}

  const std::string& pointer() const noexcept { return pointer_; }

 private:
  std::string pointer_;
};

/// One value of the config: an object at the top, below it whatever stands there.
///
/// The getters that take a name read a member of an object. They throw ConfigError, naming the
/// member, if it is missing (unless a fallback is given) or of another type.
class Config {
 public:
  enum class Type { kNull, kBoolean, kInteger, kNumber, kString, kList, kObject };

  /// An object without members.
  Config() : value_(std::make_shared<const Value>(Value{.type = Type::kObject})) {}

  /// Reads one JSON value. Throws ConfigError. Empty text reads as {}.
  static Config parse(std::string_view json);

  Type type() const noexcept { return value_->type; }

  /// Whether an object has this member with anything but null.
  bool has(std::string_view name) const noexcept { return member(name) != nullptr; }

  /// The member, if there is one other than null.
  std::optional<Config> find(std::string_view name) const {
    const Value* found = member(name);
    if (found == nullptr) return std::nullopt;
    return Config(std::shared_ptr<const Value>(value_, found), child(name));
  }

  std::string string(std::string_view name) const { return get(name).as_string(); }
  std::string string(std::string_view name, std::string_view fallback) const {
    const auto found = find(name);
    return found ? found->as_string() : std::string(fallback);
  }

  bool boolean(std::string_view name) const { return get(name).as_boolean(); }
  bool boolean(std::string_view name, bool fallback) const {
    const auto found = find(name);
    return found ? found->as_boolean() : fallback;
  }

  std::int64_t integer(std::string_view name) const { return get(name).as_integer(); }
  std::int64_t integer(std::string_view name, std::int64_t fallback) const {
    const auto found = find(name);
    return found ? found->as_integer() : fallback;
  }

  double number(std::string_view name) const { return get(name).as_number(); }
  double number(std::string_view name, double fallback) const {
    const auto found = find(name);
    return found ? found->as_number() : fallback;
  }

  /// For members with `"format": "size"`, and for other counts that are not negative.
  std::uint64_t size(std::string_view name) const { return get(name).as_size(); }
  std::uint64_t size(std::string_view name, std::uint64_t fallback) const {
    const auto found = find(name);
    return found ? found->as_size() : fallback;
  }

  /// For members with `"format": "duration"`.
  std::chrono::milliseconds duration(std::string_view name) const {
    return std::chrono::milliseconds(size(name));
  }
  std::chrono::milliseconds duration(std::string_view name,
                                     std::chrono::milliseconds fallback) const {
    const auto found = find(name);
    return found ? std::chrono::milliseconds(found->as_size()) : fallback;
  }

  /// The strings of a list; none if the member is missing.
  std::vector<std::string> strings(std::string_view name) const {
    std::vector<std::string> result;
    for (const Config& item : list(name)) result.push_back(item.as_string());
    return result;
  }

  /// The values of a list; none if the member is missing.
  std::vector<Config> list(std::string_view name) const {
    const auto found = find(name);
    return found ? found->as_list() : std::vector<Config>();
  }

  /// An object within; one without members if the member is missing.
  Config object(std::string_view name) const {
    auto found = find(name);
    if (!found)
      return Config(std::make_shared<const Value>(Value{.type = Type::kObject}), child(name));
    found->expect(Type::kObject, "a table");
    return *std::move(found);
  }

  /// The names of an object's members, in the order they stand.
  std::vector<std::string> names() const { return value_->names; }

  std::string as_string() const {
    expect(Type::kString, "a string");
    return value_->text;
  }
  bool as_boolean() const {
    expect(Type::kBoolean, "true or false");
    return value_->integer != 0;
  }
  std::int64_t as_integer() const {
    expect(Type::kInteger, "an integer");
    return value_->integer;
  }
  std::uint64_t as_size() const {
    if (as_integer() < 0) fail("must not be negative");
    return static_cast<std::uint64_t>(value_->integer);
  }
  double as_number() const {
    if (type() == Type::kInteger) return static_cast<double>(value_->integer);
    expect(Type::kNumber, "a number");
    return value_->number;
  }
  std::vector<Config> as_list() const {
    expect(Type::kList, "a list");
    std::vector<Config> result;
    for (std::size_t i = 0; i < value_->items.size(); ++i) {
      result.push_back(Config(std::shared_ptr<const Value>(value_, &value_->items[i]),
                              child(std::to_string(i))));
    }
    return result;
  }

  /// JSON pointer to this value from the top of the config.
  const std::string& pointer() const noexcept { return pointer_; }

  /// Refuses this value, or a member of it, with a sentence for the operator.
  [[noreturn]] void fail(const std::string& sentence) const {
    throw ConfigError(pointer_, sentence);
  }
  [[noreturn]] void fail(std::string_view name, const std::string& sentence) const {
    throw ConfigError(child(name), sentence);
  }

 private:
  struct Value {
    Type type = Type::kNull;
    std::int64_t integer = 0;  // also a boolean's 0 or 1
    double number = 0;
    std::string text{};
    std::vector<std::string> names{};  // of an object's members, as many as items
    std::vector<Value> items{};        // of a list or an object
  };
  class Parser;

  Config(std::shared_ptr<const Value> value, std::string pointer)
      : value_(std::move(value)), pointer_(std::move(pointer)) {}

  const Value* member(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < value_->names.size(); ++i) {
      if (value_->names[i] == name && value_->items[i].type != Type::kNull) {
        return &value_->items[i];
      }
    }
    return nullptr;
  }

  Config get(std::string_view name) const {
    auto found = find(name);
    if (!found) fail(name, "is missing");
    return *std::move(found);
  }

  void expect(Type type, const char* what) const {
    if (value_->type != type) fail(std::string("must be ") + what);
  }

  std::string child(std::string_view name) const {
    std::string result = pointer_ + "/";
    for (const char c : name) {
      if (c == '~') {
        result += "~0";
      } else if (c == '/') {
        result += "~1";
      } else {
        result += c;
      }
    }
    return result;
  }

  std::shared_ptr<const Value> value_;
  std::string pointer_;
};

/// Reads JSON (RFC 8259) in one pass; nesting to 64 levels.
class Config::Parser {
 public:
  explicit Parser(std::string_view json) : rest_(json) {}

  Value whole() {
    Value result = value(0);
    skip_space();
    if (!rest_.empty()) stop("text behind the value");
    return result;
  }

 private:
  static constexpr int kMaxDepth = 64;

  [[noreturn]] static void stop(const char* what) {
    throw ConfigError("", std::string("the config is not JSON: ") + what);
  }

  void skip_space() {
    const auto size = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(size == std::string_view::npos ? rest_.size() : size);
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  Value value(int depth) {
    if (depth > kMaxDepth) stop("nested too deeply");
    skip_space();
    if (take("{")) return object(depth);
    if (take("[")) return list(depth);
    if (take("\"")) return {.type = Type::kString, .text = string()};
    if (take("true")) return {.type = Type::kBoolean, .integer = 1};
    if (take("false")) return {.type = Type::kBoolean};
    if (take("null")) return {};
    return number();
  }

  Value object(int depth) {
    Value result{.type = Type::kObject};
    skip_space();
    if (take("}")) return result;
    do {
      skip_space();
      if (!take("\"")) stop("a member without a name");
      result.names.push_back(string());
      skip_space();
      if (!take(":")) stop("a member without a value");
      result.items.push_back(value(depth + 1));
      skip_space();
    } while (take(","));
    if (!take("}")) stop("an object without its end");
    return result;
  }

  Value list(int depth) {
    Value result{.type = Type::kList};
    skip_space();
    if (take("]")) return result;
    do {
      result.items.push_back(value(depth + 1));
      skip_space();
    } while (take(","));
    if (!take("]")) stop("a list without its end");
    return result;
  }

  Value number() {
    const auto size = std::min(rest_.find_first_not_of("+-.0123456789Ee"), rest_.size());
    const std::string_view text = rest_.substr(0, size);
    if (text.empty()) stop("an unknown word");
    rest_.remove_prefix(size);
    const char* end = text.data() + text.size();
    Value result{.type = Type::kInteger};
    if (const auto read = std::from_chars(text.data(), end, result.integer);
        read.ec == std::errc() && read.ptr == end) {
      return result;
    }
    result.type = Type::kNumber;
    const auto read = std::from_chars(text.data(), end, result.number);
    if (read.ec == std::errc::result_out_of_range && read.ptr == end) {
      // JSON has no bounds: 1e999 and 1e-999 are numbers.
      const bool tiny = text.find("e-") != text.npos || text.find("E-") != text.npos;
      result.number = tiny ? 0 : std::numeric_limits<double>::infinity();
      if (text.front() == '-') result.number = -result.number;
    } else if (read.ec != std::errc() || read.ptr != end) {
      stop("an unreadable number");
    }
    return result;
  }

  // What follows an opening quotation mark, to the closing one.
  std::string string() {
    std::string result;
    for (;;) {
      const auto size = rest_.find_first_of("\"\\");
      if (size == std::string_view::npos) stop("a string without its end");
      result += rest_.substr(0, size);
      rest_.remove_prefix(size);
      if (take("\"")) return result;
      rest_.remove_prefix(1);
      if (rest_.empty()) stop("a string without its end");
      const char escape = rest_.front();
      rest_.remove_prefix(1);
      switch (escape) {
        case '"':
        case '\\':
        case '/':
          result += escape;
          break;
        case 'b':
          result += '\b';
          break;
        case 'f':
          result += '\f';
          break;
        case 'n':
          result += '\n';
          break;
        case 'r':
          result += '\r';
          break;
        case 't':
          result += '\t';
          break;
        case 'u':
          append_utf8(result, code_point());
          break;
        default:
          stop("an unknown escape");
      }
    }
  }

  std::uint32_t hex4() {
    std::uint32_t unit = 0;
    if (rest_.size() < 4) stop("a short \\u escape");
    const auto read = std::from_chars(rest_.data(), rest_.data() + 4, unit, 16);
    if (read.ec != std::errc() || read.ptr != rest_.data() + 4) stop("a bad \\u escape");
    rest_.remove_prefix(4);
    return unit;
  }

  // A lone surrogate becomes U+FFFD, since UTF-8 has no place for it.
  std::uint32_t code_point() {
    const std::uint32_t high = hex4();
    if (high < 0xD800 || high > 0xDFFF) return high;
    if (high > 0xDBFF || !take("\\u")) return 0xFFFD;
    const std::uint32_t low = hex4();
    if (low < 0xDC00 || low > 0xDFFF) return 0xFFFD;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  }

  static void append_utf8(std::string& text, std::uint32_t c) {
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += static_cast<char>(0xC0 | (c >> 6));
      tail(0);
    } else if (c < 0x10000) {
      text += static_cast<char>(0xE0 | (c >> 12));
      tail(6);
      tail(0);
    } else {
      text += static_cast<char>(0xF0 | (c >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::string_view rest_;
};

inline Config Config::parse(std::string_view json) {
  if (json.empty()) return {};
  return Config(std::make_shared<const Value>(Parser(json).whole()), "");
}

}  // namespace plugboard
#pragma GCC visibility pop

#endif
