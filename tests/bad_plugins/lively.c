/* A good plugin that writes its life into the log: a key store and a hook that can be reconfigured.
   `reject` in its config has it refuse in create or prepare. LIVELY_BUILD makes different builds of
   it; LIVELY_FIXED leaves reconfiguring out. */
#include <stdlib.h>

#include "parts.h"

#ifndef LIVELY_BUILD
#define LIVELY_BUILD "1"
#endif

typedef struct lively {
  const plugboard_host* host;
} lively;

static void say(const plugboard_host* host, const char* text) {
  plugboard_bytes line;
  line.data = text;
  line.size = strlen(text);
  host->log(host, PLUGBOARD_LOG_INFO, line);
}

static const plugboard_host* host_in(plugboard_instance* self) { return ((lively*)self)->host; }

static int holds(plugboard_bytes text, const char* part) {
  const size_t size = strlen(part);
  uint64_t i;
  for (i = 0; i + size <= text.size; ++i) {
    if (memcmp(text.data + i, part, size) == 0) return 1;
  }
  return 0;
}

static plugboard_status judge(const plugboard_host* host, plugboard_bytes config) {
  static const plugboard_bytes pointer = BYTES("/reject");
  static const plugboard_bytes sentence = BYTES("was told to refuse");
  if (!holds(config, "\"reject\":true")) return PLUGBOARD_OK;
  host->problem(host, pointer, sentence);
  return PLUGBOARD_ERROR;
}

static plugboard_status check(const plugboard_host* host, plugboard_bytes config) {
  say(host, "check");
  return judge(host, config);
}

static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  lively* made;
  const plugboard_status status = judge(host, config);
  say(host, "create " LIVELY_BUILD);
  if (status != PLUGBOARD_OK) return status;
  made = (lively*)malloc(sizeof *made);
  if (made == NULL) return PLUGBOARD_ERROR;
  made->host = host;
  *instance = (plugboard_instance*)made;
  return PLUGBOARD_OK;
}

#ifndef LIVELY_FIXED
static plugboard_status prepare(plugboard_instance* self, plugboard_bytes config) {
  say(host_in(self), "prepare");
  return judge(host_in(self), config);
}
static void commit(plugboard_instance* self) { say(host_in(self), "commit"); }
static void abort_(plugboard_instance* self) { say(host_in(self), "abort"); }
#else
#define prepare NULL
#define commit NULL
#define abort_ NULL
#endif

static void drain(plugboard_instance* self) { say(host_in(self), "drain"); }

static void destroy(plugboard_instance* self) {
  say(host_in(self), "destroy");
  free(self);
}

/* Keys that begin with "pending" are waited for until they are cancelled. */
static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  (void)self;
  (void)token;
  return holds(request->key, "pending") ? PLUGBOARD_PENDING : PLUGBOARD_OK;
}

static void cancel(plugboard_instance* self, plugboard_token token) {
  const plugboard_host* host = host_in(self);
  host->complete(host, token, PLUGBOARD_ERROR, NULL);
}

static void peer_connected(plugboard_instance* self, const plugboard_peer_info* peer) {
  (void)peer;
  say(host_in(self), "connected");
}

static void peer_disconnected(plugboard_instance* self, const plugboard_peer_end* end) {
  (void)end;
  say(host_in(self), "disconnected");
}

static const plugboard_key_store store = {sizeof store, 0, lookup, NULL};
static const plugboard_hook hook = {
    sizeof hook, 0, NULL, peer_connected, peer_disconnected, NULL, NULL, NULL, NULL, NULL, NULL};

static const void* kind(const char* id) {
  if (is_id(id, PLUGBOARD_KEY_STORE_ID)) return &store;
  return is_id(id, PLUGBOARD_HOOK_ID) ? &hook : NULL;
}

static const plugboard_plugin plugin = {
    sizeof(plugboard_plugin),
    PLUGBOARD_ABI_MAJOR,
    PLUGBOARD_ABI_MINOR,
    0,
    BYTES("lively"),
    BYTES(LIVELY_BUILD ".0.0"),
    BYTES("Writes its life into the log."),
    BYTES(
        "{\"type\":\"object\",\"properties\":{\"reject\":{\"type\":\"boolean\",\"default\":false},"
        "\"note\":{\"type\":\"string\"}}}"),
    check,
    create,
    prepare,
    commit,
    abort_,
    drain,
    destroy,
    cancel,
    kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
