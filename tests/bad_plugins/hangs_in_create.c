/* Never gets an instance made. */
#include <unistd.h>

#include "parts.h"

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  (void)host;
  (void)config;
  (void)instance;
  for (;;) pause();
  return PLUGBOARD_ERROR;
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "hangs-in-create"),
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
