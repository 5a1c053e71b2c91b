// A peer's address, `channel:id`, taken apart. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

namespace plugboard::wire {

/// The two halves, borrowed from the address.
struct AddressParts {
  /// Never holds a colon.
  std::string_view channel;
  /// May hold colons; ids made by custom rules do.
  std::string_view id;
};

/// Splits at the first colon; nothing if there is none. Either half may be empty: whether such a
/// channel or id exists is not judged here.
constexpr std::optional<AddressParts> split_address(std::string_view address) {
  const auto colon = address.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return AddressParts{address.substr(0, colon), address.substr(colon + 1)};
}

}  // namespace plugboard::wire
