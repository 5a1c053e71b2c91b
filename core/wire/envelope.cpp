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
constexpr bool is_escape_letter(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return true;
    default:
      return false;
  }
}

template <typename Word>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

template <std::size_t N>
constexpr std::uint64_t word64(const char (&text)[N]) {
  static_assert(N == 9);
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = text[i];
  return std::bit_cast<std::uint64_t>(bytes);
}
template <std::size_t N>
constexpr std::uint32_t word32(const char (&text)[N]) {
  static_assert(N == 5);
  return std::bit_cast<std::uint32_t>(std::array<char, 4>{text[0], text[1], text[2], text[3]});
}

// Named, since in code for other instructions than the program's g++ does not inline how a
// string_view is made.
constexpr std::string_view kPeerStatus = "peer-status";
constexpr std::string_view kError = "error";

enum class Member : std::uint8_t { from, to, type, address, payload, other };

/// Which member a name reads as, and whether it is exactly that.
struct Name {
  Member member = Member::other;
  bool exact = false;
};

bool has_high_bytes(std::string_view text) {
  for (const char c : text) {
    if (static_cast<std::uint8_t>(c) >= 0x80) return true;
  }
  return false;
}

/// Names in escapes or beyond ASCII.
Name classify_slowly(JsonText name) {
  if (reads_as(name, "from")) return {Member::from, equals(name, "from")};
  if (reads_as(name, "to")) return {Member::to, equals(name, "to")};
  if (reads_as(name, "type")) return {Member::type, equals(name, "type")};
  if (reads_as(name, "address")) return {Member::address, equals(name, "address")};
  if (equals(name, "payload")) return {Member::payload, true};
  return {};
}

/// `maybe_high`: there may be bytes beyond ASCII in it.
PLUGBOARD_WIRE_INLINE Name classify(JsonText name, bool maybe_high) {
  if (name.escaped || (maybe_high && has_high_bytes(name.raw))) return classify_slowly(name);
  // A byte `| 0x20` is a certain lower-case letter only if it was that letter in either case; the
  // closing quotation mark, which may be read since it was found, has the bit already.
  const char* const raw = name.raw.data();
  switch (name.raw.size()) {
    case 2:
      if ((raw[0] | 0x20) == 't' && (raw[1] | 0x20) == 'o') {
        return {Member::to, raw[0] == 't' && raw[1] == 'o'};
      }
      break;
    case 4: {
      const auto word = load<std::uint32_t>(raw);
      const std::uint32_t lower = word | 0x20202020U;
      if (lower == word32("from")) return {Member::from, word == lower};
      if (lower == word32("type")) return {Member::type, word == lower};
      break;
    }
    case 7: {
      const auto word = load<std::uint64_t>(raw);
      const std::uint64_t lower = word | 0x2020202020202020U;
      if (word == word64("payload\"")) return {Member::payload, true};
      if (lower == word64("address\"")) return {Member::address, word == lower};
      break;
    }
    default:
      break;
  }
  return {};
}

/// As `equals`, without a call for what addresses mostly are.
PLUGBOARD_WIRE_INLINE bool is_address(JsonText text, std::string_view address) {
  const std::size_t size = text.raw.size();
  if (text.escaped || !text.present()) return equals(text, address);
  if (size != address.size()) return false;
  const char* const a = text.raw.data();
  const char* const b = address.data();
  if (size < 8 || size > 16) return std::memcmp(a, b, size) == 0;
  return load<std::uint64_t>(a) == load<std::uint64_t>(b) &&
         load<std::uint64_t>(a + size - 8) == load<std::uint64_t>(b + size - 8);
}

/// Enters a member other than the payload, whose value is `text` if that is a string. `seen`: a bit
/// for each kind of member met.
PLUGBOARD_WIRE_INLINE void judge_member(Name name, JsonText text, std::string_view sender,
                                        unsigned& seen, Envelope& out) {
  const unsigned bit = 1U << static_cast<unsigned>(name.member);
  out.duplicate |= (seen & bit) != 0;
  seen |= bit;
  JsonText* exact = nullptr;
  switch (name.member) {
    case Member::from:
      out.foreign_from |= !is_address(text, sender);
      exact = &out.from;
      break;
    case Member::to:
      exact = &out.to;
      break;
    case Member::type:
      out.reserved_type |= reads_as(text, kPeerStatus) || reads_as(text, kError);
      exact = &out.type;
      break;
    default:
      exact = &out.address;
      break;
  }
  if (name.exact && !exact->present()) *exact = text;
}

/// What stands in up to 64 bytes.
struct Marks {
  /// A bit for each byte that ends a run of plain characters in a string: quotation mark, backslash
  /// or control character. Bit 0 is the first byte.
  std::uint64_t run_ends = 0;
  /// Whether any byte is beyond ASCII.
  bool high = false;
};

/// Fewer than 64 bytes, without vectors.
PLUGBOARD_WIRE_INLINE Marks look_at_bytes(const char* at, std::size_t size) {
  Marks marks;
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<std::uint8_t>(at[i]);
    const bool ends = byte == '"' || byte == '\\' || byte < 0x20;
    marks.run_ends |= std::uint64_t{ends} << i;
    marks.high |= byte >= 0x80;
  }
  return marks;
}

