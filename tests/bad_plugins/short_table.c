/* A key store's table that ends in the middle of its one required function. */
#include "parts.h"

static const plugboard_key_store store = {offsetof(plugboard_key_store, lookup) + 4, 0,
                                          plain_lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("short-table")
