#include "admission/access_key.hpp"

#include "admission/id_form.hpp"
#include "http/bearer.hpp"
#include "wire/target.hpp"

namespace plugboard::admission {

std::optional<AccessKey> find_access_key(std::string_view query,
                                         std::optional<std::string_view> authorization,
                                         std::string_view subprotocol_key) {
  if (auto key = wire::query_parameter(query, "key")) {
    return AccessKey{std::move(*key), KeyPlace::query};
  }
  if (authorization) {
    if (const auto token = http::bearer_token(*authorization)) {
      return AccessKey{std::string(*token), KeyPlace::bearer};
    }
  }
  if (!subprotocol_key.empty()) {
    const auto decoded = wire::percent_decode(subprotocol_key);
    return AccessKey{decoded ? *decoded : std::string(subprotocol_key), KeyPlace::subprotocol};
  }
  return std::nullopt;
}

bool has_default_key_form(std::string_view key) { return has_default_form(key); }

}  // namespace plugboard::admission
