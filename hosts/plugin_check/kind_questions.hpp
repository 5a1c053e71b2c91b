// What an instance is asked and told of each kind, whether or not it is of that kind, and how what
// it says is judged. One .cpp file for each kind.
#pragma once

#include <plugboard/plugboard.h>

#include <cstdint>
#include <string>
#include <vector>

#include "plugin_check/questioner.hpp"

namespace plugboard::plugin_check {

/// A connection that comes and goes.
struct Connection {
  TestPeer peer;
  plugboard_peer handle = 0;
  std::string key;
  std::uint64_t slot = 0;  ///< the rate limiter's
  bool has_slot = false;
};

namespace key_store {
/// Access keys that the plugin knows; for all conversations of the process, before the first.
void know(std::vector<std::string> keys);
void lookup(Questioner& asks, const Connection& connection, std::uint32_t purpose);
}  // namespace key_store

namespace rate_limiter {
void connect(Questioner& asks, Connection& connection);
void admit(Questioner& asks, const Connection& connection);
void renew(Questioner& asks, const Connection& connection);
void release(Questioner& asks, const Connection& connection);
void request(Questioner& asks);
}  // namespace rate_limiter

namespace hook {
/// False if the peer is refused.
bool verify(Questioner& asks, const Connection& connection);
void connected(Questioner& asks, const Connection& connection);
void messages(Questioner& asks, const Connection& connection);
void disconnected(Questioner& asks, const Connection& connection);
/// The connection's handle is stale from then on.
void released(Questioner& asks, const Connection& connection);
void refused(Questioner& asks);
void http_done(Questioner& asks, const char* method, const std::string& path);
}  // namespace hook

namespace http_handler {
void requests(Questioner& asks);
}  // namespace http_handler

namespace blob_store {
/// Each function once, without a look at what it answers.
void questions(Questioner& asks);
void blobs(Questioner& asks);
}  // namespace blob_store

namespace id_parser {
void ids(Questioner& asks);
}  // namespace id_parser

}  // namespace plugboard::plugin_check
