/* Refuses whatever config it gets: one member with a reason, or, as "refuses" told by its summary,
   with none. */
#include "parts.h"

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  static const plugboard_bytes pointer = BYTES("/file");
  static const plugboard_bytes sentence = BYTES("keys.txt cannot be opened:\nNo such file");
  (void)config;
  (void)instance;
  host->problem(host, pointer, sentence);
  return PLUGBOARD_ERROR;
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {
    sizeof(plugboard_plugin),
    PLUGBOARD_ABI_MAJOR,
    PLUGBOARD_ABI_MINOR,
    0,
    BYTES("refuses"),
    BYTES("1.0.0"),
    BYTES("Refuses its config with a reason."),
    BYTES("{\"type\":\"object\",\"properties\":{\"file\":{\"type\":\"string\"}}}"),
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
