/* Describes its config as anything at all, and never looks at it. */
#include "parts.h"

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

KEY_STORE_KIND(&store)

static const plugboard_plugin plugin = {
    sizeof(plugboard_plugin),
    PLUGBOARD_ABI_MAJOR,
    PLUGBOARD_ABI_MINOR,
    0,
    BYTES("takes-any-config"),
    BYTES("1.0.0"),
    BYTES("A plugin that breaks a rule, for tests."),
    BYTES("{\"type\":\"object\",\"additionalProperties\":true}"),
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
