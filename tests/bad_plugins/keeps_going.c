/* Starts a thread that goes on calling the host for ever, also after destroy. */
#define _POSIX_C_SOURCE 199309L
#include <pthread.h>
#include <time.h>

#include "parts.h"

static void nothing(void* context) { (void)context; }

static void* call_for_ever(void* context) {
  static const plugboard_bytes line = BYTES("still here");
  const struct timespec pause = {0, 200000};
  const plugboard_host* host = (const plugboard_host*)context;
  for (;;) {
    plugboard_timer timer = 0;
    uint64_t value = 0;
    plugboard_peer peer = 0;
    host->log(host, PLUGBOARD_LOG_TRACE, line);
    host->monotonic_ns(host);
    host->complete(host, 65536, PLUGBOARD_OK, NULL);
    host->run(host, nothing, NULL);
    host->timer_start(host, 1, 0, nothing, NULL, &timer);
    host->timer_stop(host, timer);
    host->peer_find(host, line, &peer);
    host->peer_data_set(host, 7, 7);
    host->peer_data_get(host, 7, &value);
    host->credential_revoke(host, 1);
    nanosleep(&pause, NULL);
  }
  return NULL;
}

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  pthread_t thread;
  (void)config;
  *instance = (plugboard_instance*)host;
  if (pthread_create(&thread, NULL, call_for_ever, (void*)host) != 0) return PLUGBOARD_ERROR;
  pthread_detach(thread);
  return PLUGBOARD_OK;
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "keeps-going"),
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
