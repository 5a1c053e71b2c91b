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

KEY_STORE_KIND(&store)

PLAIN_PLUGIN("unique-symbols")
