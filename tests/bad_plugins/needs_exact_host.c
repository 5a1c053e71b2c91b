/* Takes only a relay whose host table is as long as the one it was compiled with. */
#include "parts.h"

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  static const plugboard_bytes nowhere = {NULL, 0};
  static const plugboard_bytes sentence = BYTES("this relay is not the one it was made for");
  (void)config;
  *instance = (plugboard_instance*)host;
  if (host->size == sizeof *host) return PLUGBOARD_OK;
  host->problem(host, nowhere, sentence);
  return PLUGBOARD_ERROR;
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "needs-exact-host"),
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
