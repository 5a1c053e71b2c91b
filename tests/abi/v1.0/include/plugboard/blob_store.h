/* The blob store keeps small texts under keys, for signalling between peers that are not connected
   at the same time: PUT, GET and DELETE {route_prefix}/{key}. The manifest's chain.blob_store names
   one. The relay checks keys ([A-Za-z0-9_-]{8,64}), UTF-8 and max_size before it asks. */
#ifndef PLUGBOARD_BLOB_STORE_H
#define PLUGBOARD_BLOB_STORE_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGBOARD_BLOB_STORE_ID "plugboard.blob-store/1"

/* plugboard_blob_limits.flags */

/* The key chain must allow each request first: 401 without a key, 403 with a wrong one. */
#define PLUGBOARD_BLOB_REQUIRE_KEY 0x1u

typedef struct plugboard_blob_limits {
  uint32_t size;
  uint32_t flags;
  uint64_t max_size;            /* bytes of one blob [8,192] */
  plugboard_bytes route_prefix; /* such as "/blob": begins with "/", does not end with one ["/blob"].
                                   Borrowed until the instance's next call [control] */
} plugboard_blob_limits;

typedef struct plugboard_blob_request {
  uint32_t size;
  uint32_t flags; /* 0 */
  plugboard_bytes key;
  plugboard_bytes data;           /* what to put; empty for get and remove */
  plugboard_bytes client_address; /* as in plugboard_peer_info */
} plugboard_blob_request;

/* What `get` answers with. */
typedef struct plugboard_blob {
  uint32_t size;
  uint32_t flags; /* 0 */
  plugboard_bytes data;
} plugboard_blob;

typedef struct plugboard_blob_store {
  uint32_t size;
  uint32_t reserved; /* 0 */

  /* Fills in limits and route; `limits` holds the defaults in brackets when called. Asked after
     create and after each commit. NULL: the defaults. [control] */
  plugboard_status (*limits)(plugboard_instance *self, plugboard_blob_limits *limits);

  /* Stores data under a key, replacing what was there. OK (it will be found from now on), FULL,
     TOO_LARGE, ERROR, or PENDING and host->complete(token, status, NULL).
     [io, or worker if blocking]; required */
  plugboard_status (*put)(plugboard_instance *self, const plugboard_blob_request *request,
                          plugboard_token token);

  /* Finds data by key: NOT_FOUND, ERROR, or PENDING and host->complete(token, status, blob), where
     the blob, a const plugboard_blob *, goes with OK.
     [io, or worker if blocking]; required */
  plugboard_status (*get)(plugboard_instance *self, const plugboard_blob_request *request,
                          plugboard_token token);

  /* Forgets a key: OK, NOT_FOUND, ERROR, or PENDING and host->complete(token, status, NULL).
     [io, or worker if blocking]; required */
  plugboard_status (*remove)(plugboard_instance *self, const plugboard_blob_request *request,
                             plugboard_token token);

  /* How many blobs there are, for /stats; a number somewhat old is fine. NULL: 0. [io] */
  uint64_t (*entries)(plugboard_instance *self);
} plugboard_blob_store;

#ifdef __cplusplus
}
#endif

#endif
