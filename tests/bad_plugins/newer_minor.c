/* A good plugin of a later minor version: its tables are longer than this relay knows. */
#include "parts.h"

typedef struct {
  plugboard_plugin first;
  void (*later)(void);
} later_plugin;

typedef struct {
  plugboard_key_store first;
  void (*later)(void);
} later_key_store;

static const later_key_store store = {{sizeof store, 0, plain_lookup, NULL}, NULL};

KEY_STORE_KIND(&store)

static const later_plugin plugin = {{sizeof(later_plugin),
                                     PLUGBOARD_ABI_MAJOR,
                                     PLUGBOARD_ABI_MINOR + 9,
                                     0x80000000u,
                                     BYTES("newer-minor"),
                                     BYTES("2.0.0"),
                                     BYTES(""),
                                     {NULL, 0},
                                     NULL,
                                     plain_create,
                                     NULL,
                                     NULL,
                                     NULL,
                                     NULL,
                                     plain_destroy,
                                     NULL,
                                     kind},
                                    NULL};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin.first; }
