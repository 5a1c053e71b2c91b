/* Needs a function that nobody has. */
#include "parts.h"

extern int nobody_has_this_function(void);

const plugboard_plugin* plugboard_plugin_v1(void) {
  return nobody_has_this_function() ? (const plugboard_plugin*)"" : NULL;
}
