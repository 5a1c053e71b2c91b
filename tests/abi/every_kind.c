/* A small plugin of every kind that calls every function of the host: built by each release of the
   ABI and kept, to be loaded by all later relays; and built against headers of a minor version that
   is still to come, to be loaded by the relay of now.

     keys         "good-key-1": channel pwa only; "later-key-1": the same, answered by a job
     verify_peer  denied where the query holds "no": NOT_YOU
     messages     "drop" in one drops it and tells the sender; "swap": replaced; "turn": to pwa:other001
     GET /every-kind   "PEERS CREDENTIALS STATS TIMER": how many, how many, 1 if there are, 1 if it fired
     blobs        one, under any key
     ids          "x..." becomes "y..." */
#include <plugboard/plugboard.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(literal) \
  { literal, sizeof(literal) - 1 }

typedef struct every_kind {
  const plugboard_host *host;
  pthread_mutex_t mutex;
  char blob[8192];
  uint64_t blob_size;
  int has_blob;
  uint64_t last_slot;
  uint64_t fired;
  plugboard_timer timer;
} every_kind;

typedef struct later_answer {
  every_kind *self;
  plugboard_token token;
} later_answer;

static every_kind *self_of(plugboard_instance *instance) { return (every_kind *)instance; }

static int holds(plugboard_bytes text, const char *part) {
  const size_t size = strlen(part);
  uint64_t i;
  for (i = 0; i + size <= text.size; ++i) {
    if (memcmp(text.data + i, part, size) == 0) return 1;
  }
  return 0;
}

static int is(plugboard_bytes text, const char *other) {
  return text.size == strlen(other) && memcmp(text.data, other, text.size) == 0;
}

static plugboard_bytes bytes_of(const char *text) {
  plugboard_bytes bytes;
  bytes.data = text;
  bytes.size = strlen(text);
  return bytes;
}

/* Life */

static void fire(void *context) {
  every_kind *self = (every_kind *)context;
  pthread_mutex_lock(&self->mutex);
  ++self->fired;
  pthread_mutex_unlock(&self->mutex);
}

static plugboard_status check(const plugboard_host *host, plugboard_bytes config) {
  if (!holds(config, "\"refuse\":true")) return PLUGBOARD_OK;
  host->problem(host, bytes_of("/refuse"), bytes_of("was told to refuse"));
  return PLUGBOARD_ERROR;
}

static plugboard_status create(const plugboard_host *host, plugboard_bytes config,
                               plugboard_instance **instance) {
  every_kind *self;
  if (check(host, config) != PLUGBOARD_OK) return PLUGBOARD_ERROR;
  self = (every_kind *)calloc(1, sizeof *self);
  if (self == NULL) return PLUGBOARD_ERROR;
  self->host = host;
  pthread_mutex_init(&self->mutex, NULL);
  host->timer_start(host, 1000000, 10000000, fire, self, &self->timer);
#ifdef EVERY_KIND_LATER
  /* A later minor version asks before it uses what came with it. */
  if (PLUGBOARD_HAS(plugboard_host, host, later_host)) {
    host->log(host, PLUGBOARD_LOG_INFO, bytes_of("the relay has what came later"));
  } else {
    host->log(host, PLUGBOARD_LOG_INFO, bytes_of("the relay is older than this plugin"));
  }
#endif
  *instance = (plugboard_instance *)self;
  return PLUGBOARD_OK;
}

static plugboard_status prepare(plugboard_instance *instance, plugboard_bytes config) {
  return check(self_of(instance)->host, config);
}
static void commit(plugboard_instance *instance) { (void)instance; }
static void abort_(plugboard_instance *instance) { (void)instance; }
static void drain(plugboard_instance *instance) { (void)instance; }

static void destroy(plugboard_instance *instance) {
  every_kind *self = self_of(instance);
  self->host->timer_stop(self->host, self->timer);
  pthread_mutex_destroy(&self->mutex);
  free(self);
}

static void cancel(plugboard_instance *instance, plugboard_token token) {
  (void)instance;
  (void)token;
}

/* Key store */

static void answer_key(every_kind *self, plugboard_token token) {
  static const plugboard_bytes channels[] = {BYTES("pwa")};
  plugboard_grant grant;
  memset(&grant, 0, sizeof grant);
  grant.size = sizeof grant;
  grant.credential = 7;
  grant.channels = channels;
  grant.channel_count = 1;
  grant.attributes = bytes_of("{\"by\":\"every-kind\"}");
  self->host->complete(self->host, token, PLUGBOARD_OK, &grant);
}

