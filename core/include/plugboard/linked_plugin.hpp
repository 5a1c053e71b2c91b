// Plugins that are part of the program that embeds the relay: the same classes as in shared objects
// (plugin.hpp), without PLUGBOARD_EXPORT_PLUGIN. They get what those get, the config and host(),
// and besides whatever of the program they are to know:
//
//   class Members : public plugboard::Plugin {
//    public:
//     Members(const plugboard::Config& config, Directory& directory);
//     ...
//   };
//   Directory directory;
//   plugboard::Server relay({.plugins = {
//       {"members", plugboard::linked_plugin<Members, "members", "1.0.0">(directory)}}});
#ifndef PLUGBOARD_LINKED_PLUGIN_HPP
#define PLUGBOARD_LINKED_PLUGIN_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <plugboard/plugin.hpp>
#include <plugboard/server.hpp>
#include <tuple>
#include <type_traits>

namespace plugboard {

/// A name or version as a template argument.
template <std::size_t Size>
struct PluginText {
  constexpr PluginText(const char (&text)[Size]) {  // NOLINT: written as the literal it stands for
    std::copy_n(text, Size, characters);
  }
  char characters[Size];
};

namespace detail {

/// What the relay keeps for the instances of one linked plugin.
template <class... Parts>
using ProgramParts = std::tuple<Parts&...>;

template <class Class, class... Parts>
concept TakesConfigAndParts = std::constructible_from<Class, const Config&, Parts&...>;

/// A class whose instances are made with parts of the program, as the relay makes instances: with
/// nothing but their host and config.
template <class Class, class... Parts>
class MadeWithParts : public Class {
 public:
  explicit MadeWithParts(const Config& config) requires TakesConfigAndParts<Class, Parts...>
      : MadeWithParts(config, parts(), std::index_sequence_for<Parts...>()) {}
  MadeWithParts() requires(!TakesConfigAndParts<Class, Parts...>)
      : MadeWithParts(parts(), std::index_sequence_for<Parts...>()) {}

 private:
  template <std::size_t... Index>
  MadeWithParts(const Config& config, const ProgramParts<Parts...>& parts,
                std::index_sequence<Index...>)
      : Class(config, std::get<Index>(parts)...) {}
  template <std::size_t... Index>
  MadeWithParts(const ProgramParts<Parts...>& parts, std::index_sequence<Index...>)
      : Class(std::get<Index>(parts)...) {}

  static const ProgramParts<Parts...>& parts() {
    const plugboard_host* host = creating();
    return *static_cast<const ProgramParts<Parts...>*>(
        host->extension(host, "plugboard.program-parts/1"));
  }
};

template <class Class, PluginText Name, PluginText Version>
const plugboard_plugin* linked_entry() {
  static const plugboard_plugin plugin =
      PluginTable<Class>::describe(Name.characters, Version.characters);
  return &plugin;
}

}  // namespace detail

/// The class as a plugin for ServerOptions::plugins. Each instance is made with `(config,
/// parts...)`, or `(parts...)` if the class takes no config; on a thread of the relay's. The parts
/// are the program's own and outlive the server; instances use them from the threads that
/// plugin.hpp says.
template <class Class, PluginText Name, PluginText Version, class... Parts>
LinkedPlugin linked_plugin(Parts&... parts) {
  if constexpr (sizeof...(Parts) == 0) {
    return {detail::linked_entry<Class, Name, Version>};
  } else {
    static_assert(!std::is_final_v<Class>, "a class that is given parts must not be final");
    static_assert(
        detail::TakesConfigAndParts<Class, Parts...> || std::constructible_from<Class, Parts&...>,
        "the class needs a public constructor that takes (const plugboard::Config&, "
        "parts...) or (parts...)");
    return {detail::linked_entry<detail::MadeWithParts<Class, Parts...>, Name, Version>,
            std::make_shared<const detail::ProgramParts<Parts...>>(parts...)};
  }
}

}  // namespace plugboard

#endif
