/* A key store's table that ends in the middle of its one required function. */
#include "parts.h"

static const plugboard_key_store store = {offsetof(plugboard_key_store, lookup) + 4, 0,
                                          plain_lookup, NULL};

static const void* kind(const char* id) {
  return is_id(id, PLUGBOARD_KEY_STORE_ID) ? &store : NULL;
}

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "short-table"),
                                        NULL,
                                        plain_create,
                                        NULL,
                                        NULL,
                                        NULL,
                                        NULL,
                                        plain_destroy,
                                        NULL,
                                        kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