static void answer_later(void *context) {
  later_answer *later = (later_answer *)context;
  answer_key(later->self, later->token);
  free(later);
}

static plugboard_status lookup(plugboard_instance *instance, const plugboard_key_request *request,
                               plugboard_token token) {
  every_kind *self = self_of(instance);
  later_answer *later;
  if (is(request->key, "good-key-1")) {
    answer_key(self, token);
    return PLUGBOARD_PENDING;
  }
  if (!is(request->key, "later-key-1")) return PLUGBOARD_NEXT;
  later = (later_answer *)malloc(sizeof *later);
  if (later == NULL) return PLUGBOARD_ERROR;
  later->self = self;
  later->token = token;
  if (self->host->run(self->host, answer_later, later) == PLUGBOARD_OK) return PLUGBOARD_PENDING;
  free(later);
  return PLUGBOARD_ERROR;
}

static plugboard_status key_form(plugboard_instance *instance, plugboard_key_form *form) {
  (void)instance;
  form->max_size = 100;
  return PLUGBOARD_OK;
}

/* Rate limiter */

static plugboard_status connect_(plugboard_instance *instance,
                                 const plugboard_limit_subject *subject, uint64_t *slot,
                                 plugboard_limit_refusal *refusal) {
  every_kind *self = self_of(instance);
  (void)subject;
  (void)refusal;
  pthread_mutex_lock(&self->mutex);
  *slot = ++self->last_slot;
  pthread_mutex_unlock(&self->mutex);
  return PLUGBOARD_OK;
}
static plugboard_status admit(plugboard_instance *instance, uint64_t slot,
                              const plugboard_limit_subject *subject,
                              plugboard_limit_refusal *refusal) {
  (void)instance, (void)slot, (void)subject, (void)refusal;
  return PLUGBOARD_OK;
}
static plugboard_status renew(plugboard_instance *instance, uint64_t slot,
                              const plugboard_usage *usage, plugboard_lease *lease) {
  (void)instance, (void)slot, (void)usage;
  lease->messages = 10;
  lease->bytes = PLUGBOARD_LEASE_UNLIMITED;
  lease->valid_ns = 1000000000;
  return PLUGBOARD_OK;
}
static void release(plugboard_instance *instance, uint64_t slot, const plugboard_usage *usage) {
  (void)instance, (void)slot, (void)usage;
}
static plugboard_status request_(plugboard_instance *instance,
                                 const plugboard_limit_subject *subject,
                                 plugboard_limit_refusal *refusal) {
  (void)instance, (void)subject, (void)refusal;
  return PLUGBOARD_OK;
}

/* Hook */

static plugboard_status verify_peer(plugboard_instance *instance,
                                    const plugboard_verify_request *request,
                                    plugboard_token token) {
  const plugboard_host *host = self_of(instance)->host;
  plugboard_verify_denial denial;
  if (!holds(request->query, "no")) return PLUGBOARD_NEXT;
  memset(&denial, 0, sizeof denial);
  denial.size = sizeof denial;
  denial.close_code = 4003;
  denial.code = bytes_of("NOT_YOU");
  denial.message = bytes_of("Anybody but you");
  denial.close_reason = bytes_of("Not you");
  host->complete(host, token, PLUGBOARD_DENY, &denial);
  return PLUGBOARD_PENDING;
}

static void peer_connected(plugboard_instance *instance, const plugboard_peer_info *peer) {
  const plugboard_host *host = self_of(instance)->host;
  host->peer_data_set(host, peer->peer, 1);
}

static void peer_disconnected(plugboard_instance *instance, const plugboard_peer_end *end) {
  const plugboard_host *host = self_of(instance)->host;
  uint64_t value = 0;
  host->peer_data_get(host, end->peer->peer, &value);
}

static plugboard_status message(plugboard_instance *instance, const plugboard_message *asked) {
  const plugboard_host *host = self_of(instance)->host;
  if (!holds(asked->data, "\"echo\"")) return PLUGBOARD_NEXT;
  host->peer_send(host, asked->peer, asked->data, asked->flags);
  return PLUGBOARD_OK;
}

