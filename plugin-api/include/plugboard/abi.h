/* Plugboard plugin ABI 1.0: the words that every other header uses.

   A plugin is a shared object that exports one function, plugboard_plugin_v1 (plugin.h). Read in
   this order: abi.h, plugin.h, host.h, then the kind you want to write: key_store.h,
   rate_limiter.h, hook.h, http_handler.h, blob_store.h, id_parser.h. In C++20 include
   plugboard/plugin.hpp instead of all of them.

   Rules that hold everywhere:

   Growth    Every struct but plugboard_bytes and plugboard_header, which never change, begins with
             its size in bytes as compiled, and only grows at its end. Beyond it all reads as absent.
             Released members, ids and constants never change meaning. Unknown flag bits, status
             codes and event reasons must be tolerated by whoever reads them.
   Memory    Data is (pointer, length), borrowed until the call it was passed to returns, in both
             directions. Nobody frees the other's memory; whoever wants to keep data copies it.
             Text is UTF-8 and not NUL-terminated unless stated.
   Handles   Peers, pending requests and timers are 64-bit handles that carry a generation. A
             handle whose object has gone is harmless: calls with it return PLUGBOARD_GONE.
             0 is never a valid handle.
   Threads   Every function states who may call it:
               [describe] any thread, any time after loading; no side effects, no threads, no I/O
               [control]  one call at a time for an instance; may block
               [io]       a thread that carries connections; several at once for one instance;
                          must not block, since every peer on that thread waits meanwhile
               [worker]   a thread of the host's pool; several at once; may block
               [any]      any thread, any time between create and destroy
   Failure   No C++ exception and no longjmp may cross a function of this ABI. A function that
             fails returns a status and, where it can, says why through host->problem or
             host->log. */
#ifndef PLUGBOARD_ABI_H
#define PLUGBOARD_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGBOARD_ABI_MAJOR 1u
#define PLUGBOARD_ABI_MINOR 0u

#if defined(__GNUC__)
#define PLUGBOARD_EXPORT __attribute__((visibility("default")))
#else
#define PLUGBOARD_EXPORT
#endif

/* Whether `member` of the struct at `pointer` lies within the size its writer stated. */
#define PLUGBOARD_HAS(type, pointer, member) \
  ((size_t)(pointer)->size >= offsetof(type, member) + sizeof((pointer)->member))

/* What a call came to. What each code means for a kind is said at its functions. */
typedef int32_t plugboard_status;

#define PLUGBOARD_OK 0           /* yes; done; allowed */
#define PLUGBOARD_NEXT 1         /* not mine: ask the next one in the chain */
#define PLUGBOARD_DENY 2         /* no */
#define PLUGBOARD_ERROR 3        /* could not decide; the chain's failure rule applies */
#define PLUGBOARD_PENDING 4      /* the answer comes, or came, through host->complete */
#define PLUGBOARD_GONE 5         /* the handle's object no longer exists */
#define PLUGBOARD_INVALID 6      /* an argument is not acceptable; nothing was done */
#define PLUGBOARD_FULL 7         /* a bound was reached; nothing was done */
#define PLUGBOARD_NOT_FOUND 8    /* no such thing */
#define PLUGBOARD_TOO_LARGE 9    /* over the size limit */
#define PLUGBOARD_UNSUPPORTED 10 /* this side is too old, or built without it */

/* Bytes or UTF-8 text, borrowed. `data` may be NULL where `size` is 0. */
typedef struct plugboard_bytes {
  const char *data;
  uint64_t size; /* bytes */
} plugboard_bytes;

/* A connection, from the moment its address is known until its last event. */
typedef uint64_t plugboard_peer;

/* A question that a plugin has been asked and still owes an answer to. */
typedef uint64_t plugboard_token;

/* A timer started through host->timer_start. */
typedef uint64_t plugboard_timer;

/* Whatever the plugin wants it to be; the host only passes it back. */
typedef struct plugboard_instance plugboard_instance;

typedef struct plugboard_host plugboard_host;

#ifdef __cplusplus
}
#endif

#endif
