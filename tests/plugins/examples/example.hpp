// The library of an example, as build_examples.cmake has left it.
#pragma once

#include <plugboard/testing.hpp>
#include <string>

inline std::string example(const std::string& folder, const std::string& name) {
  return std::string(EXAMPLE_PLUGINS) + "/" + folder + "/" + name + ".so";
}
inline std::string example(const std::string& name) { return example(name, name); }
