// Throws where an instance is to be made.
#include <stdexcept>

#include "parts.h"

namespace {

plugboard_status create(const plugboard_host*, plugboard_bytes, plugboard_instance**) {
  throw std::runtime_error("the coffee is out");
}

const plugboard_key_store store = {sizeof store, 0, plain_lookup, nullptr};

const void* kind(const char* id) { return is_id(id, PLUGBOARD_KEY_STORE_ID) ? &store : nullptr; }

const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "throws-in-create"),
                                 nullptr,
                                 create,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 plain_destroy,
                                 nullptr,
                                 kind};

}  // namespace

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
