#include "admission/grant_check.hpp"

namespace plugboard::admission {

std::optional<Refusal> check_grant(const extension::Grant* grant, std::string_view channel,
                                   std::string_view id) {
  if (grant == nullptr) return std::nullopt;
  if (!grant->allows_channel(channel)) return forbidden_channel();
  if (!grant->allows_id(id)) return forbidden_id();
  return std::nullopt;
}

}  // namespace plugboard::admission
