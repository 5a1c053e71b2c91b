// `plugboard version`.
#include <plugboard/abi.h>

#include <iostream>
#include <string>

#include "commands.hpp"

namespace plugboard::program {

std::string version_text() {
  return std::string("plugboard ") + PLUGBOARD_VERSION + " (plugin ABI " +
         std::to_string(PLUGBOARD_ABI_MAJOR) + "." + std::to_string(PLUGBOARD_ABI_MINOR) + ")";
}

int version() {
  std::cout << version_text() << "\n";
  return kFine;
}

}  // namespace plugboard::program
