/* Hooks see connections and messages, and may decide about them.

   The manifest's chain.hook names them; each event passes down the list. A member that is NULL
   declares no interest and costs nothing. Deciding events (verify_peer, message, routed_message,
   undeliverable) stop at the first hook that does not return NEXT; all others reach every hook.
   A hook that fails (ERROR, an unknown status, no answer in time) counts as DENY, or as NEXT where
   its [[plugin]] table says on_error = "skip"; what it asked for with a message's routing is then
   forgotten.

   A hook that leaves the chain at a reload hears nothing more, also not of the end of peers whose
   beginning it heard; one that joins hears of the end of those only whose beginning it heard. For
   plugins with PLUGBOARD_FLAG_BLOCKING events wait in a bounded queue, and new ones are dropped when
   it is full; the end of a peer is dropped if and only if its beginning was. */
#ifndef PLUGBOARD_HOOK_H
#define PLUGBOARD_HOOK_H

#include "abi.h"
#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGBOARD_HOOK_ID "plugboard.hook/1"

typedef struct plugboard_header {
  plugboard_bytes name; /* as it was sent; compare without regard to letter case */
  plugboard_bytes value;
} plugboard_header;

/* A peer that has passed keys, limits and channels and wants to be registered. */
typedef struct plugboard_verify_request {
  uint32_t size;
  uint32_t flags; /* 0 */
  const plugboard_peer_info *peer;
  plugboard_bytes target;          /* path and query as they were sent; may hold the key */
  plugboard_bytes query;           /* what follows the "?", still percent-encoded */
  plugboard_bytes key;             /* never log it; empty without */
  const plugboard_header *headers; /* of the upgrade request */
  uint64_t header_count;
} plugboard_verify_request;

/* Why a peer is not let in. Members left empty or 0 take the default in brackets. */
typedef struct plugboard_verify_denial {
  uint32_t size;
  uint32_t close_code;          /* [1008] */
  plugboard_bytes code;         /* of the error frame ["VERIFY_FAILED"] */
  plugboard_bytes message;      /* of the error frame ["Peer verification failed"] */
  plugboard_bytes close_reason; /* at most 123 bytes ["Verify failed"] */
} plugboard_verify_denial;

/* A message from a registered peer. */
typedef struct plugboard_message {
  uint32_t size;
  uint32_t flags; /* PLUGBOARD_SEND_TEXT or PLUGBOARD_SEND_BINARY */
  plugboard_peer peer;
  plugboard_bytes from; /* the sender's address, verified */
  plugboard_bytes to;   /* unescaped; empty for messages that are not routed */
  plugboard_bytes data; /* one JSON object in UTF-8, as it was received */
} plugboard_message;

/* plugboard_peer_end.reason */
#define PLUGBOARD_END_CLOSED 1u     /* the peer closed, or its TCP connection ended */
#define PLUGBOARD_END_REPLACED 2u   /* another connection took its id */
#define PLUGBOARD_END_HEARTBEAT 3u  /* no sign of life */
#define PLUGBOARD_END_PROTOCOL 4u   /* it broke RFC 6455, UTF-8 or the size limit */
#define PLUGBOARD_END_SLOW 5u       /* it did not read */
#define PLUGBOARD_END_REVOKED 6u    /* its key was revoked or expired */
#define PLUGBOARD_END_REMOVED 7u    /* its channel left the manifest */
#define PLUGBOARD_END_SHUTDOWN 8u   /* the relay stops */
#define PLUGBOARD_END_PLUGIN 9u     /* a plugin closed it */
#define PLUGBOARD_END_ERROR 10u     /* the relay could not go on with it */

typedef struct plugboard_peer_end {
  uint32_t size;
  uint32_t reason; /* PLUGBOARD_END_...; more may come */
  const plugboard_peer_info *peer;
  uint32_t close_code; /* sent or received; 1006 if none */
  uint32_t reserved;
  plugboard_bytes close_reason;
  uint64_t duration_ms;
  uint64_t messages_in; /* data messages from the peer, and their payload bytes */
  uint64_t bytes_in;
  uint64_t messages_out; /* data messages relayed to the peer, and their payload bytes */
  uint64_t bytes_out;
} plugboard_peer_end;

