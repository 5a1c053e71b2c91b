/* Exports a function of its own beside the entry. */
#include "parts.h"

PLUGBOARD_EXPORT int second_export_of_mine(void);
int second_export_of_mine(void) { return 2; }

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("second-export")
