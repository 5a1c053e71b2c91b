/* HTTP handlers serve routes of their own on the relay's port, or look at requests on their way.

   The manifest's chain.http names them; they are asked in order before the built-in routes. */
#ifndef PLUGBOARD_HTTP_HANDLER_H
#define PLUGBOARD_HTTP_HANDLER_H

#include "abi.h"
#include "hook.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGBOARD_HTTP_HANDLER_ID "plugboard.http-handler/1"

/* A request; at `claims` its body has not been read yet. */
typedef struct plugboard_http_request {
  uint32_t size;
  uint32_t flags; /* PLUGBOARD_HTTP_... */
  plugboard_bytes method;
  plugboard_bytes path;  /* as it was sent, still percent-encoded, without the query */
  plugboard_bytes query; /* what follows the "?" */
  const plugboard_header *headers;
  uint64_t header_count;
  plugboard_bytes client_address;
  plugboard_bytes body;     /* decoded from chunks; empty at claims */
  plugboard_bytes key_name; /* as in plugboard_peer_info, once the key chain has allowed it */
} plugboard_http_request;

#define PLUGBOARD_HTTP_SECURE 0x1u /* TLS ends at the relay */

/* plugboard_http_claim.flags */

/* The key chain must allow the request first: 401 without a key, 403 with a wrong one, 503 if no
   store can answer. The key comes as ?key= or Authorization: Bearer. */
#define PLUGBOARD_HTTP_REQUIRE_KEY 0x1u

/* Filled in by `claims`; zero but for its size when passed in. */
typedef struct plugboard_http_claim {
  uint32_t size;
  uint32_t flags;
  uint64_t max_body; /* bytes, at most 16 MiB; a larger body is answered 413 without being read */
} plugboard_http_claim;

typedef struct plugboard_http_response {
  uint32_t size;
  uint32_t status; /* 200 to 599 */
  /* Content-Length, Connection, Transfer-Encoding and Date are the relay's and ignored here; CORS
     headers are added unless given. */
  const plugboard_header *headers;
  uint64_t header_count;
  plugboard_bytes body; /* at most 16 MiB; not sent to HEAD, though its length is told */
} plugboard_http_response;

typedef struct plugboard_http_handler {
  uint32_t size;
  uint32_t reserved; /* 0 */

  /* Does the handler want this request? OK with the claim filled in, or NEXT. NULL: wants all,
     with bodies of up to 64 KiB. [io] */
  plugboard_status (*claims)(plugboard_instance *self, const plugboard_http_request *request,
                             plugboard_http_claim *claim);

  /* Answers a request, by PENDING and host->complete(token, OK, response) exactly once, also
     before returning; the response is a const plugboard_http_response *. Or passes it on: NEXT,
     or complete(token, NEXT, response), whose headers are added to whatever answer it gets.
     DENY: 403. ERROR: 500, or passed on if on_error = "skip".
     [io, or worker if blocking]; required */
  plugboard_status (*handle)(plugboard_instance *self, const plugboard_http_request *request,
                             plugboard_token token);
} plugboard_http_handler;

#ifdef __cplusplus
}
#endif

#endif
