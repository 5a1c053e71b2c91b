/* Has a symbol that the dynamic linker makes one across all libraries of the process, as g++ does
   with the static variables of inline functions. */
#include "parts.h"

__asm__(
    ".data\n"
    ".globl unique_counter\n"
    ".type unique_counter, %gnu_unique_object\n"
    ".size unique_counter, 4\n"
    "unique_counter: .long 0\n"
    ".text\n");

static const plugboard_key_store store = {sizeof store, 0, plain_lookup, NULL};

static const void* kind(const char* id) {
  return is_id(id, PLUGBOARD_KEY_STORE_ID) ? &store : NULL;
}

static const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "unique-symbols"),
                                        NULL,
                                        plain_create,
                                        NULL,
                                        NULL,
                                        NULL,
                                        NULL,
                                        plain_destroy,
                                        NULL,
                                        kind};

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
