// Bearer tokens in Authorization headers (RFC 6750 section 2.1). Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "http/field.hpp"

namespace plugboard::http {

/// The token of `Bearer <token>`, the scheme in any letter case; nothing for other schemes and for
/// an empty token. What follows the spaces is given whole, whatever it holds.
constexpr std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (authorization.size() < kScheme.size() ||
      !same_text(authorization.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  const std::string_view token = trim(authorization.substr(kScheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

}  // namespace plugboard::http
