/* Writes each key that it is asked about into the log. */
#include "parts.h"

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  const plugboard_host* host = host_of(self);
  (void)token;
  host->log(host, PLUGBOARD_LOG_INFO, request->key);
  return PLUGBOARD_NEXT;
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("logs-keys")
