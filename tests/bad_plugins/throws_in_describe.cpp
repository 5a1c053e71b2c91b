// Throws where it is only to describe itself.
#include <plugboard/plugin.h>

#include <stdexcept>

const plugboard_plugin* plugboard_plugin_v1(void) { throw std::runtime_error("not today"); }
