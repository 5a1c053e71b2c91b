/* Rate limiters say how much a client may do.

   The manifest's chain.rate_limiter names them; every one must allow. For each connection a limiter
   is asked in this order, and keeps what it needs under a slot number of its own:

     connect (client address known) -> admit (key accepted) -> renew, renew, ... -> release

   Messages are not asked about one by one: a lease allows so many messages and bytes for so long,
   and the relay counts it down by itself. The relay calls renew when the lease is used up, has run
   out of time, or does not hold the next message. */
#ifndef PLUGBOARD_RATE_LIMITER_H
#define PLUGBOARD_RATE_LIMITER_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGBOARD_RATE_LIMITER_ID "plugboard.rate-limiter/1"

/* plugboard_limit_subject.flags */

/* The connection was there before this limiter came into the chain (after a reload): it must be
   counted and cannot be refused. */
#define PLUGBOARD_LIMIT_ADOPTED 0x1u

/* Who wants something. */
typedef struct plugboard_limit_subject {
  uint32_t size;
  uint32_t flags;
  uint64_t now_ns;                /* host->monotonic_ns at the time of the call */
  plugboard_bytes client_address; /* 192.0.2.7, 2001:db8::7 or unix */
  plugboard_bytes key;            /* empty at connect and request, and without keys */
  uint64_t max_connections;       /* from the key's grant; 0: not stated */
  uint64_t max_messages;
  uint64_t max_bytes;
} plugboard_limit_subject;

/* Why not. Zero when passed in. */
typedef struct plugboard_limit_refusal {
  uint32_t size;
  uint32_t flags;          /* 0 */
  uint64_t retry_after_ms; /* when it is worth trying again; 0: not known */
} plugboard_limit_refusal;

/* What a connection did since the last renew, and what it wants next. */
typedef struct plugboard_usage {
  uint32_t size;
  uint32_t flags; /* 0 */
  uint64_t now_ns;
  uint64_t messages;    /* handled under the last lease */
  uint64_t bytes;       /* their payload bytes */
  uint64_t next_bytes;  /* payload bytes of the message that asks; 0 at release */
} plugboard_usage;

#define PLUGBOARD_LEASE_UNLIMITED UINT64_MAX

/* plugboard_lease.flags */
#define PLUGBOARD_LEASE_TELL 0x1u /* with DENY: tell the peer (RATE_LIMITED); without: drop in silence */

typedef struct plugboard_lease {
  uint32_t size;
  uint32_t flags;
  uint64_t messages; /* at least 1 with OK */
  uint64_t bytes;    /* at least next_bytes with OK */
  uint64_t valid_ns; /* with OK: how long the lease holds; with DENY: how long messages are dropped
                        before asking again */
} plugboard_lease;

typedef struct plugboard_rate_limiter {
  uint32_t size;
  uint32_t reserved; /* 0 */

  /* A connection from this address. OK with *slot set to a number of the plugin's own, or DENY
     with the refusal filled in and no slot taken, or ERROR (refused). [io]; required */
  plugboard_status (*connect)(plugboard_instance *self, const plugboard_limit_subject *subject,
                              uint64_t *slot, plugboard_limit_refusal *refusal);

  /* The same connection with its key accepted. OK, DENY or ERROR; the slot stays taken until
     release in every case. NULL: allows all. [io] */
  plugboard_status (*admit)(plugboard_instance *self, uint64_t slot,
                            const plugboard_limit_subject *subject,
                            plugboard_limit_refusal *refusal);

  /* Grants the next lease: OK with the lease filled in; DENY: this message and those that follow
     within lease->valid_ns are dropped. What was left of the last lease is void. Never two calls
     for one slot at a time. NULL: unlimited. [io] */
  plugboard_status (*renew)(plugboard_instance *self, uint64_t slot, const plugboard_usage *usage,
                            plugboard_lease *lease);

  /* The connection has ended, whatever became of it: the slot is free. Exactly once for each slot
     given out. [io]; required */
  void (*release)(plugboard_instance *self, uint64_t slot, const plugboard_usage *usage);

  /* An HTTP request other than an upgrade, /health and /ready. OK, DENY (answered 429) or ERROR.
     NULL: allows all. [io] */
  plugboard_status (*request)(plugboard_instance *self, const plugboard_limit_subject *subject,
                              plugboard_limit_refusal *refusal);
} plugboard_rate_limiter;

#ifdef __cplusplus
}
#endif

#endif
