#include "wire/envelope.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "wire/simd.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex_digit(char c) {
  const char letter = static_cast<char>(c | 0x20);
  return is_digit(c) || (letter >= 'a' && letter <= 'f');
}
constexpr bool ends_run(char c) {
  return c == '"' || c == '\\' || static_cast<std::uint8_t>(c) < 0x20;
}

/// Walks over one object. The caller trimmed the text so that its last byte is `}`, which no run of
/// spaces, digits or letters takes for its own and no string may end with: so most steps need no
/// look at `end`. Only behind a string's runs and a closing bracket can `at` have reached it.
class Scanner {
 public:
  Scanner(const char* begin, const char* end) : begin_(begin), at_(begin), end_(end) {}

  /// Fills in everything but `valid`; false if this is not one object.
  bool scan_object(std::string_view sender, Envelope& out);

  /// Whether a string held bytes beyond ASCII, which are yet to be judged.
  [[nodiscard]] bool has_high_bytes() const { return high_; }

 private:
  enum class Member : std::uint8_t { from, to, type, address, payload, other };
  struct Name {
    Member member = Member::other;
    bool exact = false;
  };

  /// The first quotation mark, backslash or control character from `at_` on; `end_` if none.
  const char* end_of_run();
  bool skip_escape();
  /// From behind the opening quotation mark to behind the closing one.
  bool skip_string(JsonText& text);
  bool skip_number();
  bool skip_word(std::string_view word);
  /// One value of any kind, whose first byte is at `at_`. `text` is filled in for a string.
  bool skip_value(JsonText& text);
  bool skip_container();
  bool skip_scalar();
  void skip_spaces() {
    while (is_space(*at_)) ++at_;
  }
  bool take(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }

  static Name classify(JsonText name, bool plain);

  const char* const begin_;
  const char* at_;
  const char* const end_;
  bool high_ = false;
};

#ifdef PLUGBOARD_WIRE_SSE2

/// A bit for each byte of the 16 that ends a run of plain characters.
std::uint32_t run_ends(__m128i block) {
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control)));
}

const char* Scanner::end_of_run() {
  const char* at = at_;
  for (; end_ - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const std::uint32_t ends = run_ends(block);
    const auto high = static_cast<std::uint32_t>(_mm_movemask_epi8(block));
    if (ends != 0) {
      high_ |= (high & (ends ^ (ends - 1))) != 0;
      return at + std::countr_zero(ends);
    }
    high_ |= high != 0;
  }
  if (end_ - begin_ >= 16) {
    // The last 16 bytes of the message, of which the first were seen already.
    const auto seen = static_cast<int>(16 - (end_ - at));
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(end_ - 16));
    const std::uint32_t ends = run_ends(block) >> seen;
    const std::uint32_t high = static_cast<std::uint32_t>(_mm_movemask_epi8(block)) >> seen;
    high_ |= (high & (ends ^ (ends - 1))) != 0;
    return ends != 0 ? at + std::countr_zero(ends) : end_;
  }
  for (; at < end_ && !ends_run(*at); ++at) high_ |= static_cast<std::uint8_t>(*at) >= 0x80;
  return at;
}

#else

const char* Scanner::end_of_run() {
  const char* at = at_;
  for (; at < end_ && !ends_run(*at); ++at) high_ |= static_cast<std::uint8_t>(*at) >= 0x80;
  return at;
}

#endif

bool Scanner::skip_escape() {
  ++at_;
  switch (*at_++) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return true;
    case 'u':
      for (int i = 0; i < 4; ++i) {
        if (!is_hex_digit(*at_)) return false;
        ++at_;
      }
      return true;
    default:
      return false;
  }
}

bool Scanner::skip_string(JsonText& text) {
  const char* const start = at_;
  text.escaped = false;
  for (;;) {
    at_ = end_of_run();
    if (at_ == end_) return false;
    if (*at_ == '"') break;
    if (*at_ != '\\') return false;
    text.escaped = true;
    if (!skip_escape()) return false;
  }
  text.raw = {start, static_cast<std::size_t>(at_ - start)};
  ++at_;
  return true;
}

bool Scanner::skip_number() {
  const auto skip_digits = [this] {
    if (!is_digit(*at_)) return false;
    while (is_digit(*at_)) ++at_;
    return true;
  };
  (void)take('-');
  if (!take('0') && !skip_digits()) return false;
  if (take('.') && !skip_digits()) return false;
  if (*at_ == 'e' || *at_ == 'E') {
    ++at_;
    if (*at_ == '+' || *at_ == '-') ++at_;
    return skip_digits();
  }
  return true;
}

bool Scanner::skip_word(std::string_view word) {
  if (static_cast<std::size_t>(end_ - at_) < word.size()) return false;
  if (std::memcmp(at_, word.data(), word.size()) != 0) return false;
  at_ += word.size();
  return true;
}

bool Scanner::skip_scalar() {
  switch (*at_) {
    case 't':
      return skip_word("true");
    case 'f':
      return skip_word("false");
    case 'n':
      return skip_word("null");
    default:
      return skip_number();
  }
}

