// Is made, and then throws from every function: once an exception, once something that is none.
#include <stdexcept>

#include "parts.h"

namespace {

plugboard_status lookup(plugboard_instance*, const plugboard_key_request*, plugboard_token) {
  throw std::runtime_error("lookup is not in the mood");
}
plugboard_status connect(plugboard_instance*, const plugboard_limit_subject*, uint64_t*,
                         plugboard_limit_refusal*) {
  throw 42;
}
void release(plugboard_instance*, uint64_t, const plugboard_usage*) { throw 42; }
plugboard_status routed_message(plugboard_instance*, const plugboard_message*, plugboard_routing*) {
  throw std::runtime_error("routed_message is not in the mood");
}
void peer_connected(plugboard_instance*, const plugboard_peer_info*) { throw "no"; }

const plugboard_key_store key_store = {sizeof key_store, 0, lookup, nullptr};
const plugboard_rate_limiter limiter = {sizeof limiter, 0,       connect, nullptr,
                                        nullptr,        release, nullptr};
const plugboard_hook hook = {sizeof hook,    0,       nullptr, peer_connected, nullptr, nullptr,
                             routed_message, nullptr, nullptr, nullptr,        nullptr};

const void* kind(const char* id) {
  if (is_id(id, PLUGBOARD_KEY_STORE_ID)) return &key_store;
  if (is_id(id, PLUGBOARD_RATE_LIMITER_ID)) return &limiter;
  return is_id(id, PLUGBOARD_HOOK_ID) ? &hook : nullptr;
}

const plugboard_plugin plugin = {DESCRIPTOR_HEAD(0, "throws-later"),
                                 nullptr,
                                 plain_create,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 nullptr,
                                 plain_destroy,
                                 nullptr,
                                 kind};

}  // namespace

const plugboard_plugin* plugboard_plugin_v1(void) { return &plugin; }
