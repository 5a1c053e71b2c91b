/* A descriptor that ends before `kind`. */
#include "parts.h"

static const plugboard_plugin plugin = {offsetof(plugboard_plugin, kind),
                                        PLUGBOARD_ABI_MAJOR,
                                        PLUGBOARD_ABI_MINOR,
                                        0,
                                        BYTES("short"),
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
                                        NULL};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
