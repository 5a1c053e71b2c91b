// The layout of every struct of the ABI and the value of every constant, as released: x86-64 and
// other LP64 systems. A change here breaks plugins that are already built; only additions at the
// end of a struct, with a new size, are allowed.
#include <gtest/gtest.h>
#include <plugboard/plugboard.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace {

static_assert(sizeof(void*) == 8 && sizeof(std::size_t) == 8);

#define EXPECT_SIZE(type, size)                   \
  static_assert(sizeof(type) == (size));          \
  static_assert(std::is_standard_layout_v<type>); \
  static_assert(std::is_trivially_copyable_v<type>)
#define EXPECT_OFFSET(type, member, offset) static_assert(offsetof(type, member) == (offset))
#define EXPECT_VALUE(constant, value) static_assert((constant) == (value))

// abi.h

EXPECT_SIZE(plugboard_bytes, 16);
EXPECT_OFFSET(plugboard_bytes, data, 0);
EXPECT_OFFSET(plugboard_bytes, size, 8);

// plugin.h

EXPECT_SIZE(plugboard_plugin, 152);
EXPECT_OFFSET(plugboard_plugin, size, 0);
EXPECT_OFFSET(plugboard_plugin, abi_major, 4);
EXPECT_OFFSET(plugboard_plugin, abi_minor, 8);
EXPECT_OFFSET(plugboard_plugin, flags, 12);
EXPECT_OFFSET(plugboard_plugin, name, 16);
EXPECT_OFFSET(plugboard_plugin, version, 32);
EXPECT_OFFSET(plugboard_plugin, summary, 48);
EXPECT_OFFSET(plugboard_plugin, config_schema, 64);
EXPECT_OFFSET(plugboard_plugin, check, 80);
EXPECT_OFFSET(plugboard_plugin, create, 88);
EXPECT_OFFSET(plugboard_plugin, prepare, 96);
EXPECT_OFFSET(plugboard_plugin, commit, 104);
EXPECT_OFFSET(plugboard_plugin, abort, 112);
EXPECT_OFFSET(plugboard_plugin, drain, 120);
EXPECT_OFFSET(plugboard_plugin, destroy, 128);
EXPECT_OFFSET(plugboard_plugin, cancel, 136);
EXPECT_OFFSET(plugboard_plugin, kind, 144);

// host.h

EXPECT_SIZE(plugboard_peer_info, 120);
EXPECT_OFFSET(plugboard_peer_info, size, 0);
EXPECT_OFFSET(plugboard_peer_info, flags, 4);
EXPECT_OFFSET(plugboard_peer_info, peer, 8);
EXPECT_OFFSET(plugboard_peer_info, channel, 16);
EXPECT_OFFSET(plugboard_peer_info, id, 32);
EXPECT_OFFSET(plugboard_peer_info, address, 48);
EXPECT_OFFSET(plugboard_peer_info, client_address, 64);
EXPECT_OFFSET(plugboard_peer_info, key_name, 80);
EXPECT_OFFSET(plugboard_peer_info, attributes, 96);
EXPECT_OFFSET(plugboard_peer_info, connected_at_ms, 112);

EXPECT_SIZE(plugboard_host, 232);
EXPECT_OFFSET(plugboard_host, size, 0);
EXPECT_OFFSET(plugboard_host, abi_minor, 4);
EXPECT_OFFSET(plugboard_host, context, 8);
EXPECT_OFFSET(plugboard_host, relay_version, 16);
EXPECT_OFFSET(plugboard_host, instance_name, 32);
EXPECT_OFFSET(plugboard_host, log, 48);
EXPECT_OFFSET(plugboard_host, problem, 56);
EXPECT_OFFSET(plugboard_host, monotonic_ns, 64);
EXPECT_OFFSET(plugboard_host, unix_ms, 72);
EXPECT_OFFSET(plugboard_host, complete, 80);
EXPECT_OFFSET(plugboard_host, run, 88);
EXPECT_OFFSET(plugboard_host, timer_start, 96);
EXPECT_OFFSET(plugboard_host, timer_stop, 104);
EXPECT_OFFSET(plugboard_host, peer_find, 112);
EXPECT_OFFSET(plugboard_host, peer_list, 120);
EXPECT_OFFSET(plugboard_host, peer_get, 128);
EXPECT_OFFSET(plugboard_host, peer_send, 136);
EXPECT_OFFSET(plugboard_host, peer_send_error, 144);
EXPECT_OFFSET(plugboard_host, peer_close, 152);
EXPECT_OFFSET(plugboard_host, peer_data_set, 160);
EXPECT_OFFSET(plugboard_host, peer_data_get, 168);
EXPECT_OFFSET(plugboard_host, credential_revoke, 176);
EXPECT_OFFSET(plugboard_host, credential_list, 184);
EXPECT_OFFSET(plugboard_host, stats, 192);
EXPECT_OFFSET(plugboard_host, route_to, 200);
EXPECT_OFFSET(plugboard_host, replace, 208);
EXPECT_OFFSET(plugboard_host, answer, 216);
EXPECT_OFFSET(plugboard_host, extension, 224);