static plugboard_status routed_message(plugboard_instance *instance, const plugboard_message *asked,
                                       plugboard_routing *routing) {
  const plugboard_host *host = self_of(instance)->host;
  char text[512];
  if (holds(asked->data, "drop")) {
    host->answer(host, routing, bytes_of("DROPPED"), bytes_of("Dropped on request"));
    return PLUGBOARD_DENY;
  }
  if (holds(asked->data, "turn")) host->route_to(host, routing, bytes_of("pwa:other001"));
  if (holds(asked->data, "swap")) {
    snprintf(text, sizeof text, "{\"from\":\"%.*s\",\"to\":\"%.*s\",\"payload\":\"new\"}",
             (int)asked->from.size, asked->from.data, (int)asked->to.size, asked->to.data);
    host->replace(host, routing, bytes_of(text));
  }
  return PLUGBOARD_NEXT;
}

static plugboard_status undeliverable(plugboard_instance *instance,
                                      const plugboard_message *asked) {
  (void)instance, (void)asked;
  return PLUGBOARD_NEXT;
}
static void peer_refused(plugboard_instance *instance, const plugboard_peer_refusal *refusal) {
  const plugboard_host *host = self_of(instance)->host;
  host->log(host, PLUGBOARD_LOG_INFO, refusal->code);
}
static void http_done(plugboard_instance *instance, const plugboard_http_done *done) {
  (void)instance, (void)done;
}
static void peer_released(plugboard_instance *instance, plugboard_peer peer, uint64_t data) {
  (void)instance, (void)peer, (void)data;
}

/* HTTP handler */

static plugboard_status claims(plugboard_instance *instance, const plugboard_http_request *asked,
                               plugboard_http_claim *claim) {
  (void)instance;
  claim->max_body = 1000;
  return is(asked->path, "/every-kind") ? PLUGBOARD_OK : PLUGBOARD_NEXT;
}

static plugboard_status count_peer(void *context, const plugboard_peer_info *info) {
  (void)info;
  ++*(int *)context;
  return PLUGBOARD_OK;
}
static plugboard_status count_credential(void *context, uint64_t credential, uint64_t connections) {
  (void)credential, (void)connections;
  ++*(int *)context;
  return PLUGBOARD_OK;
}
static void look_at_stats(void *context, plugboard_bytes json) {
  *(int *)context = holds(json, "\"totalConnections\"");
}

static plugboard_status handle(plugboard_instance *instance, const plugboard_http_request *asked,
                               plugboard_token token) {
  every_kind *self = self_of(instance);
  const plugboard_host *host = self->host;
  const plugboard_header headers[] = {{BYTES("Content-Type"), BYTES("text/plain")}};
  plugboard_http_response response;
  plugboard_peer peer = 0;
  char text[128];
  int peers = 0;
  int credentials = 0;
  int stats = 0;
  int fired;
  (void)asked;
  host->peer_list(host, bytes_of("pwa"), count_peer, &peers);
  host->credential_list(host, count_credential, &credentials);
  host->stats(host, look_at_stats, &stats);
  host->peer_find(host, bytes_of("pwa:nobody01"), &peer);
  host->credential_revoke(host, 99);
  pthread_mutex_lock(&self->mutex);
  fired = self->fired != 0;
  pthread_mutex_unlock(&self->mutex);
  snprintf(text, sizeof text, "%d %d %d %d", peers, credentials, stats, fired);
  memset(&response, 0, sizeof response);
  response.size = sizeof response;
  response.status = 200;
  response.headers = headers;
  response.header_count = 1;
  response.body = bytes_of(text);
  host->complete(host, token, PLUGBOARD_OK, &response);
  return PLUGBOARD_PENDING;
}

/* Blob store */

static plugboard_status limits(plugboard_instance *instance, plugboard_blob_limits *into) {
  (void)instance;
  into->max_size = 100;
  into->route_prefix = bytes_of("/every-blob");
  return PLUGBOARD_OK;
}

static plugboard_status put(plugboard_instance *instance, const plugboard_blob_request *asked,
                            plugboard_token token) {
  every_kind *self = self_of(instance);
  (void)token;
  if (asked->data.size > sizeof self->blob) return PLUGBOARD_TOO_LARGE;
  pthread_mutex_lock(&self->mutex);
  if (asked->data.size != 0) memcpy(self->blob, asked->data.data, asked->data.size);
  self->blob_size = asked->data.size;
  self->has_blob = 1;
  pthread_mutex_unlock(&self->mutex);
  return PLUGBOARD_OK;
}

static plugboard_status get(plugboard_instance *instance, const plugboard_blob_request *asked,
                            plugboard_token token) {
  every_kind *self = self_of(instance);
  char copy[sizeof self->blob];
  plugboard_blob blob;
  int found;
  (void)asked;
  memset(&blob, 0, sizeof blob);
  blob.size = sizeof blob;
  pthread_mutex_lock(&self->mutex);
  found = self->has_blob;
  blob.data.size = self->blob_size;
  memcpy(copy, self->blob, sizeof copy);
  pthread_mutex_unlock(&self->mutex);
  if (!found) return PLUGBOARD_NOT_FOUND;
  blob.data.data = copy;
  self->host->complete(self->host, token, PLUGBOARD_OK, &blob);
  return PLUGBOARD_PENDING;
}

