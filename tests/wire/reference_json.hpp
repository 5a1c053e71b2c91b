// A second, plain reading of RFC 8259 to hold the scanner against: recursive descent, one byte at a
// time, with nothing clever in it.
#pragma once

#include <cstddef>
#include <string_view>

namespace plugboard::wire::test {

class ReferenceJson {
 public:
  /// Whether `text` is one JSON object nested at most `max_depth` deep. UTF-8 is not judged.
  static bool is_object(std::string_view text, std::size_t max_depth) {
    ReferenceJson reader(text, max_depth);
    reader.spaces();
    if (reader.peek() != '{' || !reader.value(1)) return false;
    reader.spaces();
    return reader.at_ == text.size();
  }

 private:
  ReferenceJson(std::string_view text, std::size_t max_depth)
      : text_(text), max_depth_(max_depth) {}

  /// -1 at the end.
  [[nodiscard]] int peek() const {
    return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1;
  }
  bool take(int c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void spaces() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool string() {
    if (!take('"')) return false;
    while (!take('"')) {
      const int c = peek();
      if (c < 0x20) return false;
      ++at_;
      if (c != '\\') continue;
      const int escape = peek();
      ++at_;
      if (escape == 'u') {
        for (int i = 0; i < 4; ++i, ++at_) {
          const int digit = peek();
          const bool hex = (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') ||
                           (digit >= 'A' && digit <= 'F');
          if (!hex) return false;
        }
      } else if (escape < 0 || std::string_view("\"\\/bfnrt").find(static_cast<char>(escape)) ==
                                   std::string_view::npos) {
        return false;
      }
    }
    return true;
  }

  bool object(std::size_t depth) {
    take('{');
    spaces();
    if (take('}')) return true;
    for (;;) {
      spaces();
      if (!string()) return false;
      spaces();
      if (!take(':')) return false;
      spaces();
      if (!value(depth + 1)) return false;
      spaces();
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }

  bool array(std::size_t depth) {
    take('[');
    spaces();
    if (take(']')) return true;
    for (;;) {
      spaces();
      if (!value(depth + 1)) return false;
      spaces();
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }

  /// `depth`: the level that a container here would be.
  bool value(std::size_t depth) {
    switch (peek()) {
      case '{':
        return depth <= max_depth_ && object(depth);
      case '[':
        return depth <= max_depth_ && array(depth);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
};

}  // namespace plugboard::wire::test
