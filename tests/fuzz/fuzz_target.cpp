// Request targets, percent escapes and query parameters.
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "wire/address.hpp"
#include "wire/target.hpp"

namespace plugboard::wire {
namespace {

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

std::string encode_all(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

void check_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return;
  FUZZ_REQUIRE(text.find_first_of(std::string_view("\0 \t\r\n#\x7F", 7)) == std::string_view::npos);
  FUZZ_REQUIRE(target->path.starts_with('/') || target->is_asterisk());
  FUZZ_REQUIRE(target->path.find('?') == std::string_view::npos);
  FUZZ_REQUIRE(target->query.empty() || lies_in(target->query, text));
  FUZZ_REQUIRE(target->authority.empty() || valid_authority(target->authority));
  if (target->authority.empty()) {
    // Put together again it is the same.
    std::string again(target->path);
    if (again.size() < text.size()) again.append("?").append(target->query);
    FUZZ_REQUIRE(again == text);
    // Behind a scheme and a host it means the same.
    if (!target->is_asterisk()) {
      const std::string absolute = "wSs://host:1" + std::string(text);
      const auto other = parse_target(absolute);
      FUZZ_REQUIRE(other && other->path == target->path && other->query == target->query);
      FUZZ_REQUIRE(other->authority == "host:1");
    }
  }
}

void check_escapes(std::string_view text) {
  FUZZ_REQUIRE(percent_decode(encode_all(text)) == text);
  const auto decoded = percent_decode(text);
  if (decoded) {
    FUZZ_REQUIRE(decoded->size() <= text.size());
    FUZZ_REQUIRE((text.size() - decoded->size()) % 2 == 0);
  } else {
    FUZZ_REQUIRE(text.find('%') != std::string_view::npos);
  }
}

void check_query(std::string_view text) {
  const auto value = query_parameter(text, "key");
  FUZZ_REQUIRE(!value || !value->empty());
  if (text.find('%') == std::string_view::npos) {
    // Without escapes, the first `key=` at the start or behind `&` with something behind it.
    std::optional<std::string> expected;
    const std::string whole = "&" + std::string(text) + "&";
    for (auto at = whole.find("&key="); at != std::string::npos && !expected;
         at = whole.find("&key=", at + 1)) {
      const auto end = whole.find('&', at + 1);
      if (end > at + 5) expected = whole.substr(at + 5, end - at - 5);
    }
    FUZZ_REQUIRE(value == expected);
  }
  const std::string wrapped = "a=1&k%65y=&%6bey=" + encode_all(text) + "&key=2";
  FUZZ_REQUIRE(query_parameter(wrapped, "key") == (text.empty() ? "2" : std::string(text)));
}

void check_address(std::string_view text) {
  const auto parts = split_address(text);
  FUZZ_REQUIRE(parts.has_value() == (text.find(':') != std::string_view::npos));
  if (!parts) return;
  FUZZ_REQUIRE(std::string(parts->channel) + ":" + std::string(parts->id) == text);
  FUZZ_REQUIRE(parts->channel.find(':') == std::string_view::npos);
}

}  // namespace
}  // namespace plugboard::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_target(text);
  check_escapes(text);
  check_query(text);
  check_address(text);
  (void)valid_authority(text);
  return 0;
}
