/* What a plugin is: one exported function that describes it.

   Life of an instance (one for each [[plugin]] table of the manifest):

     create -> calls of its kinds -> (prepare -> commit | abort)* -> drain -> destroy

   A call [control] that has not returned within half a minute is given up, and with it the
   instance. `check` may be called without any instance. After `drain` no new questions come, but
   those under way may still be completed; after `destroy` nothing of the instance is called, and
   no thread of the plugin may touch the host any more. The library itself stays mapped. */
#ifndef PLUGBOARD_PLUGIN_H
#define PLUGBOARD_PLUGIN_H

#include "abi.h"
#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* plugboard_plugin.flags */

/* The functions marked [io, or worker if blocking] may block: the host calls them on its worker
   pool. Events (peer_connected and the like) then come one at a time, in order, on the pool. */
#define PLUGBOARD_FLAG_BLOCKING 0x1u

typedef struct plugboard_plugin {
  uint32_t size;
  uint32_t abi_major; /* PLUGBOARD_ABI_MAJOR */
  uint32_t abi_minor; /* PLUGBOARD_ABI_MINOR */
  uint32_t flags;     /* PLUGBOARD_FLAG_... */

  /* What it calls itself, for people: a name such as "key-store-file", a version such as
     "1.4.0", a line of English. The manifest names libraries by file, not by this name.
     Borrowed for as long as the library is mapped. */
  plugboard_bytes name;
  plugboard_bytes version;
  plugboard_bytes summary;

  /* Which config it takes: a JSON object in the dialect that docs/plugin-guide.md describes (JSON
     Schema's type, properties, required, items, enum, minimum, maximum, minLength, maxLength,
     pattern, default, description; format: path, secret, duration, size, regex). The host checks
     the manifest's `config` against it, so that mistakes are reported with file and line, fills
     in defaults, resolves paths against the manifest's folder, turns durations into milliseconds
     and sizes into bytes (both integers), and never prints secrets. Members that it does not list
     are mistakes, unless it says "additionalProperties": true; then they are passed on as they
     stand. Empty: takes no config. */
  plugboard_bytes config_schema;

  /* Tries what the config depends on (files, databases), for `plugboard check`: may use the
     network, must leave nothing behind. OK, or ERROR after host->problem. NULL: nothing to try.
     `host` is a whole table, though one without peers; it is valid until this returns, and timers
     left over are stopped then. Plugins may make an instance here and take it down again.
     [control], possibly at the same time as instances run */
  plugboard_status (*check)(const plugboard_host *host, plugboard_bytes config);

  /* Makes an instance from its config (a JSON object, checked and completed as described at
     config_schema) and stores it in *instance. `host` belongs to this instance and stays valid
     until destroy returns. Must not depend on the network: a database that is down is no reason to
     fail. OK, or ERROR after host->problem, and then *instance is not used. [control] */
  plugboard_status (*create)(const plugboard_host *host, plugboard_bytes config,
                             plugboard_instance **instance);

  /* Reconfiguring is a transaction over all plugins: prepare takes in the new config without
     letting it count; then either commit, which cannot fail, makes it count, or abort forgets it.
     Runs at every reload, also when the config is the same as before: that is when files are
     opened anew. All three NULL: the instance cannot be reconfigured; a changed config makes a
     new one, an unchanged one leaves it alone.
     prepare: OK, or ERROR after host->problem. [control], while other calls go on */
  plugboard_status (*prepare)(plugboard_instance *self, plugboard_bytes config);
  void (*commit)(plugboard_instance *self);
  void (*abort)(plugboard_instance *self);

  /* The instance has left all chains or the relay is stopping: finish soon. No events come any
     more, and what it keeps with peers (peer_data) is forgotten. A key store may still revoke what
     it admitted. NULL: nothing to do. [control] */
  void (*drain)(plugboard_instance *self);

  /* Frees the instance. No call of it is running, and none follows. Threads it started must have
     ended when this returns. [control] */
  void (*destroy)(plugboard_instance *self);

  /* The connection behind a question has gone, or its time is up: the answer no longer counts.
     The plugin still completes the token (with any status). NULL: not interested.
     [any], possibly before or while the question's own call runs; must not block */
  void (*cancel)(plugboard_instance *self, plugboard_token token);

  /* The table of functions for one kind ("plugboard.key-store/1" and so on, NUL-terminated), or
     NULL if the plugin does not implement it. The table belongs to the plugin and outlives every
     instance. [describe] */
  const void *(*kind)(const char *id);
} plugboard_plugin;

/* The one exported function. Only describes: no threads, no I/O, no side effects. The result stays
   valid for as long as the library is mapped. [describe] */
PLUGBOARD_EXPORT const plugboard_plugin *plugboard_plugin_v1(void);

typedef const plugboard_plugin *(*plugboard_plugin_v1_function)(void);
#define PLUGBOARD_ENTRY_NAME "plugboard_plugin_v1"

#ifdef __cplusplus
}
#endif

#endif
