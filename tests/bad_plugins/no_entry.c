/* A shared object, but no plugin. */
#include <plugboard/abi.h>

PLUGBOARD_EXPORT int something_else(void);
PLUGBOARD_EXPORT int something_else(void) { return 1; }
