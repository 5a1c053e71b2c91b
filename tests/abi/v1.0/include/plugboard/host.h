/* What the relay does for a plugin. One table for each instance; every function takes it as its
   first argument. All functions are [any] unless they say otherwise, return at once and copy what
   they are given. */
#ifndef PLUGBOARD_HOST_H
#define PLUGBOARD_HOST_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Levels for host->log. */
#define PLUGBOARD_LOG_TRACE 0
#define PLUGBOARD_LOG_DEBUG 1
#define PLUGBOARD_LOG_INFO 2
#define PLUGBOARD_LOG_WARN 3
#define PLUGBOARD_LOG_ERROR 4

/* Flags for host->peer_send. */
#define PLUGBOARD_SEND_TEXT 0x0u   /* a text message: must be UTF-8 */
#define PLUGBOARD_SEND_BINARY 0x1u /* a binary message */

/* A peer as plugins see it. */
typedef struct plugboard_peer_info {
  uint32_t size;
  uint32_t flags; /* PLUGBOARD_PEER_... */
  plugboard_peer peer;
  plugboard_bytes channel;
  plugboard_bytes id;
  plugboard_bytes address;        /* channel:id */
  plugboard_bytes client_address; /* 192.0.2.7, 2001:db8::7 or unix; behind a trusted proxy, the client's */
  plugboard_bytes key_name;       /* "key-" and 12 hex digits, never the key; empty without a key */
  plugboard_bytes attributes;     /* JSON object from the key's grant; empty without */
  int64_t connected_at_ms;        /* Unix time in ms */
} plugboard_peer_info;

#define PLUGBOARD_PEER_REGISTERED 0x1u /* past the last step: reachable by its address */
#define PLUGBOARD_PEER_SECURE 0x2u     /* TLS ends at the relay */

/* A message's way, while hook.h's routed_message decides about it. Valid until that returns. */
typedef struct plugboard_routing plugboard_routing;

struct plugboard_host {
  uint32_t size;
  uint32_t abi_minor; /* of the relay */

  /* The relay's own; not for plugins. */
  void *context;

  plugboard_bytes relay_version; /* such as "1.2.0" */
  plugboard_bytes instance_name; /* `name` of the [[plugin]] table */

  /* Writes a line to the relay's log, with the instance's name. Long lines are cut at 4 KiB, and
     control characters are escaped. */
  void (*log)(const plugboard_host *host, int32_t level, plugboard_bytes text);

  /* Says why check, create or prepare is about to fail, in a sentence for the operator. `pointer`
     is a JSON pointer into the config ("/file"), so that the manifest's line can be named; empty
     for the config as a whole. May be called several times. [control], within those calls */
  void (*problem)(const plugboard_host *host, plugboard_bytes pointer, plugboard_bytes sentence);

  /* Clocks. Plugins that take the time from here can be tested without waiting. */
  uint64_t (*monotonic_ns)(const plugboard_host *host);
  int64_t (*unix_ms)(const plugboard_host *host);

  /* Answers a question that returned, or is about to return, PENDING. Exactly once for each such
     question, from any thread, also before the question's own call has returned. `result` depends
     on the question and may be NULL where its kind says so. Only queues: nothing of the plugin is
     called from within. OK; GONE if the answer came too late (a normal case: nothing to do);
     INVALID if the token was never given out or was completed before, or if status or result do not
     fit the question, which then counts as failed (ERROR). */
  plugboard_status (*complete)(const plugboard_host *host, plugboard_token token,
                               plugboard_status status, const void *result);

  /* Runs job(context) once on the worker pool, where it may block. FULL if the instance already
     has its share of jobs waiting: then job is never called. Jobs accepted before destroy are run
     before destroy is called. */
  plugboard_status (*run)(const plugboard_host *host, void (*job)(void *context), void *context);

  /* Calls fire(context) on the worker pool after `delay_ns`, then every `period_ns` (0: once; else
     at least a millisecond).
     Calls of one timer never overlap; those that would are left out. At most 1,024 timers for an
     instance, then FULL. */
  plugboard_status (*timer_start)(const plugboard_host *host, uint64_t delay_ns, uint64_t period_ns,
                                  void (*fire)(void *context), void *context,
                                  plugboard_timer *timer);
  /* After it returns OK, fire is not running (unless called from fire itself) and will not run
     again. Waits for a running call. GONE if the timer has fired for the last time or was stopped.
     Timers left over are stopped before destroy. */
  plugboard_status (*timer_stop)(const plugboard_host *host, plugboard_timer timer);

