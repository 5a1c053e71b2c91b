// Describes a plugin class that is compiled into the test itself, as PLUGBOARD_EXPORT_PLUGIN would.
#pragma once

#include <plugboard/plugin.hpp>
#include <plugboard/testing.hpp>

template <class C>
const plugboard_plugin& described() {
  static const plugboard_plugin plugin =
      plugboard::detail::PluginTable<C>::describe("under-test", "1.2.3");
  return plugin;
}

/// An instance of such a class.
template <class C>
class Instance : public plugboard::testing::TestInstance {
 public:
  explicit Instance(plugboard::testing::TestHost& host, std::string_view config = "{}")
      : TestInstance(described<C>(), host, config) {}
};
