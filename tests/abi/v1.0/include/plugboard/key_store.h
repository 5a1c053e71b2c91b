/* Key stores say whether an access key may open a connection.

   The manifest's chain.key_store names them in the order asked. The first that does not abstain
   decides; one that cannot answer is passed over, and the result is "unavailable" only if nobody
   allows or denies. All abstaining means deny. A store abstains on keys it does not hold. */
#ifndef PLUGBOARD_KEY_STORE_H
#define PLUGBOARD_KEY_STORE_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGBOARD_KEY_STORE_ID "plugboard.key-store/1"

/* plugboard_key_form.alphabet */
#define PLUGBOARD_KEY_ALPHABET_ID 0u      /* A-Z a-z 0-9 _ - */
#define PLUGBOARD_KEY_ALPHABET_VISIBLE 1u /* any visible ASCII, 0x21 to 0x7E */

/* Which keys the store wants to see. Others are ill-formed for it, and it is not asked. */
typedef struct plugboard_key_form {
  uint32_t size;
  uint32_t alphabet;
  uint64_t min_size; /* bytes, at least 1 */
  uint64_t max_size; /* bytes, at most 8,192 */
} plugboard_key_form;

/* plugboard_key_request.purpose */
#define PLUGBOARD_KEY_FOR_PEER 1u    /* a WebSocket connection is being opened */
#define PLUGBOARD_KEY_FOR_HTTP 2u    /* an HTTP request needs a key (blobs, HTTP handlers) */
#define PLUGBOARD_KEY_FOR_RECHECK 3u /* the peer is connected; asked again after a reload */

typedef struct plugboard_key_request {
  uint32_t size;
  uint32_t purpose;
  plugboard_bytes key;            /* never log it whole */
  plugboard_bytes client_address; /* as in plugboard_peer_info */
  plugboard_bytes path;           /* of the request's URL as it was sent, without the query */
  plugboard_peer peer;            /* 0 for HTTP requests */
} plugboard_key_request;

/* What a key allows. A list that is NULL does not restrict; one with count 0 allows nothing. */
typedef struct plugboard_grant {
  uint32_t size;
  uint32_t flags; /* 0 */

  /* The store's own name for what admitted the peer, for credential_revoke and credential_list:
     anything but 0, for instance a counter or a hash of the key. 0: will never revoke. */
  uint64_t credential;

  const plugboard_bytes *channels; /* that it may join */
  uint64_t channel_count;
  const plugboard_bytes *reach; /* channels whose peers it may address and watch */
  uint64_t reach_count;
  plugboard_bytes ids;        /* RE2; the whole id must match; empty: any */
  plugboard_bytes attributes; /* a JSON object shown to hooks; empty: none */
  int64_t expires_at_ms;      /* Unix time in ms at which its peers are closed; 0: never; past: deny */

  /* For rate limiters, in place of their own limits for a key; 0: not stated. */
  uint64_t max_connections; /* at once */
  uint64_t max_messages;    /* in the limiter's window */
  uint64_t max_bytes;       /* in the limiter's window */
} plugboard_grant;

typedef struct plugboard_key_store {
  uint32_t size;
  uint32_t reserved; /* 0 */

  /* Decides about one key. OK (allowed without conditions), NEXT (not mine), DENY, ERROR (cannot
     say now), or PENDING and then host->complete(token, status, grant) exactly once: the grant, a
     const plugboard_grant *, counts with OK and may be NULL.
     [io, or worker if blocking]; required */
  plugboard_status (*lookup)(plugboard_instance *self, const plugboard_key_request *request,
                             plugboard_token token);

  /* Fills in which keys the store takes; `form` holds the default ([A-Za-z0-9_-]{8,64}) when
     called, with its size. Asked after create and after each commit. NULL: the default.
     [control] */
  plugboard_status (*key_form)(plugboard_instance *self, plugboard_key_form *form);
} plugboard_key_store;

#ifdef __cplusplus
}
#endif

#endif