// key_store.h

EXPECT_SIZE(plugboard_key_form, 24);
EXPECT_OFFSET(plugboard_key_form, size, 0);
EXPECT_OFFSET(plugboard_key_form, alphabet, 4);
EXPECT_OFFSET(plugboard_key_form, min_size, 8);
EXPECT_OFFSET(plugboard_key_form, max_size, 16);

EXPECT_SIZE(plugboard_key_request, 64);
EXPECT_OFFSET(plugboard_key_request, size, 0);
EXPECT_OFFSET(plugboard_key_request, purpose, 4);
EXPECT_OFFSET(plugboard_key_request, key, 8);
EXPECT_OFFSET(plugboard_key_request, client_address, 24);
EXPECT_OFFSET(plugboard_key_request, path, 40);
EXPECT_OFFSET(plugboard_key_request, peer, 56);

EXPECT_SIZE(plugboard_grant, 112);
EXPECT_OFFSET(plugboard_grant, size, 0);
EXPECT_OFFSET(plugboard_grant, flags, 4);
EXPECT_OFFSET(plugboard_grant, credential, 8);
EXPECT_OFFSET(plugboard_grant, channels, 16);
EXPECT_OFFSET(plugboard_grant, channel_count, 24);
EXPECT_OFFSET(plugboard_grant, reach, 32);
EXPECT_OFFSET(plugboard_grant, reach_count, 40);
EXPECT_OFFSET(plugboard_grant, ids, 48);
EXPECT_OFFSET(plugboard_grant, attributes, 64);
EXPECT_OFFSET(plugboard_grant, expires_at_ms, 80);
EXPECT_OFFSET(plugboard_grant, max_connections, 88);
EXPECT_OFFSET(plugboard_grant, max_messages, 96);
EXPECT_OFFSET(plugboard_grant, max_bytes, 104);

EXPECT_SIZE(plugboard_key_store, 24);
EXPECT_OFFSET(plugboard_key_store, size, 0);
EXPECT_OFFSET(plugboard_key_store, reserved, 4);
EXPECT_OFFSET(plugboard_key_store, lookup, 8);
EXPECT_OFFSET(plugboard_key_store, key_form, 16);

// rate_limiter.h

EXPECT_SIZE(plugboard_limit_subject, 72);
EXPECT_OFFSET(plugboard_limit_subject, size, 0);
EXPECT_OFFSET(plugboard_limit_subject, flags, 4);
EXPECT_OFFSET(plugboard_limit_subject, now_ns, 8);
EXPECT_OFFSET(plugboard_limit_subject, client_address, 16);
EXPECT_OFFSET(plugboard_limit_subject, key, 32);
EXPECT_OFFSET(plugboard_limit_subject, max_connections, 48);
EXPECT_OFFSET(plugboard_limit_subject, max_messages, 56);
EXPECT_OFFSET(plugboard_limit_subject, max_bytes, 64);

EXPECT_SIZE(plugboard_limit_refusal, 16);
EXPECT_OFFSET(plugboard_limit_refusal, size, 0);
EXPECT_OFFSET(plugboard_limit_refusal, flags, 4);
EXPECT_OFFSET(plugboard_limit_refusal, retry_after_ms, 8);

