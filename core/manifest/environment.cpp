#include "manifest/environment.hpp"

#include <unistd.h>

namespace plugboard::manifest {

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    if (environ == nullptr) return std::nullopt;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view variable = *entry;
      if (variable.size() > name.size() && variable.starts_with(name) &&
          variable[name.size()] == '=') {
        return std::string(variable.substr(name.size() + 1));
      }
    }
    return std::nullopt;
  };
}

}  // namespace plugboard::manifest
