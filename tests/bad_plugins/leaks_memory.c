/* Takes memory in create and never gives it back. */
#include <stdlib.h>

#include "parts.h"

static char* volatile last_taken;

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  (void)config;
  *instance = (plugboard_instance*)host;
  last_taken = (char*)malloc(500);
  return last_taken == NULL ? PLUGBOARD_ERROR : PLUGBOARD_OK;
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "leaks-memory"),
                                        NULL,
                                        create,
                                        NULL,
                                        NULL,
                                        NULL,
                                        NULL,
                                        plain_destroy,
                                        NULL,
                                        kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