EXPECT_SIZE(plugboard_usage, 40);
EXPECT_OFFSET(plugboard_usage, size, 0);
EXPECT_OFFSET(plugboard_usage, flags, 4);
EXPECT_OFFSET(plugboard_usage, now_ns, 8);
EXPECT_OFFSET(plugboard_usage, messages, 16);
EXPECT_OFFSET(plugboard_usage, bytes, 24);
EXPECT_OFFSET(plugboard_usage, next_bytes, 32);

EXPECT_SIZE(plugboard_lease, 32);
EXPECT_OFFSET(plugboard_lease, size, 0);
EXPECT_OFFSET(plugboard_lease, flags, 4);
EXPECT_OFFSET(plugboard_lease, messages, 8);
EXPECT_OFFSET(plugboard_lease, bytes, 16);
EXPECT_OFFSET(plugboard_lease, valid_ns, 24);

EXPECT_SIZE(plugboard_rate_limiter, 48);
EXPECT_OFFSET(plugboard_rate_limiter, size, 0);
EXPECT_OFFSET(plugboard_rate_limiter, reserved, 4);
EXPECT_OFFSET(plugboard_rate_limiter, connect, 8);
EXPECT_OFFSET(plugboard_rate_limiter, admit, 16);
EXPECT_OFFSET(plugboard_rate_limiter, renew, 24);
EXPECT_OFFSET(plugboard_rate_limiter, release, 32);
EXPECT_OFFSET(plugboard_rate_limiter, request, 40);

// hook.h

EXPECT_SIZE(plugboard_header, 32);
EXPECT_OFFSET(plugboard_header, name, 0);
EXPECT_OFFSET(plugboard_header, value, 16);

EXPECT_SIZE(plugboard_verify_request, 80);
EXPECT_OFFSET(plugboard_verify_request, size, 0);
EXPECT_OFFSET(plugboard_verify_request, flags, 4);
EXPECT_OFFSET(plugboard_verify_request, peer, 8);
EXPECT_OFFSET(plugboard_verify_request, target, 16);
EXPECT_OFFSET(plugboard_verify_request, query, 32);
EXPECT_OFFSET(plugboard_verify_request, key, 48);
EXPECT_OFFSET(plugboard_verify_request, headers, 64);
EXPECT_OFFSET(plugboard_verify_request, header_count, 72);

EXPECT_SIZE(plugboard_verify_denial, 56);
EXPECT_OFFSET(plugboard_verify_denial, size, 0);
EXPECT_OFFSET(plugboard_verify_denial, close_code, 4);
EXPECT_OFFSET(plugboard_verify_denial, code, 8);
EXPECT_OFFSET(plugboard_verify_denial, message, 24);
EXPECT_OFFSET(plugboard_verify_denial, close_reason, 40);

EXPECT_SIZE(plugboard_message, 64);
EXPECT_OFFSET(plugboard_message, size, 0);
EXPECT_OFFSET(plugboard_message, flags, 4);
EXPECT_OFFSET(plugboard_message, peer, 8);
EXPECT_OFFSET(plugboard_message, from, 16);
EXPECT_OFFSET(plugboard_message, to, 32);
EXPECT_OFFSET(plugboard_message, data, 48);

EXPECT_SIZE(plugboard_peer_end, 80);
EXPECT_OFFSET(plugboard_peer_end, size, 0);
EXPECT_OFFSET(plugboard_peer_end, reason, 4);
EXPECT_OFFSET(plugboard_peer_end, peer, 8);
EXPECT_OFFSET(plugboard_peer_end, close_code, 16);
EXPECT_OFFSET(plugboard_peer_end, reserved, 20);
EXPECT_OFFSET(plugboard_peer_end, close_reason, 24);
EXPECT_OFFSET(plugboard_peer_end, duration_ms, 40);
EXPECT_OFFSET(plugboard_peer_end, messages_in, 48);
EXPECT_OFFSET(plugboard_peer_end, bytes_in, 56);
EXPECT_OFFSET(plugboard_peer_end, messages_out, 64);
EXPECT_OFFSET(plugboard_peer_end, bytes_out, 72);

EXPECT_SIZE(plugboard_peer_refusal, 96);
EXPECT_OFFSET(plugboard_peer_refusal, size, 0);
EXPECT_OFFSET(plugboard_peer_refusal, step, 4);
EXPECT_OFFSET(plugboard_peer_refusal, code, 8);
EXPECT_OFFSET(plugboard_peer_refusal, message, 24);
EXPECT_OFFSET(plugboard_peer_refusal, close_code, 40);
EXPECT_OFFSET(plugboard_peer_refusal, http_status, 44);
EXPECT_OFFSET(plugboard_peer_refusal, client_address, 48);
EXPECT_OFFSET(plugboard_peer_refusal, path, 64);
EXPECT_OFFSET(plugboard_peer_refusal, key_name, 80);