/* plugboard_peer_refusal.step: where docs/protocol.md's order of steps ended it. */
#define PLUGBOARD_STEP_SERVER_LIMITS 1u
#define PLUGBOARD_STEP_CLIENT_ADDRESS 2u /* origins */
#define PLUGBOARD_STEP_CONNECT_LIMIT 3u
#define PLUGBOARD_STEP_KEY 4u
#define PLUGBOARD_STEP_ADMIT_LIMIT 5u
#define PLUGBOARD_STEP_URL 6u /* and the grant */
#define PLUGBOARD_STEP_VERIFY 7u
#define PLUGBOARD_STEP_DUPLICATE 8u

/* A connection that was not let in. */
typedef struct plugboard_peer_refusal {
  uint32_t size;
  uint32_t step;
  plugboard_bytes code;    /* RATE_LIMITED, INVALID_KEY, ... */
  plugboard_bytes message; /* what the client was told */
  uint32_t close_code;     /* 0 if it was refused by HTTP */
  uint32_t http_status;    /* 0 if it was refused after the upgrade */
  plugboard_bytes client_address;
  plugboard_bytes path;     /* as it was sent, without the query */
  plugboard_bytes key_name; /* as in plugboard_peer_info; empty without a key */
} plugboard_peer_refusal;

/* An HTTP request that was answered; of upgrades only malformed ones. May lack method and path. */
typedef struct plugboard_http_done {
  uint32_t size;
  uint32_t status; /* as it was answered */
  plugboard_bytes method;
  plugboard_bytes path; /* as it was sent, without the query */
  plugboard_bytes client_address;
  uint64_t bytes_in; /* of the bodies */
  uint64_t bytes_out;
  uint64_t duration_ns; /* from the end of the headers to the answer's being queued */
  uint32_t flags;       /* PLUGBOARD_HTTP_DONE_... */
  uint32_t reserved;
} plugboard_http_done;

/* The last segment of `path` is a blob's key. Whoever knows it can read the blob: do not log it. */
#define PLUGBOARD_HTTP_DONE_BLOB 0x1u

typedef struct plugboard_hook {
  uint32_t size;
  uint32_t reserved; /* 0 */

  /* May this peer in? NEXT or OK (yes: NEXT asks the following hooks too, OK does not), DENY,
     ERROR, or PENDING and then host->complete(token, status, denial) exactly once; the denial, a
     const plugboard_verify_denial *, counts with DENY and may be NULL.
     [io, or worker if blocking] */
  plugboard_status (*verify_peer)(plugboard_instance *self, const plugboard_verify_request *request,
                                  plugboard_token token);

  /* The peer is registered; messages to it may already be under way.
     [io, or worker if blocking] */
  void (*peer_connected)(plugboard_instance *self, const plugboard_peer_info *peer);
  /* A peer that was registered has gone. At most one for each peer_connected, after it, and missing
     only where the hook left the chain in between.
     [io, or worker if blocking] */
  void (*peer_disconnected)(plugboard_instance *self, const plugboard_peer_end *end);

  /* A JSON object that is neither routed nor a request of the relay's own. NEXT, OK (handled) or
     DENY (dropped); if nobody handles it, it is dropped. [io] */
  plugboard_status (*message)(plugboard_instance *self, const plugboard_message *message);

  /* A message on its way to another peer. NEXT (go on down the list), OK (forward now), DENY
     (drop). It may call host->route_to, replace and answer with `routing` before returning.
     [io] */
  plugboard_status (*routed_message)(plugboard_instance *self, const plugboard_message *message,
                                     plugboard_routing *routing);

  /* A routed message whose receiver is not connected to this relay. NEXT, or OK (taken care of:
     the sender is not told). [io] */
  plugboard_status (*undeliverable)(plugboard_instance *self, const plugboard_message *message);

  /* [io, or worker if blocking] */
  void (*peer_refused)(plugboard_instance *self, const plugboard_peer_refusal *refusal);
  void (*http_done)(plugboard_instance *self, const plugboard_http_done *request);

  /* The peer's last event for an instance that has set peer_data for it to other than 0, whether
     or not the peer was ever registered. [io, or worker if blocking] */
  void (*peer_released)(plugboard_instance *self, plugboard_peer peer, uint64_t data);
} plugboard_hook;

#ifdef __cplusplus
}
#endif

#endif
