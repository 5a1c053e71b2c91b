// `plugboard version`.
#include <plugboard/abi.h>

#include <iostream>

#include "commands.hpp"

namespace plugboard::program {

int version() {
  std::cout << "plugboard " << PLUGBOARD_VERSION << " (plugin ABI " << PLUGBOARD_ABI_MAJOR << "."
            << PLUGBOARD_ABI_MINOR << ")\n";
  return kFine;
}

}  // namespace plugboard::program