EXPECT_SIZE(plugboard_http_done, 88);
EXPECT_OFFSET(plugboard_http_done, size, 0);
EXPECT_OFFSET(plugboard_http_done, status, 4);
EXPECT_OFFSET(plugboard_http_done, method, 8);
EXPECT_OFFSET(plugboard_http_done, path, 24);
EXPECT_OFFSET(plugboard_http_done, client_address, 40);
EXPECT_OFFSET(plugboard_http_done, bytes_in, 56);
EXPECT_OFFSET(plugboard_http_done, bytes_out, 64);
EXPECT_OFFSET(plugboard_http_done, duration_ns, 72);
EXPECT_OFFSET(plugboard_http_done, flags, 80);
EXPECT_OFFSET(plugboard_http_done, reserved, 84);

EXPECT_SIZE(plugboard_hook, 80);
EXPECT_OFFSET(plugboard_hook, size, 0);
EXPECT_OFFSET(plugboard_hook, reserved, 4);
EXPECT_OFFSET(plugboard_hook, verify_peer, 8);
EXPECT_OFFSET(plugboard_hook, peer_connected, 16);
EXPECT_OFFSET(plugboard_hook, peer_disconnected, 24);
EXPECT_OFFSET(plugboard_hook, message, 32);
EXPECT_OFFSET(plugboard_hook, routed_message, 40);
EXPECT_OFFSET(plugboard_hook, undeliverable, 48);
EXPECT_OFFSET(plugboard_hook, peer_refused, 56);
EXPECT_OFFSET(plugboard_hook, http_done, 64);
EXPECT_OFFSET(plugboard_hook, peer_released, 72);

// http_handler.h

EXPECT_SIZE(plugboard_http_request, 120);
EXPECT_OFFSET(plugboard_http_request, size, 0);
EXPECT_OFFSET(plugboard_http_request, flags, 4);
EXPECT_OFFSET(plugboard_http_request, method, 8);
EXPECT_OFFSET(plugboard_http_request, path, 24);
EXPECT_OFFSET(plugboard_http_request, query, 40);
EXPECT_OFFSET(plugboard_http_request, headers, 56);
EXPECT_OFFSET(plugboard_http_request, header_count, 64);
EXPECT_OFFSET(plugboard_http_request, client_address, 72);
EXPECT_OFFSET(plugboard_http_request, body, 88);
EXPECT_OFFSET(plugboard_http_request, key_name, 104);

EXPECT_SIZE(plugboard_http_claim, 16);
EXPECT_OFFSET(plugboard_http_claim, size, 0);
EXPECT_OFFSET(plugboard_http_claim, flags, 4);
EXPECT_OFFSET(plugboard_http_claim, max_body, 8);

EXPECT_SIZE(plugboard_http_response, 40);
EXPECT_OFFSET(plugboard_http_response, size, 0);
EXPECT_OFFSET(plugboard_http_response, status, 4);
EXPECT_OFFSET(plugboard_http_response, headers, 8);
EXPECT_OFFSET(plugboard_http_response, header_count, 16);
EXPECT_OFFSET(plugboard_http_response, body, 24);

EXPECT_SIZE(plugboard_http_handler, 24);
EXPECT_OFFSET(plugboard_http_handler, size, 0);
EXPECT_OFFSET(plugboard_http_handler, reserved, 4);
EXPECT_OFFSET(plugboard_http_handler, claims, 8);
EXPECT_OFFSET(plugboard_http_handler, handle, 16);

// blob_store.h

EXPECT_SIZE(plugboard_blob_limits, 32);
EXPECT_OFFSET(plugboard_blob_limits, size, 0);
EXPECT_OFFSET(plugboard_blob_limits, flags, 4);
EXPECT_OFFSET(plugboard_blob_limits, max_size, 8);
EXPECT_OFFSET(plugboard_blob_limits, route_prefix, 16);

