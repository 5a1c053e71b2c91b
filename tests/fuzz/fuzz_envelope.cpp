// The envelope scanner against three other readings: a plain one of the grammar, a plain one of the
// judgement, and nlohmann::json.
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "wire/envelope.hpp"
#include "wire/reference_envelope.hpp"
#include "wire/reference_json.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

using test::ReferenceEnvelope;
using test::ReferenceJson;
using test::ReferenceMember;

constexpr std::string_view kSender = "pwa:alice001";

void check_text(JsonText text, const ReferenceMember* expected) {
  FUZZ_REQUIRE(text.present() == (expected != nullptr));
  if (expected == nullptr) return;
  const std::string value = ReferenceEnvelope::encode(*expected->text);
  FUZZ_REQUIRE(unescape(text) == value);
  FUZZ_REQUIRE(equals(text, value));
  FUZZ_REQUIRE(!equals(text, value + "x"));
  FUZZ_REQUIRE('"' + std::string(text.raw) + '"' == expected->value);
  std::string written;
  append_json_string(written, value);
  FUZZ_REQUIRE(valid_utf8(written));
  FUZZ_REQUIRE(unescape({std::string_view(written).substr(1, written.size() - 2), true}) == value);
}

void check_judgement(std::string_view message, const Envelope& envelope) {
  bool foreign_from = false;
  bool duplicate = false;
  bool reserved_type = false;
  std::map<std::string, int> seen;
  std::map<std::u32string, ReferenceMember> first_text;
  std::string_view payload;
  for (const ReferenceMember& member : ReferenceEnvelope::members(message)) {
    const std::string name = ReferenceEnvelope::folded(member.name);
    const std::string text = member.text ? ReferenceEnvelope::encode(*member.text) : "";
    if (name == "from" && text != kSender) foreign_from = true;
    if (name == "type" && member.text) {
      const std::string type = ReferenceEnvelope::folded(*member.text);
      if (type == "error" || type == "peer-status") reserved_type = true;
    }
    if (name == "from" || name == "to" || name == "type" || name == "address") {
      if (++seen[name] == 2) duplicate = true;
    }
    if (member.text) first_text.emplace(member.name, member);
    if (member.name == U"payload" && payload.data() == nullptr) payload = member.value;
  }
  FUZZ_REQUIRE(envelope.foreign_from == foreign_from);
  FUZZ_REQUIRE(envelope.duplicate == duplicate);
  FUZZ_REQUIRE(envelope.reserved_type == reserved_type);
  FUZZ_REQUIRE(envelope.payload.data() == payload.data());
  FUZZ_REQUIRE(envelope.payload.size() == payload.size());
  const auto find = [&first_text](const char32_t* name) {
    const auto found = first_text.find(name);
    return found == first_text.end() ? nullptr : &found->second;
  };
  check_text(envelope.from, find(U"from"));
  check_text(envelope.to, find(U"to"));
  check_text(envelope.type, find(U"type"));
  check_text(envelope.address, find(U"address"));
}

void check_nlohmann(std::string_view message, bool valid) {
  // It skips a byte order mark, and takes a zero byte between tokens for the end.
  if (message.starts_with("\xEF\xBB\xBF")) return;
  if (message.find('\0') != std::string_view::npos) return;
  if (!ReferenceJson::is_object(message, kMaxNesting) &&
      ReferenceJson::is_object(message, 4 * kMaxNesting)) {
    return;
  }
  try {
    FUZZ_REQUIRE(nlohmann::json::parse(message).is_object() == valid);
  } catch (const nlohmann::json::out_of_range&) {
    // 1e999; whatever stands behind it was not looked at.
  } catch (const nlohmann::json::parse_error& error) {
    const bool surrogate = std::string_view(error.what()).find("surrogate") != std::string::npos;
    FUZZ_REQUIRE(surrogate || !valid);
  }
}

}  // namespace
}  // namespace plugboard::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard::wire;
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  const Envelope envelope = scan_envelope(message, kSender);
  const bool expected = ReferenceJson::is_object(message, kMaxNesting) && valid_utf8(message);
  FUZZ_REQUIRE(envelope.valid == expected);
  if (expected) check_judgement(message, envelope);
  if (size < 65536) check_nlohmann(message, expected);
  return 0;
}