#ifdef PLUGBOARD_WIRE_SSE2

PLUGBOARD_WIRE_INLINE std::uint64_t run_ends_of(__m128i block) {
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control)));
}

PLUGBOARD_WIRE_INLINE __m128i load_block(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

/// The last fewer than 64 bytes of a message that begins at `begin`.
PLUGBOARD_WIRE_INLINE Marks look_at_tail(const char* begin, const char* at, const char* end) {
  if (end - begin < 16) return look_at_bytes(at, static_cast<std::size_t>(end - at));
  Marks marks;
  unsigned shift = 0;
  __m128i all = _mm_setzero_si128();
  for (; end - at >= 16; at += 16, shift += 16) {
    const __m128i block = load_block(at);
    all = _mm_or_si128(all, block);
    marks.run_ends |= run_ends_of(block) << shift;
  }
  if (at < end) {
    // The last 16 bytes of the message, the first of which were seen before.
    const __m128i block = load_block(end - 16);
    all = _mm_or_si128(all, block);
    marks.run_ends |= run_ends_of(block) >> (16 - (end - at)) << shift;
  }
  marks.high = _mm_movemask_epi8(all) != 0;
  return marks;
}

namespace baseline {

PLUGBOARD_WIRE_INLINE Marks look_at_64(const char* at) {
  const __m128i a = load_block(at);
  const __m128i b = load_block(at + 16);
  const __m128i c = load_block(at + 32);
  const __m128i d = load_block(at + 48);
  const __m128i all = _mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d));
  return {run_ends_of(a) | run_ends_of(b) << 16 | run_ends_of(c) << 32 | run_ends_of(d) << 48,
          _mm_movemask_epi8(all) != 0};
}

#include "wire/envelope_scanner.inc"

}  // namespace baseline

#else

constexpr std::uint64_t each_byte(std::uint8_t byte) { return 0x0101010101010101U * byte; }

/// The top bit of each byte that is zero.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return ~(((word & each_byte(0x7F)) + each_byte(0x7F)) | word) & each_byte(0x80);
}

/// Eight bytes in one word; `shift`: where in `marks` they belong.
PLUGBOARD_WIRE_INLINE void look_at_8(const char* at, unsigned shift, Marks& marks) {
  auto word = load<std::uint64_t>(at);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  const std::uint64_t ends = zero_bytes(word ^ each_byte('"')) |
                             zero_bytes(word ^ each_byte('\\')) |
                             zero_bytes(word & each_byte(0xE0));
  // Brings the top bit of byte i to bit i of the top byte.
  marks.run_ends |= ((ends >> 7) * 0x0102040810204080U >> 56) << shift;
  marks.high |= (word & each_byte(0x80)) != 0;
}

PLUGBOARD_WIRE_INLINE Marks look_at_tail(const char*, const char* at, const char* end) {
  Marks marks;
  unsigned shift = 0;
  for (; end - at >= 8; at += 8, shift += 8) look_at_8(at, shift, marks);
  const Marks rest = look_at_bytes(at, static_cast<std::size_t>(end - at));
  return {marks.run_ends | rest.run_ends << shift, marks.high || rest.high};
}

namespace baseline {

PLUGBOARD_WIRE_INLINE Marks look_at_64(const char* at) {
  Marks marks;
  for (unsigned i = 0; i < 64; i += 8) look_at_8(at + i, i, marks);
  return marks;
}

#include "wire/envelope_scanner.inc"

}  // namespace baseline

#endif

#ifdef PLUGBOARD_WIRE_AVX2

PLUGBOARD_WIRE_BEGIN_AVX2

namespace avx2 {

PLUGBOARD_WIRE_INLINE std::uint64_t run_ends_of_32(__m256i block) {
  const __m256i quote = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(block, _mm256_set1_epi8(0x1F)), block);
  return static_cast<std::uint32_t>(
      _mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), control)));
}

PLUGBOARD_WIRE_INLINE Marks look_at_64(const char* at) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
  return {run_ends_of_32(a) | run_ends_of_32(b) << 32,
          _mm256_movemask_epi8(_mm256_or_si256(a, b)) != 0};
}

// NOLINTNEXTLINE(readability-duplicate-include): once for each set of instructions.
#include "wire/envelope_scanner.inc"

}  // namespace avx2

PLUGBOARD_WIRE_END_AVX2

#endif

bool scan(const char* begin, const char* end, std::string_view sender, Envelope& out) {
#ifdef PLUGBOARD_WIRE_AVX2
  if (has_avx2()) return avx2::scan(begin, end, sender, out);
#endif
  return baseline::scan(begin, end, sender, out);
}

}  // namespace

Envelope scan_envelope(std::string_view message, std::string_view sender) {
  const char* begin = message.data();
  const char* end = begin + message.size();
  while (begin < end && is_space(*begin)) ++begin;
  while (begin < end && is_space(end[-1])) --end;
  Envelope envelope;
  if (end - begin < 2 || *begin != '{' || end[-1] != '}') return envelope;
  envelope.valid = scan(begin, end, sender, envelope);
  if (!envelope.valid) envelope = Envelope();
  return envelope;
}

}  // namespace plugboard::wire
