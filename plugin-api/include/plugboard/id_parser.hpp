// An id parser says which ids a channel takes (id_parser.h). A plugin is one if it has
//
//   bool parse(std::string_view channel, std::string_view id);   whether it is one, or
//   std::optional<std::string> parse(std::string_view channel, std::string_view id);
//       the id in its canonical form, at most 256 bytes; nothing if it is none
//
// [io]: several at once, must not block.
#ifndef PLUGBOARD_ID_PARSER_HPP
#define PLUGBOARD_ID_PARSER_HPP

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host.hpp"
#include "id_parser.h"

#pragma GCC visibility push(hidden)
namespace plugboard::detail {

template <class C>
concept JudgesIds = requires(C& plugin, std::string_view text) {
  { plugin.parse(text, text) } -> std::same_as<bool>;
};
template <class C>
concept RewritesIds = requires(C& plugin, std::string_view text) {
  { plugin.parse(text, text) } -> std::convertible_to<std::optional<std::string>>;
};
template <class C>
concept IsIdParser = JudgesIds<C> || RewritesIds<C>;

template <class Instance>
struct IdParserTable {
  using Class = typename Instance::Class;

  static plugboard_status parse(plugboard_instance* self, plugboard_bytes channel,
                                plugboard_id* id) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "parse", [&] {
      const std::string_view asked(id->text, id->length);
      if constexpr (JudgesIds<Class>) {
        return instance.object.parse(view(channel), asked) ? PLUGBOARD_OK : PLUGBOARD_DENY;
      } else {
        const std::optional<std::string> canonical = instance.object.parse(view(channel), asked);
        if (!canonical || canonical->empty() || canonical->size() > sizeof id->text) {
          return PLUGBOARD_DENY;
        }
        std::copy(canonical->begin(), canonical->end(), id->text);
        id->length = static_cast<std::uint32_t>(canonical->size());
        return PLUGBOARD_OK;
      }
    });
  }

  static const plugboard_id_parser* table() {
    static constexpr plugboard_id_parser kTable{
        .size = sizeof(plugboard_id_parser), .reserved = 0, .parse = &parse};
    return &kTable;
  }
};

}  // namespace plugboard::detail
#pragma GCC visibility pop

#endif
