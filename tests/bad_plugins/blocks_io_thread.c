/* Says that it does not block, and then waits in each lookup. */
#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "parts.h"

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  const struct timespec pause = {0, 60000000};
  (void)self, (void)request, (void)token;
  nanosleep(&pause, NULL);
  return PLUGBOARD_NEXT;
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("blocks-io-thread")
