/* Exports the entry of this version and says another. */
#include "parts.h"

static const void* kind(const char* id) {
  (void)id;
  return NULL;
}

static const plugboard_plugin plugin = {sizeof(plugboard_plugin),
                                        7,
                                        3,
                                        0,
                                        BYTES("wrong-major"),
                                        BYTES("1.0.0"),
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
                                        kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
