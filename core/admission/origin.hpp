// Which web pages may open a connection (manifest key `server.origins`). Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plugboard::admission {

/// `allowed`: origins as browsers spell them; empty: any. `origin`: the upgrade's Origin header;
/// clients that are no browsers send none, and pass.
[[nodiscard]] bool origin_allowed(std::span<const std::string> allowed,
                                  std::optional<std::string_view> origin);

}  // namespace plugboard::admission
