/* Linked with a RUNPATH of $ORIGIN, so that it can be loaded from its own folder only. */
#include "parts.h"

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("needs-origin")
