/* What the plugins in this folder have in common: the good parts that each of them breaks one of. */
#ifndef PLUGBOARD_TESTS_BAD_PLUGINS_PARTS_H
#define PLUGBOARD_TESTS_BAD_PLUGINS_PARTS_H

#include <plugboard/plugboard.h>
#include <string.h>

#define BYTES(literal) \
  { literal, sizeof(literal) - 1 }

/* The head of a descriptor up to check: name is a literal. */
#define DESCRIPTOR_HEAD(flags, name)                                                  \
  sizeof(plugboard_plugin), PLUGBOARD_ABI_MAJOR, PLUGBOARD_ABI_MINOR, (flags),        \
      BYTES(name), BYTES("1.0.0"), BYTES("A plugin that breaks a rule, for tests."), { \
    NULL, 0                                                                           \
  }

static inline plugboard_status plain_create(const plugboard_host *host, plugboard_bytes config,
                                            plugboard_instance **instance) {
  (void)config;
  *instance = (plugboard_instance *)host;
  return PLUGBOARD_OK;
}

static inline void plain_destroy(plugboard_instance *self) { (void)self; }

static inline const plugboard_host *host_of(plugboard_instance *self) {
  return (const plugboard_host *)self;
}

static inline plugboard_status plain_lookup(plugboard_instance *self,
                                            const plugboard_key_request *request,
                                            plugboard_token token) {
  (void)self;
  (void)request;
  (void)token;
  return PLUGBOARD_OK;
}

static inline int is_id(const char *id, const char *wanted) { return strcmp(id, wanted) == 0; }

/* The kind function of a key store. */
#define KEY_STORE_KIND(table)                                   \
  static const void *kind(const char *id) {                     \
    return is_id(id, PLUGBOARD_KEY_STORE_ID) ? (table) : NULL;  \
  }

/* The rest of one that is good but for its kinds: name is a literal. */
#define PLAIN_PLUGIN(name)                                                                   \
  static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, name), NULL, plain_create, NULL, \
                                          NULL, NULL, NULL, plain_destroy, NULL, kind};      \
  const plugboard_plugin *plugboard_plugin_v1(void) { return &plugin; }

#endif
