/* Blocks in a lookup for ever, on a worker; with HANGS_ON_IO on an I/O thread. */
#include <unistd.h>

#include "parts.h"

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  (void)self;
  (void)request;
  (void)token;
  for (;;) pause();
  return PLUGBOARD_ERROR;
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};

KEY_STORE_KIND(&store)

#ifdef HANGS_ON_IO
#define FLAGS 0
#else
#define FLAGS PLUGBOARD_FLAG_BLOCKING
#endif

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(FLAGS, "hangs-in-lookup"),
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
