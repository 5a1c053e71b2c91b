#include "plugin_check/conversation.hpp"

namespace plugboard::plugin_check {

void Conversation::round() {
  asks_.next_round();
  connection();
  hook::refused(asks_);
  http();
  blob_store::blobs(asks_);
  id_parser::ids(asks_);
}

void Conversation::questions() {
  asks_.next_round();
  Connection connection;
  connection.peer = {"pwa", asks_.word(12), "192.0.2.7", "key-0123456789ab", "{}", 0};
  connection.key = asks_.word(20);
  connection.handle = asks_.host().add_peer(connection.peer);
  key_store::lookup(asks_, connection, PLUGBOARD_KEY_FOR_PEER);
  hook::verify(asks_, connection);
  http();
  blob_store::questions(asks_);
}

void Conversation::connection() {
  Connection connection;
  const bool odd = asks_.rounds() % 2 == 1;
  connection.peer = {odd ? "pwa" : "team/room",
                     asks_.word(8 + asks_.random() % 40),
                     odd ? "192.0.2." + std::to_string(asks_.random() % 250) : "2001:db8::7",
                     odd ? "key-0123456789ab" : "",
                     odd ? R"({"name":"Alice","team":7})" : "",
                     odd ? 0 : PLUGBOARD_PEER_SECURE};
  connection.key = odd ? asks_.word(8 + asks_.random() % 57) : "";
  connection.handle = asks_.host().add_peer(connection.peer);
  rate_limiter::connect(asks_, connection);
  key_store::lookup(asks_, connection, PLUGBOARD_KEY_FOR_PEER);
  rate_limiter::admit(asks_, connection);
  if (!hook::verify(asks_, connection)) {
    hook::released(asks_, connection);
    // One that other hooks have let in.
    connection.handle = asks_.host().add_peer(connection.peer);
  }
  connection.peer.flags |= PLUGBOARD_PEER_REGISTERED;
  asks_.host().change_peer(connection.handle, connection.peer);
  hook::connected(asks_, connection);
  rate_limiter::renew(asks_, connection);
  hook::messages(asks_, connection);
  hook::disconnected(asks_, connection);
  hook::released(asks_, connection);
  rate_limiter::release(asks_, connection);
}

void Conversation::http() {
  rate_limiter::request(asks_);
  http_handler::requests(asks_);
  hook::http_done(asks_, "GET", "/blob/abcdefgh");
}

}  // namespace plugboard::plugin_check
