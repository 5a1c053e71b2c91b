/* Starts a thread that waits for ever, and does not end it in destroy. */
#include <pthread.h>
#include <unistd.h>

#include "parts.h"

static void* wait_for_ever(void* context) {
  (void)context;
  for (;;) pause();
  return NULL;
}

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  pthread_t thread;
  (void)config;
  *instance = (plugboard_instance*)host;
  if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) return PLUGBOARD_ERROR;
  pthread_detach(thread);
  return PLUGBOARD_OK;
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "leaves-thread"),
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
