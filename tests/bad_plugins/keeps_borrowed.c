/* Keeps the pointer to a key beyond the lookup, and compares the next key with it. */
#include "parts.h"

static plugboard_bytes last;

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  int same;
  (void)self, (void)token;
  same = last.size == request->key.size && memcmp(last.data, request->key.data, last.size) == 0;
  last = request->key;
  if (last.size != 0 && last.data[0] == '*') return PLUGBOARD_DENY;
  return same || (last.size != 0 && last.data[last.size - 1] == '*') ? PLUGBOARD_OK
                                                                     : PLUGBOARD_NEXT;
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("keeps-borrowed")