bool Scanner::skip_container() {
  // One bit a level: whether it is an object. The message itself is level 0 here.
  std::array<std::uint64_t, kMaxNesting / 64> objects;  // NOLINT: written before it is read
  std::size_t level = 0;
  bool object = false;
  JsonText ignored;

open:
  if (++level == kMaxNesting) return false;
  object = *at_ == '{';
  {
    std::uint64_t& word = objects[level / 64];
    const std::uint64_t bit = std::uint64_t{1} << (level % 64);
    word = object ? word | bit : word & ~bit;
  }
  ++at_;
  skip_spaces();
  if (take(object ? '}' : ']')) goto close;
  if (!object) goto value;

name:
  if (!take('"') || !skip_string(ignored)) return false;
  skip_spaces();
  if (!take(':')) return false;
  skip_spaces();

value:
  if (*at_ == '{' || *at_ == '[') goto open;
  if (*at_ == '"') {
    ++at_;
    if (!skip_string(ignored)) return false;
  } else if (!skip_scalar()) {
    return false;
  }

next:
  skip_spaces();
  if (take(',')) {
    skip_spaces();
    if (object) goto name;
    goto value;
  }
  if (!take(object ? '}' : ']')) return false;

close:
  if (at_ == end_) return false;
  if (--level == 0) return true;
  object = (objects[level / 64] >> (level % 64) & 1) != 0;
  goto next;
}

bool Scanner::skip_value(JsonText& text) {
  switch (*at_) {
    case '"':
      ++at_;
      return skip_string(text);
    case '{':
    case '[':
      return skip_container();
    default:
      return skip_scalar();
  }
}

Scanner::Name Scanner::classify(JsonText name, bool plain) {
  struct Known {
    std::string_view word;
    Member member;
  };
  constexpr std::array<Known, 4> kJudged = {{{"from", Member::from},
                                             {"to", Member::to},
                                             {"type", Member::type},
                                             {"address", Member::address}}};
  if (plain) {
    // Judged names in any letter case. `| 0x20` makes letters, and nothing else, lower-case ones.
    const auto same = [name](std::string_view word) {
      for (std::size_t i = 0; i < word.size(); ++i) {
        if ((name.raw[i] | 0x20) != word[i]) return false;
      }
      return true;
    };
    switch (name.raw.size()) {
      case 2:
        if (same("to")) return {Member::to, name.raw == "to"};
        break;
      case 4:
        if (same("from")) return {Member::from, name.raw == "from"};
        if (same("type")) return {Member::type, name.raw == "type"};
        break;
      case 7:
        if (name.raw == "payload") return {Member::payload, true};
        if (same("address")) return {Member::address, name.raw == "address"};
        break;
      default:
        break;
    }
    return {};
  }
  for (const Known& known : kJudged) {
    if (reads_as(name, known.word)) return {known.member, equals(name, known.word)};
  }
  if (equals(name, "payload")) return {Member::payload, true};
  return {};
}

bool Scanner::scan_object(std::string_view sender, Envelope& out) {
  std::uint32_t seen = 0;
  if (!take('{')) return false;
  skip_spaces();
  if (take('}')) return at_ == end_;
  for (;;) {
    JsonText name_text;
    const bool high_before = high_;
    high_ = false;
    if (!take('"') || !skip_string(name_text)) return false;
    const Name name = classify(name_text, !name_text.escaped && !high_);
    high_ |= high_before;
    skip_spaces();
    if (!take(':')) return false;
    skip_spaces();

    const char* const value = at_;
    JsonText text;
    if (!skip_value(text)) return false;

    if (name.member == Member::payload) {
      if (out.payload.data() == nullptr) {
        out.payload = {value, static_cast<std::size_t>(at_ - value)};
      }
    } else if (name.member != Member::other) {
      const std::uint32_t bit = 1U << static_cast<unsigned>(name.member);
      out.duplicate |= (seen & bit) != 0;
      seen |= bit;
      JsonText* exact = nullptr;
      switch (name.member) {
        case Member::from:
          out.foreign_from |= !equals(text, sender);
          exact = &out.from;
          break;
        case Member::to:
          exact = &out.to;
          break;
        case Member::type:
          out.reserved_type |= reads_as(text, "peer-status") || reads_as(text, "error");
          exact = &out.type;
          break;
        default:
          exact = &out.address;
          break;
      }
      if (name.exact && !exact->present()) *exact = text;
    }

    skip_spaces();
    if (take(',')) {
      skip_spaces();
      continue;
    }
    return take('}') && at_ == end_;
  }
}

}  // namespace

Envelope scan_envelope(std::string_view message, std::string_view sender) {
  const char* begin = message.data();
  const char* end = begin + message.size();
  while (begin < end && is_space(*begin)) ++begin;
  while (begin < end && is_space(end[-1])) --end;
  if (end - begin < 2 || *begin != '{' || end[-1] != '}') return {};

  Envelope envelope;
  Scanner scanner(begin, end);
  if (!scanner.scan_object(sender, envelope)) return {};
  if (scanner.has_high_bytes() && !valid_utf8({begin, static_cast<std::size_t>(end - begin)})) {
    return {};
  }
  envelope.valid = true;
  return envelope;
}

}  // namespace plugboard::wire
