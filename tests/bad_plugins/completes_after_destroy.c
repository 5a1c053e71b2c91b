/* Answers from threads of its own that take their time, and that nobody waits for: those of
   questions taken back answer when the instance is no more. */
#define _POSIX_C_SOURCE 199309L
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "parts.h"

typedef struct owed {
  const plugboard_host* host;
  plugboard_token token;
} owed;

static void* answer(void* context) {
  const struct timespec pause = {0, 100000000};
  owed* late = (owed*)context;
  nanosleep(&pause, NULL);
  late->host->complete(late->host, late->token, PLUGBOARD_NEXT, NULL);
  free(late);
  return NULL;
}

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  pthread_t thread;
  owed* late = (owed*)malloc(sizeof *late);
  (void)request;
  if (late == NULL) return PLUGBOARD_ERROR;
  late->host = host_of(self);
  late->token = token;
  if (pthread_create(&thread, NULL, answer, late) != 0) {
    free(late);
    return PLUGBOARD_ERROR;
  }
  pthread_detach(thread);
  return PLUGBOARD_PENDING;
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("completes-after-destroy")
