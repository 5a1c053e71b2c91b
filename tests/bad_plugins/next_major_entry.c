/* Was built for the next major version only. */
#include <plugboard/plugin.h>

PLUGBOARD_EXPORT const void* plugboard_plugin_v2(void);
PLUGBOARD_EXPORT const void* plugboard_plugin_v2(void) { return NULL; }
