/* Half of a transaction. */
#include "parts.h"

static plugboard_status prepare(plugboard_instance* self, plugboard_bytes config) {
  (void)self;
  (void)config;
  return PLUGBOARD_OK;
}

static const void* kind(const char* id) {
  (void)id;
  return NULL;
}

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "prepare-without-commit"),
                                        NULL,
                                        plain_create,
                                        prepare,
                                        NULL,
                                        NULL,
                                        NULL,
                                        plain_destroy,
                                        NULL,
                                        kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