static plugboard_status remove_(plugboard_instance *instance, const plugboard_blob_request *asked,
                                plugboard_token token) {
  every_kind *self = self_of(instance);
  plugboard_status status;
  (void)asked;
  (void)token;
  pthread_mutex_lock(&self->mutex);
  status = self->has_blob ? PLUGBOARD_OK : PLUGBOARD_NOT_FOUND;
  self->has_blob = 0;
  pthread_mutex_unlock(&self->mutex);
  return status;
}

static uint64_t entries(plugboard_instance *instance) {
  every_kind *self = self_of(instance);
  uint64_t count;
  pthread_mutex_lock(&self->mutex);
  count = (uint64_t)self->has_blob;
  pthread_mutex_unlock(&self->mutex);
  return count;
}

/* Id parser */

static plugboard_status parse(plugboard_instance *instance, plugboard_bytes channel,
                              plugboard_id *id) {
  (void)instance;
  (void)channel;
  if (id->text[0] == 'x') id->text[0] = 'y';
  return PLUGBOARD_OK;
}

/* Members that later versions added stay zero. */
static plugboard_key_store key_store;
static plugboard_rate_limiter rate_limiter;
static plugboard_hook hook;
static plugboard_http_handler http_handler;
static plugboard_blob_store blob_store;
static plugboard_id_parser id_parser;
static plugboard_plugin plugin;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const void *kind(const char *id) {
  if (strcmp(id, PLUGBOARD_KEY_STORE_ID) == 0) return &key_store;
  if (strcmp(id, PLUGBOARD_RATE_LIMITER_ID) == 0) return &rate_limiter;
  if (strcmp(id, PLUGBOARD_HOOK_ID) == 0) return &hook;
  if (strcmp(id, PLUGBOARD_HTTP_HANDLER_ID) == 0) return &http_handler;
  if (strcmp(id, PLUGBOARD_BLOB_STORE_ID) == 0) return &blob_store;
  return strcmp(id, PLUGBOARD_ID_PARSER_ID) == 0 ? &id_parser : NULL;
}

static void describe(void) {
  key_store.size = sizeof key_store;
  key_store.lookup = lookup;
  key_store.key_form = key_form;
  rate_limiter.size = sizeof rate_limiter;
  rate_limiter.connect = connect_;
  rate_limiter.admit = admit;
  rate_limiter.renew = renew;
  rate_limiter.release = release;
  rate_limiter.request = request_;
  hook.size = sizeof hook;
  hook.verify_peer = verify_peer;
  hook.peer_connected = peer_connected;
  hook.peer_disconnected = peer_disconnected;
  hook.message = message;
  hook.routed_message = routed_message;
  hook.undeliverable = undeliverable;
  hook.peer_refused = peer_refused;
  hook.http_done = http_done;
  hook.peer_released = peer_released;
  http_handler.size = sizeof http_handler;
  http_handler.claims = claims;
  http_handler.handle = handle;
  blob_store.size = sizeof blob_store;
  blob_store.limits = limits;
  blob_store.put = put;
  blob_store.get = get;
  blob_store.remove = remove_;
  blob_store.entries = entries;
  id_parser.size = sizeof id_parser;
  id_parser.parse = parse;
  plugin.size = sizeof plugin;
  plugin.abi_major = PLUGBOARD_ABI_MAJOR;
  plugin.abi_minor = PLUGBOARD_ABI_MINOR;
  plugin.name = bytes_of("every-kind");
  plugin.version = bytes_of("1.0.0");
  plugin.summary = bytes_of("A plugin of every kind, to be kept.");
  plugin.config_schema = bytes_of(
      "{\"type\":\"object\",\"properties\":{\"refuse\":{\"type\":\"boolean\",\"default\":false}}}");
  plugin.check = check;
  plugin.create = create;
  plugin.prepare = prepare;
  plugin.commit = commit;
  plugin.abort = abort_;
  plugin.drain = drain;
  plugin.destroy = destroy;
  plugin.cancel = cancel;
  plugin.kind = kind;
}

const plugboard_plugin *plugboard_plugin_v1(void) {
  pthread_once(&once, describe);
  return &plugin;
}
