#include "extension/grant.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "extension/bytes.hpp"
#include "extension/patterns.hpp"
#include "wire/address.hpp"
#include "wire/utf8.hpp"

namespace plugboard::extension {
namespace {

constexpr std::uint64_t kMaxNames = 65'536;
constexpr std::uint64_t kMaxNameBytes = 4096;
constexpr std::uint64_t kMaxPatternBytes = 4096;
constexpr std::uint64_t kMaxAttributeBytes = 64 * 1024;

/// The released size of a grant; members that come later are looked at with PLUGBOARD_HAS.
constexpr std::uint32_t kFirstSize = sizeof(plugboard_grant);

/// A list of names, sorted; or what is wrong with it.
std::variant<std::vector<std::string>, std::string> copy_names(const plugboard_bytes* names,
                                                               std::uint64_t count,
                                                               const char* member) {
  if (count > kMaxNames) return std::string(member) + " has more than 65,536 entries";
  std::vector<std::string> copied;
  copied.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!readable(names[i], kMaxNameBytes)) {
      return std::string(member) + " has an entry without data or beyond 4 KiB";
    }
    copied.emplace_back(view(names[i]));
  }
  std::sort(copied.begin(), copied.end());
  return copied;
}

bool holds(const std::optional<std::vector<std::string>>& names, std::string_view name) {
  return !names || std::binary_search(names->begin(), names->end(), name);
}

/// What is wrong with the attributes, or nothing.
std::string attributes_problem(std::string_view attributes) {
  if (attributes.empty()) return {};
  if (!wire::valid_utf8(attributes)) return "attributes are not UTF-8";
  const auto parsed = nlohmann::json::parse(attributes, nullptr, false);
  return parsed.is_object() ? std::string() : "attributes are not a JSON object";
}

}  // namespace

Grant::~Grant() = default;

std::variant<std::shared_ptr<const Grant>, std::string> Grant::copy(
    const plugboard_grant& granted) {
  if (granted.size < kFirstSize) return std::string("its size is that of no release");
  std::shared_ptr<Grant> grant(new Grant);
  grant->credential_ = granted.credential;
  grant->expires_at_ms_ = granted.expires_at_ms;
  grant->limits_ = {granted.max_connections, granted.max_messages, granted.max_bytes};

  for (const bool reach : {false, true}) {
    const plugboard_bytes* const names = reach ? granted.reach : granted.channels;
    if (names == nullptr) continue;
    auto copied = copy_names(names, reach ? granted.reach_count : granted.channel_count,
                             reach ? "reach" : "channels");
    if (auto* problem = std::get_if<std::string>(&copied)) return std::move(*problem);
    (reach ? grant->reach_ : grant->channels_) = std::get<Names>(std::move(copied));
  }
  if (!readable(granted.ids, kMaxPatternBytes)) {
    return std::string("ids is without data or longer than 4,096 bytes");
  }
  if (granted.ids.size != 0) {
    auto compiled = compile_pattern(view(granted.ids));
    if (const auto* problem = std::get_if<std::string>(&compiled)) {
      return "ids is not an RE2 pattern: " + *problem;
    }
    grant->ids_ = std::get<0>(std::move(compiled));
  }
  if (!readable(granted.attributes, kMaxAttributeBytes)) {
    return std::string("attributes are without data or larger than 64 KiB");
  }
  if (auto problem = attributes_problem(view(granted.attributes)); !problem.empty()) return problem;
  grant->attributes_ = view(granted.attributes);
  return std::shared_ptr<const Grant>(std::move(grant));
}

bool Grant::allows_channel(std::string_view channel) const { return holds(channels_, channel); }

bool Grant::allows_id(std::string_view id) const {
  return ids_ == nullptr || re2::RE2::FullMatch(re2::StringPiece(id.data(), id.size()), *ids_);
}

bool Grant::names_in_reach(std::string_view address) const {
  const auto parts = wire::split_address(address);
  return parts && holds(reach_, parts->channel);
}

}  // namespace plugboard::extension