EXPECT_SIZE(plugboard_blob_request, 56);
EXPECT_OFFSET(plugboard_blob_request, size, 0);
EXPECT_OFFSET(plugboard_blob_request, flags, 4);
EXPECT_OFFSET(plugboard_blob_request, key, 8);
EXPECT_OFFSET(plugboard_blob_request, data, 24);
EXPECT_OFFSET(plugboard_blob_request, client_address, 40);

EXPECT_SIZE(plugboard_blob, 24);
EXPECT_OFFSET(plugboard_blob, size, 0);
EXPECT_OFFSET(plugboard_blob, flags, 4);
EXPECT_OFFSET(plugboard_blob, data, 8);

EXPECT_SIZE(plugboard_blob_store, 48);
EXPECT_OFFSET(plugboard_blob_store, size, 0);
EXPECT_OFFSET(plugboard_blob_store, reserved, 4);
EXPECT_OFFSET(plugboard_blob_store, limits, 8);
EXPECT_OFFSET(plugboard_blob_store, put, 16);
EXPECT_OFFSET(plugboard_blob_store, get, 24);
EXPECT_OFFSET(plugboard_blob_store, remove, 32);
EXPECT_OFFSET(plugboard_blob_store, entries, 40);

// id_parser.h

EXPECT_SIZE(plugboard_id, 264);
EXPECT_OFFSET(plugboard_id, size, 0);
EXPECT_OFFSET(plugboard_id, length, 4);
EXPECT_OFFSET(plugboard_id, text, 8);

EXPECT_SIZE(plugboard_id_parser, 16);
EXPECT_OFFSET(plugboard_id_parser, size, 0);
EXPECT_OFFSET(plugboard_id_parser, reserved, 4);
EXPECT_OFFSET(plugboard_id_parser, parse, 8);

// Handles and codes

static_assert(std::is_same_v<plugboard_status, std::int32_t>);
static_assert(std::is_same_v<plugboard_peer, std::uint64_t>);
static_assert(std::is_same_v<plugboard_token, std::uint64_t>);
static_assert(std::is_same_v<plugboard_timer, std::uint64_t>);

