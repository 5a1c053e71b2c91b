/* Answers every question with a status that does not exist. */
#include "parts.h"

#define GARBAGE 4711

static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                               plugboard_token token) {
  (void)self, (void)request, (void)token;
  return GARBAGE;
}
static plugboard_status connect_(plugboard_instance* self, const plugboard_limit_subject* subject,
                                 uint64_t* slot, plugboard_limit_refusal* refusal) {
  (void)self, (void)subject, (void)slot, (void)refusal;
  return GARBAGE;
}
static void release(plugboard_instance* self, uint64_t slot, const plugboard_usage* usage) {
  (void)self, (void)slot, (void)usage;
}
static plugboard_status verify_peer(plugboard_instance* self,
                                    const plugboard_verify_request* request,
                                    plugboard_token token) {
  (void)self, (void)request, (void)token;
  return GARBAGE;
}
static plugboard_status message(plugboard_instance* self, const plugboard_message* m) {
  (void)self, (void)m;
  return GARBAGE;
}
static plugboard_status routed_message(plugboard_instance* self, const plugboard_message* m,
                                       plugboard_routing* routing) {
  (void)self, (void)m, (void)routing;
  return GARBAGE;
}
static plugboard_status claims(plugboard_instance* self, const plugboard_http_request* request,
                               plugboard_http_claim* claim) {
  (void)self, (void)request, (void)claim;
  return PLUGBOARD_OK;
}
static plugboard_status handle(plugboard_instance* self, const plugboard_http_request* request,
                               plugboard_token token) {
  (void)self, (void)request, (void)token;
  return GARBAGE;
}
static plugboard_status blob(plugboard_instance* self, const plugboard_blob_request* request,
                             plugboard_token token) {
  (void)self, (void)request, (void)token;
  return GARBAGE;
}
static plugboard_status parse(plugboard_instance* self, plugboard_bytes channel, plugboard_id* id) {
  (void)self, (void)channel, (void)id;
  return GARBAGE;
}

static const plugboard_key_store key_store = {sizeof key_store, 0, lookup, NULL};
static const plugboard_rate_limiter limiter = {sizeof limiter, 0,       connect_, NULL,
                                               NULL,           release, NULL};
static const plugboard_hook hook = {sizeof hook,    0,       verify_peer, NULL, NULL, message,
                                    routed_message, message, NULL,        NULL, NULL};
static const plugboard_http_handler http = {sizeof http, 0, claims, handle};
static const plugboard_blob_store blobs = {sizeof blobs, 0, NULL, blob, blob, blob, NULL};
static const plugboard_id_parser ids = {sizeof ids, 0, parse};

static const void* kind(const char* id) {
  if (is_id(id, PLUGBOARD_KEY_STORE_ID)) return &key_store;
  if (is_id(id, PLUGBOARD_RATE_LIMITER_ID)) return &limiter;
  if (is_id(id, PLUGBOARD_HOOK_ID)) return &hook;
  if (is_id(id, PLUGBOARD_HTTP_HANDLER_ID)) return &http;
  if (is_id(id, PLUGBOARD_BLOB_STORE_ID)) return &blobs;
  return is_id(id, PLUGBOARD_ID_PARSER_ID) ? &ids : NULL;
}

PLAIN_PLUGIN("unknown-codes")