  /* The peer registered under "channel:id". OK or NOT_FOUND. */
  plugboard_status (*peer_find)(const plugboard_host *host, plugboard_bytes address,
                                plugboard_peer *peer);
  /* Calls each(context, info) for every registered peer of a channel (empty: of all), within this
     call and holding no lock: peers that come or go meanwhile may or may not be seen. `each`
     returns OK to go on, anything else to stop. */
  plugboard_status (*peer_list)(const plugboard_host *host, plugboard_bytes channel,
                                plugboard_status (*each)(void *context,
                                                         const plugboard_peer_info *info),
                                void *context);
  /* Calls with_info(context, info) once within this call. OK or GONE. */
  plugboard_status (*peer_get)(const plugboard_host *host, plugboard_peer peer,
                               void (*with_info)(void *context, const plugboard_peer_info *info),
                               void *context);
  /* Queues one message to a registered peer, behind what already waits. OK; GONE; INVALID for text
     that is not UTF-8; TOO_LARGE over server.max_message; FULL if it would pass
     server.outbox_limit: then nothing was queued and the peer stays. */
  plugboard_status (*peer_send)(const plugboard_host *host, plugboard_peer peer,
                                plugboard_bytes message, uint32_t flags);
  /* Queues {"type":"error","payload":{"code":...,"message":...}}. As peer_send. */
  plugboard_status (*peer_send_error)(const plugboard_host *host, plugboard_peer peer,
                                      plugboard_bytes code, plugboard_bytes message);
  /* Closes a peer, pending or registered, with a close code (1000 to 1003, 1007 to 1014, 3000 to
     4999) and a reason of at most 123 bytes, after what waits for it. OK, GONE or INVALID. */
  plugboard_status (*peer_close)(const plugboard_host *host, plugboard_peer peer,
                                 uint32_t close_code, plugboard_bytes reason);

  /* One 64-bit value of this instance for each peer, 0 until set. From verify_peer on. A hook that
     sets one and implements peer_released is told once when the peer has gone, so that what the
     value stands for can be freed. OK or GONE. */
  plugboard_status (*peer_data_set)(const plugboard_host *host, plugboard_peer peer, uint64_t value);
  plugboard_status (*peer_data_get)(const plugboard_host *host, plugboard_peer peer,
                                    uint64_t *value);

  /* For key stores: ends every connection, pending or registered, that this instance admitted with
     this credential (plugboard_grant.credential), with KEY_REVOKED. Lookups under way are asked
     again, so that none slips through. Returns OK, or NOT_FOUND if there is none now. */
  plugboard_status (*credential_revoke)(const plugboard_host *host, uint64_t credential);
  /* For key stores: calls each(context, credential, connections) for every credential with which
     this instance has connections, within this call and holding no lock. */
  plugboard_status (*credential_list)(const plugboard_host *host,
                                      plugboard_status (*each)(void *context, uint64_t credential,
                                                               uint64_t connections),
                                      void *context);

  /* Calls with_json(context, json) once within this call with what GET /stats answers. */
  plugboard_status (*stats)(const plugboard_host *host,
                            void (*with_json)(void *context, plugboard_bytes json), void *context);

  /* For routed_message, within that call only [io]; GONE elsewhere:
     route_to sends the message to this address instead of the one it names; each further call adds
     another receiver. OK; INVALID if it is no address; FULL beyond 64. */
  plugboard_status (*route_to)(const plugboard_host *host, plugboard_routing *routing,
                               plugboard_bytes address);
  /* Puts these bytes in the message's place, for the following hooks and the receivers. Judged as
     what a peer sends: one JSON object whose `from` is the sender's. OK, INVALID or TOO_LARGE (then
     the message stays as it was). */
  plugboard_status (*replace)(const plugboard_host *host, plugboard_routing *routing,
                              plugboard_bytes message);
  /* Answers the sender with an error frame once the verdict is in, whatever the verdict. OK;
     INVALID for text that is not UTF-8 or too long; FULL beyond 8. */
  plugboard_status (*answer)(const plugboard_host *host, plugboard_routing *routing,
                             plugboard_bytes code, plugboard_bytes message);

  /* A table that later relays offer beyond this one, by its id, or NULL. */
  const void *(*extension)(const plugboard_host *host, const char *id);
};

#ifdef __cplusplus
}
#endif

#endif
