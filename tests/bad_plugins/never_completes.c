/* Owes every answer for ever. */
#include "parts.h"

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  (void)self, (void)request, (void)token;
  return PLUGBOARD_PENDING;
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("never-completes")
