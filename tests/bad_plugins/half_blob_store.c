/* A blob store that can put and nothing else. */
#include "parts.h"

static plugboard_status put(plugboard_instance* self, const plugboard_blob_request* request,
                            plugboard_token token) {
  (void)self;
  (void)request;
  (void)token;
  return PLUGBOARD_OK;
}

static const plugboard_blob_store store = {sizeof store, 0, NULL, put, NULL, NULL, NULL};

static const void* kind(const char* id) {
  return is_id(id, PLUGBOARD_BLOB_STORE_ID) ? &store : NULL;
}

PLAIN_PLUGIN("half-blob-store")
