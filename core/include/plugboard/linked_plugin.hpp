// Plugins that are part of the program that embeds the relay: the same classes as in shared objects
// (plugin.hpp), without PLUGBOARD_EXPORT_PLUGIN.
#ifndef PLUGBOARD_LINKED_PLUGIN_HPP
#define PLUGBOARD_LINKED_PLUGIN_HPP

#include <algorithm>
#include <plugboard/plugin.hpp>

namespace plugboard {

/// A name or version as a template argument.
template <std::size_t Size>
struct PluginText {
  constexpr PluginText(const char (&text)[Size]) {  // NOLINT: written as the literal it stands for
    std::copy_n(text, Size, characters);
  }
  char characters[Size];
};

/// The entry of a class for ServerOptions::plugins:
/// `.plugins = {{"my-keys", plugboard::linked_plugin<MyKeys, "my-keys", "1.0.0">}}`
template <class Class, PluginText Name, PluginText Version>
const plugboard_plugin* linked_plugin() {
  static const plugboard_plugin plugin =
      detail::PluginTable<Class>::describe(Name.characters, Version.characters);
  return &plugin;
}

}  // namespace plugboard

#endif
