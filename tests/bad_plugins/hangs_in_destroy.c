/* Cannot let go. */
#include <unistd.h>

#include "parts.h"

static void destroy(plugboard_instance* self) {
  (void)self;
  for (;;) pause();
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "hangs-in-destroy"),
                                        NULL,
                                        plain_create,
                                        NULL,
                                        NULL,
                                        NULL,
                                        NULL,
                                        destroy,
                                        NULL,
                                        kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
