/* Exports a function of its own beside the entry. */
#include "parts.h"

PLUGBOARD_EXPORT int second_export_of_mine(void);
int second_export_of_mine(void) { return 2; }

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

static const void* kind(const char* id) {
  return is_id(id, PLUGBOARD_KEY_STORE_ID) ? &store : NULL;
}

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "second-export"),
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
