// Whether an access key's grant opens what a connection asks for. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "admission/refusal.hpp"
#include "extension/grant.hpp"

namespace plugboard::admission {

/// Nothing if a peer with this grant may be `id` on `channel`; else FORBIDDEN_CHANNEL or
/// FORBIDDEN_ID. Without a grant everything is allowed. `id`: as it is to be known.
[[nodiscard]] std::optional<Refusal> check_grant(const extension::Grant* grant,
                                                 std::string_view channel, std::string_view id);

}  // namespace plugboard::admission
