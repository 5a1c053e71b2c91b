// The form that ids and access keys have unless something else is said. Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace plugboard::admission {

/// Whether `text` is `[A-Za-z0-9_-]{8,64}`.
constexpr bool has_default_form(std::string_view text) {
  constexpr auto kAllowed = [] {
    std::array<bool, 256> allowed{};
    for (const char c :
         std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")) {
      allowed[static_cast<std::uint8_t>(c)] = true;
    }
    return allowed;
  }();
  return text.size() >= 8 && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return kAllowed[static_cast<std::uint8_t>(c)]; });
}

}  // namespace plugboard::admission
