#include "plugin_check/kind_questions.hpp"

namespace plugboard::plugin_check::hook {
namespace {

/// What routed_message is asked with; never looked into by anybody.
plugboard_routing* routing_of(Questioner& asks) {
  return reinterpret_cast<plugboard_routing*>(&asks);
}

}  // namespace

bool verify(Questioner& asks, const Connection& connection) {
  const auto& hook = asks.kinds().hook;
  if (!hook || hook->verify_peer == nullptr) return true;
  Borrowed borrowed("verify_peer", asks.memory());
  const std::string query = asks.rounds() % 3 == 0 ? ""
                                                   : "ts=1700000000000&nonce=" + asks.word(20) +
                                                         "&sig=" + asks.word(86) + "&token=%41b";
  plugboard_verify_request request = {};
  request.flags = asks.unknown_flags();
  request.peer = borrowed.input(asks.host().info(borrowed, connection.handle, connection.peer));
  request.target =
      borrowed.text("/" + connection.peer.channel + "/" + connection.peer.id + "?" + query);
  request.query = borrowed.text(query);
  request.key = borrowed.text(connection.key);
  const std::vector<plugboard_header> headers = {
      {borrowed.text("Host"), borrowed.text("relay.example:8080")},
      {borrowed.text("AUTHORIZATION"), borrowed.text("Bearer " + asks.word(20))},
      {borrowed.text("cookie"), borrowed.text("session=" + asks.word(32))},
      {borrowed.text("X-Empty"), borrowed.text("")}};
  request.headers = borrowed.list(headers);
  request.header_count = headers.size();
  const auto* const asked = borrowed.input(request);
  const plugboard_token token =
      asks.ask(extension::Asked::kVerify, "verify_peer", [&](plugboard_token question) {
        return hook->verify_peer(asks.instance().self(), asked, question);
      });
  borrowed.give_back();
  const plugboard_status status = asks.await(token);
  return status == PLUGBOARD_OK || status == PLUGBOARD_NEXT;
}

void connected(Questioner& asks, const Connection& connection) {
  const auto& hook = asks.kinds().hook;
  if (!hook || hook->peer_connected == nullptr) return;
  Borrowed borrowed("peer_connected", asks.memory());
  const auto* const info =
      borrowed.input(asks.host().info(borrowed, connection.handle, connection.peer));
  asks.instance().notify("peer_connected", asks.instance().io_or_worker(),
                         [&] { hook->peer_connected(asks.instance().self(), info); });
}

void messages(Questioner& asks, const Connection& connection) {
  const auto& hook = asks.kinds().hook;
  if (!hook) return;
  const std::string from = connection.peer.channel + ":" + connection.peer.id;
  const std::string to = "pwa:bob00001";
  const std::string routed_head = R"({"from":")" + from + R"(","to":")" + to + '"';
  const std::string other_head = R"({"type":"custom")";
  const std::vector<std::string> payloads = {
      R"("hello")", R"({"text":"spam and \u0000 \ud83d\ude00 eggs","list":[1,2.5e3,null]})",
      "\"" + std::string(20'000, 'x') + "\""};
  for (const std::string& payload : payloads) {
    for (const bool routed : {true, false}) {
      const char* const function = routed ? "routed_message" : "message";
      Borrowed borrowed(function, asks.memory());
      plugboard_message message = {};
      message.flags = (asks.rounds() % 2 == 0 ? PLUGBOARD_SEND_BINARY : PLUGBOARD_SEND_TEXT);
      message.flags |= asks.unknown_flags();
      message.peer = connection.handle;
      message.from = borrowed.text(from);
      message.to = borrowed.text(routed ? to : "");
      std::string text = routed ? routed_head : other_head;
      text += R"(,"payload":)";
      text += payload;
      text += '}';
      message.data = borrowed.text(text);
      const auto* const asked = borrowed.input(message);
      if (routed && hook->routed_message != nullptr) {
        plugboard_routing* const routing = routing_of(asks);
        asks.host().set_routing(routing);
        const plugboard_status status = asks.instance().decide(function, CallKind::kIo, [&] {
          return hook->routed_message(asks.instance().self(), asked, routing);
        });
        asks.host().set_routing(nullptr);
        asks.expect(function, status,
                    {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
      }
      if (!routed && hook->message != nullptr) {
        asks.expect(
            function,
            asks.instance().decide(function, CallKind::kIo,
                                   [&] { return hook->message(asks.instance().self(), asked); }),
            {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
      }
      if (routed && hook->undeliverable != nullptr) {
        asks.expect("undeliverable",
                    asks.instance().decide(
                        "undeliverable", CallKind::kIo,
                        [&] { return hook->undeliverable(asks.instance().self(), asked); }),
                    {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
      }
    }
  }
}

void disconnected(Questioner& asks, const Connection& connection) {
  const auto& hook = asks.kinds().hook;
  if (!hook || hook->peer_disconnected == nullptr) return;
  constexpr std::uint32_t kUnknownReason = 99;
  constexpr std::uint32_t kReasons = 10;
  Borrowed borrowed("peer_disconnected", asks.memory());
  plugboard_peer_end end = {};
  end.reason = asks.rounds() % 4 == 0 ? kUnknownReason
                                      : 1 + static_cast<std::uint32_t>(asks.rounds() % kReasons);
  end.peer = borrowed.input(asks.host().info(borrowed, connection.handle, connection.peer));
  end.close_code = 1000;
  end.close_reason = borrowed.text("bye");
  end.duration_ms = 5;
  end.messages_in = 3;
  end.bytes_in = 300;
  const auto* const told = borrowed.input(end);
  asks.instance().notify("peer_disconnected", asks.instance().io_or_worker(),
                         [&] { hook->peer_disconnected(asks.instance().self(), told); });
}

void released(Questioner& asks, const Connection& connection) {
  const auto& hook = asks.kinds().hook;
  const std::uint64_t data = asks.host().peer_data(connection.handle);
  asks.host().remove_peer(connection.handle);  // its handle is stale by then
  if (!hook || hook->peer_released == nullptr || data == 0) return;
  asks.instance().notify("peer_released", asks.instance().io_or_worker(), [&] {
    hook->peer_released(asks.instance().self(), connection.handle, data);
  });
}

void refused(Questioner& asks) {
  const auto& hook = asks.kinds().hook;
  if (!hook || hook->peer_refused == nullptr) return;
  Borrowed borrowed("peer_refused", asks.memory());
  plugboard_peer_refusal refusal = {};
  refusal.step = 1 + static_cast<std::uint32_t>(asks.rounds() % 8);
  refusal.code = borrowed.text("INVALID_KEY");
  refusal.message = borrowed.text("Access key rejected");
  refusal.close_code = 1008;
  refusal.client_address = borrowed.text("unix");
  refusal.path = borrowed.text("/pwa/%41lice\xC3\xA9");
  refusal.key_name = borrowed.text("key-0123456789ab");
  const auto* const told = borrowed.input(refusal);
  asks.instance().notify("peer_refused", asks.instance().io_or_worker(),
                         [&] { hook->peer_refused(asks.instance().self(), told); });
}

void http_done(Questioner& asks, const char* method, const std::string& path) {
  const auto& hook = asks.kinds().hook;
  if (!hook || hook->http_done == nullptr) return;
  Borrowed borrowed("http_done", asks.memory());
  plugboard_http_done done = {};
  done.status = 200;
  done.method = borrowed.text(method);
  done.path = borrowed.text(path);
  done.client_address = borrowed.text("192.0.2.9");
  done.bytes_out = 12;
  done.duration_ns = 1000;
  done.flags = PLUGBOARD_HTTP_DONE_BLOB | asks.unknown_flags();
  const auto* const told = borrowed.input(done);
  asks.instance().notify("http_done", asks.instance().io_or_worker(),
                         [&] { hook->http_done(asks.instance().self(), told); });
}

}  // namespace plugboard::plugin_check::hook