EXPECT_VALUE(PLUGBOARD_ABI_MAJOR, 1u);
EXPECT_VALUE(PLUGBOARD_ABI_MINOR, 0u);
EXPECT_VALUE(PLUGBOARD_OK, 0);
EXPECT_VALUE(PLUGBOARD_NEXT, 1);
EXPECT_VALUE(PLUGBOARD_DENY, 2);
EXPECT_VALUE(PLUGBOARD_ERROR, 3);
EXPECT_VALUE(PLUGBOARD_PENDING, 4);
EXPECT_VALUE(PLUGBOARD_GONE, 5);
EXPECT_VALUE(PLUGBOARD_INVALID, 6);
EXPECT_VALUE(PLUGBOARD_FULL, 7);
EXPECT_VALUE(PLUGBOARD_NOT_FOUND, 8);
EXPECT_VALUE(PLUGBOARD_TOO_LARGE, 9);
EXPECT_VALUE(PLUGBOARD_UNSUPPORTED, 10);
EXPECT_VALUE(PLUGBOARD_FLAG_BLOCKING, 0x1u);
EXPECT_VALUE(PLUGBOARD_LOG_TRACE, 0);
EXPECT_VALUE(PLUGBOARD_LOG_DEBUG, 1);
EXPECT_VALUE(PLUGBOARD_LOG_INFO, 2);
EXPECT_VALUE(PLUGBOARD_LOG_WARN, 3);
EXPECT_VALUE(PLUGBOARD_LOG_ERROR, 4);
EXPECT_VALUE(PLUGBOARD_SEND_TEXT, 0x0u);
EXPECT_VALUE(PLUGBOARD_SEND_BINARY, 0x1u);
EXPECT_VALUE(PLUGBOARD_PEER_REGISTERED, 0x1u);
EXPECT_VALUE(PLUGBOARD_PEER_SECURE, 0x2u);
EXPECT_VALUE(PLUGBOARD_KEY_ALPHABET_ID, 0u);
EXPECT_VALUE(PLUGBOARD_KEY_ALPHABET_VISIBLE, 1u);
EXPECT_VALUE(PLUGBOARD_KEY_FOR_PEER, 1u);
EXPECT_VALUE(PLUGBOARD_KEY_FOR_HTTP, 2u);
EXPECT_VALUE(PLUGBOARD_KEY_FOR_RECHECK, 3u);
EXPECT_VALUE(PLUGBOARD_LIMIT_ADOPTED, 0x1u);
EXPECT_VALUE(PLUGBOARD_LEASE_UNLIMITED, UINT64_MAX);
EXPECT_VALUE(PLUGBOARD_LEASE_TELL, 0x1u);
EXPECT_VALUE(PLUGBOARD_END_CLOSED, 1u);
EXPECT_VALUE(PLUGBOARD_END_REPLACED, 2u);
EXPECT_VALUE(PLUGBOARD_END_HEARTBEAT, 3u);
EXPECT_VALUE(PLUGBOARD_END_PROTOCOL, 4u);
EXPECT_VALUE(PLUGBOARD_END_SLOW, 5u);
EXPECT_VALUE(PLUGBOARD_END_REVOKED, 6u);
EXPECT_VALUE(PLUGBOARD_END_REMOVED, 7u);
EXPECT_VALUE(PLUGBOARD_END_SHUTDOWN, 8u);
EXPECT_VALUE(PLUGBOARD_END_PLUGIN, 9u);
EXPECT_VALUE(PLUGBOARD_END_ERROR, 10u);
EXPECT_VALUE(PLUGBOARD_STEP_SERVER_LIMITS, 1u);
EXPECT_VALUE(PLUGBOARD_STEP_CLIENT_ADDRESS, 2u);
EXPECT_VALUE(PLUGBOARD_STEP_CONNECT_LIMIT, 3u);
EXPECT_VALUE(PLUGBOARD_STEP_KEY, 4u);
EXPECT_VALUE(PLUGBOARD_STEP_ADMIT_LIMIT, 5u);
EXPECT_VALUE(PLUGBOARD_STEP_URL, 6u);
EXPECT_VALUE(PLUGBOARD_STEP_VERIFY, 7u);
EXPECT_VALUE(PLUGBOARD_STEP_DUPLICATE, 8u);
EXPECT_VALUE(PLUGBOARD_HTTP_DONE_BLOB, 0x1u);
EXPECT_VALUE(PLUGBOARD_HTTP_SECURE, 0x1u);
EXPECT_VALUE(PLUGBOARD_HTTP_REQUIRE_KEY, 0x1u);
EXPECT_VALUE(PLUGBOARD_BLOB_REQUIRE_KEY, 0x1u);
EXPECT_VALUE(PLUGBOARD_ID_MAX_SIZE, 256u);

#undef EXPECT_SIZE
#undef EXPECT_OFFSET
#undef EXPECT_VALUE

TEST(Layout, IdsOfKindsAndTheEntryKeepTheirNames) {
  EXPECT_STREQ(PLUGBOARD_ENTRY_NAME, "plugboard_plugin_v1");
  EXPECT_STREQ(PLUGBOARD_KEY_STORE_ID, "plugboard.key-store/1");
  EXPECT_STREQ(PLUGBOARD_RATE_LIMITER_ID, "plugboard.rate-limiter/1");
  EXPECT_STREQ(PLUGBOARD_HOOK_ID, "plugboard.hook/1");
  EXPECT_STREQ(PLUGBOARD_HTTP_HANDLER_ID, "plugboard.http-handler/1");
  EXPECT_STREQ(PLUGBOARD_BLOB_STORE_ID, "plugboard.blob-store/1");
  EXPECT_STREQ(PLUGBOARD_ID_PARSER_ID, "plugboard.id-parser/1");
}

TEST(Layout, AMemberIsThereOnlyIfTheStatedSizeHoldsAllOfIt) {
  plugboard_key_store table{};
  table.size = offsetof(plugboard_key_store, key_form);
  EXPECT_TRUE(PLUGBOARD_HAS(plugboard_key_store, &table, lookup));
  EXPECT_FALSE(PLUGBOARD_HAS(plugboard_key_store, &table, key_form));
  table.size += sizeof table.key_form - 1;
  EXPECT_FALSE(PLUGBOARD_HAS(plugboard_key_store, &table, key_form));
  table.size += 1;
  EXPECT_TRUE(PLUGBOARD_HAS(plugboard_key_store, &table, key_form));
}

}  // namespace
