/* Answers only once it has been told that nobody waits any more, and says what came of it. */
#include <stdio.h>

#include "parts.h"

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  (void)self, (void)request, (void)token;
  return PLUGBOARD_PENDING;
}

static void cancel(plugboard_instance* self, plugboard_token token) {
  const plugboard_host* host = host_of(self);
  char text[64];
  plugboard_bytes line = {text, 0};
  const plugboard_status status = host->complete(host, token, PLUGBOARD_OK, NULL);
  line.size = (uint64_t)snprintf(text, sizeof text, "late answer came to %d", (int)status);
  host->log(host, PLUGBOARD_LOG_INFO, line);
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "completes-late"),
                                        NULL,
                                        plain_create,
                                        NULL,
                                        NULL,
                                        NULL,
                                        NULL,
                                        plain_destroy,
                                        cancel,
                                        kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
