/* Fills in a key form that is longer than the one it was given, without a look at its size. */
#include "parts.h"

typedef struct later_key_form {
  plugboard_key_form first;
  uint64_t later;
} later_key_form;

static plugboard_status key_form(plugboard_instance* self, plugboard_key_form* form) {
  (void)self;
  form->max_size = 100;
  ((later_key_form*)form)->later = 1;
  return PLUGBOARD_OK;
}

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, key_form};

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("writes-beyond-size")
