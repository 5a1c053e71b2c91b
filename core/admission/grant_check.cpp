#include "admission/grant_check.hpp"

#include "wire/address.hpp"

namespace plugboard::admission {

std::optional<Refusal> check_grant(const extension::Grant* grant, std::string_view channel,
                                   std::string_view id) {
  if (grant == nullptr) return std::nullopt;
  if (!grant->allows_channel(channel)) return forbidden_channel();
  if (!grant->allows_id(id)) return forbidden_id();
  return std::nullopt;
}

bool in_reach(const extension::Grant* grant, std::string_view address) {
  if (grant == nullptr || !grant->restricts_reach()) return true;
  const auto parts = wire::split_address(address);
  return parts && grant->reaches(parts->channel);
}

}  // namespace plugboard::admission
