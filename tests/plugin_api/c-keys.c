/* The smallest plugin in C: lets in the key "open-sesame". */
#include <plugboard/plugboard.h>
#include <string.h>

static int dummy;

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  (void)config;
  if (host->abi_minor > 1000u) return PLUGBOARD_ERROR;
  *instance = (plugboard_instance*)&dummy;
  return PLUGBOARD_OK;
}

static void destroy(plugboard_instance* self) { (void)self; }

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  static const char key[] = "open-sesame";
  (void)self;
  (void)token;
  if (request->key.size == sizeof key - 1 && memcmp(request->key.data, key, sizeof key - 1) == 0) {
    return PLUGBOARD_OK;
  }
  return PLUGBOARD_NEXT;
}

static const plugboard_key_store key_store = {sizeof key_store, 0, lookup, NULL};

static const void* kind(const char* id) {
  return strcmp(id, PLUGBOARD_KEY_STORE_ID) == 0 ? &key_store : NULL;
}

const plugboard_plugin* plugboard_plugin_v1(void) {
  static const plugboard_plugin plugin = {sizeof plugin,
                                          PLUGBOARD_ABI_MAJOR,
                                          PLUGBOARD_ABI_MINOR,
                                          0,
                                          {"c-keys", 6},
                                          {"1.0.0", 5},
                                          {NULL, 0},
                                          {NULL, 0},
                                          NULL,
                                          create,
                                          NULL,
                                          NULL,
                                          NULL,
                                          NULL,
                                          destroy,
                                          NULL,
                                          kind};
  return &plugin;
}
