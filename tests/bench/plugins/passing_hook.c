/* The smallest hook that sees every routed message: it lets all of them pass. What is measured with
   it is what the relay does around a hook. */
#include <plugboard/hook.h>
#include <plugboard/plugin.h>
#include <string.h>

#define BYTES(text) {text, sizeof(text) - 1}

static plugboard_status create(const plugboard_host *host, plugboard_bytes config,
                               plugboard_instance **instance) {
  static char nothing; /* instances hold nothing */
  (void)host;
  (void)config;
  *instance = (plugboard_instance *)&nothing;
  return PLUGBOARD_OK;
}

static void destroy(plugboard_instance *self) { (void)self; }

static plugboard_status routed_message(plugboard_instance *self, const plugboard_message *message,
                                       plugboard_routing *routing) {
  (void)self;
  (void)message;
  (void)routing;
  return PLUGBOARD_NEXT;
}

static const plugboard_hook hook = {sizeof hook, 0,    NULL, NULL, NULL, NULL,
                                    routed_message, NULL, NULL, NULL, NULL};

static const void *kind(const char *id) { return strcmp(id, PLUGBOARD_HOOK_ID) == 0 ? &hook : NULL; }

static const plugboard_plugin plugin = {
    sizeof(plugboard_plugin),
    PLUGBOARD_ABI_MAJOR,
    PLUGBOARD_ABI_MINOR,
    0,
    BYTES("passing-hook"),
    BYTES("1.0.0"),
    BYTES("Lets every message pass."),
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

const plugboard_plugin *plugboard_plugin_v1(void) { return &plugin; }
