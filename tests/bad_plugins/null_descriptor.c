/* Has nothing to say about itself. */
#include <plugboard/plugin.h>

const plugboard_plugin* plugboard_plugin_v1(void) { return NULL; }
