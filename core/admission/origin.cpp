#include "admission/origin.hpp"

#include <algorithm>

#include "manifest/origin.hpp"

namespace plugboard::admission {

bool origin_allowed(std::span<const std::string> allowed, std::optional<std::string_view> origin) {
  if (allowed.empty() || !origin) return true;
  const auto canonical = manifest::canonical_origin(*origin);
  return canonical && std::find(allowed.begin(), allowed.end(), *canonical) != allowed.end();
}

}  // namespace plugboard::admission
