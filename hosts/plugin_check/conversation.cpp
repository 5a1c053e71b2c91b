#include "plugin_check/conversation.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "extension/blob_store.hpp"
#include "extension/bytes.hpp"
#include "wire/utf8.hpp"

namespace plugboard::plugin_check {
namespace {

using extension::Asked;

constexpr auto kAnswerTime = std::chrono::seconds(5);
constexpr std::uint64_t kMaxBody = 16ull * 1024 * 1024;
constexpr std::uint32_t kUnknownFlag = 0x40000000U;

/// Access keys that the plugin knows.
std::vector<std::string>& known_keys() {
  static std::vector<std::string> keys;
  return keys;
}

/// What routed_message is asked with; never looked into by anybody.
plugboard_routing* routing_of(Conversation* conversation) {
  return reinterpret_cast<plugboard_routing*>(conversation);
}

}  // namespace

struct Conversation::Connection {
  TestPeer peer;
  plugboard_peer handle = 0;
  std::string key;
  std::uint64_t slot = 0;
  bool has_slot = false;
};

Conversation::Conversation(TestedInstance& instance, Options options)
    : instance_(instance), host_(instance.host()), options_(options), random_(options.seed) {}

void Conversation::know_keys(std::vector<std::string> keys) { known_keys() = std::move(keys); }

void Conversation::round() {
  ++rounds_;
  connection();
  refusal();
  http();
  blobs();
  ids();
}

void Conversation::questions() {
  ++rounds_;
  Connection connection;
  connection.peer = {"pwa", word(12), "192.0.2.7", "key-0123456789ab", "{}", 0};
  connection.key = word(20);
  connection.handle = host_.add_peer(connection.peer);
  lookup(connection, PLUGBOARD_KEY_FOR_PEER);
  verify(connection);
  http();
  if (instance_.kinds().blob_store) {
    blob("put", Asked::kBlobPut, word(12), "a blob");
    blob("get", Asked::kBlobGet, word(12), "");
    blob("remove", Asked::kBlobRemove, word(12), "");
  }
}

void Conversation::connection() {
  Connection connection;
  const bool odd = rounds_ % 2 == 1;
  connection.peer = {odd ? "pwa" : "team/room",
                     word(8 + random_() % 40),
                     odd ? "192.0.2." + std::to_string(random_() % 250) : "2001:db8::7",
                     odd ? "key-0123456789ab" : "",
                     odd ? R"({"name":"Alice","team":7})" : "",
                     odd ? 0 : PLUGBOARD_PEER_SECURE};
  connection.key = odd ? word(8 + random_() % 57) : "";
  connection.handle = host_.add_peer(connection.peer);
  limiter_and_key(connection);
  if (!verify(connection)) {
    released(connection);
    connection.handle = host_.add_peer(connection.peer);  // one that other hooks have let in
  }
  connection.peer.flags |= PLUGBOARD_PEER_REGISTERED;
  host_.change_peer(connection.handle, connection.peer);
  events(connection);
  if (connection.has_slot) {
    Borrowed borrowed("release", memory());
    const auto* const usage =
        borrowed.input(plugboard_usage{0, unknown_flags(), now_ns(), 3, 300, 0});
    const auto release = instance_.kinds().rate_limiter->release;
    instance_.notify("release", CallKind::kIo,
                     [&] { release(instance_.self(), connection.slot, usage); });
  }
}

void Conversation::limiter_and_key(Connection& connection) {
  const auto& limiter = instance_.kinds().rate_limiter;
  if (limiter) {
    for (const std::uint32_t flags : {0U, PLUGBOARD_LIMIT_ADOPTED}) {
      Borrowed borrowed("connect", memory());
      plugboard_limit_subject who = subject(borrowed, connection, false);
      who.flags |= flags;
      const auto* const asked = borrowed.input(who);
      auto* const refused = borrowed.output(plugboard_limit_refusal{});
      std::uint64_t slot = 0;
      const plugboard_status status = instance_.decide("connect", CallKind::kIo, [&] {
        return limiter->connect(instance_.self(), asked, &slot, refused);
      });
      expect("connect", status, {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
      if (status == PLUGBOARD_DENY && flags == PLUGBOARD_LIMIT_ADOPTED) {
        reporter::finding("refuses-adopted", "connect",
                          "denies a connection that was there before, which must be counted and "
                          "cannot be refused");
      }
      if (status == PLUGBOARD_OK) {
        connection.slot = slot;
        connection.has_slot = true;
        break;
      }
    }
  }
  lookup(connection, PLUGBOARD_KEY_FOR_PEER);
  if (limiter && limiter->admit != nullptr && connection.has_slot) {
    Borrowed borrowed("admit", memory());
    const auto* const asked = borrowed.input(subject(borrowed, connection, true));
    auto* const refused = borrowed.output(plugboard_limit_refusal{});
    expect("admit",
           instance_.decide(
               "admit", CallKind::kIo,
               [&] { return limiter->admit(instance_.self(), connection.slot, asked, refused); }),
           {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
  }
}

void Conversation::lookup(Connection& connection, std::uint32_t purpose) {
  const auto& store = instance_.kinds().key_store;
  if (!store) return;
  std::string key = connection.key;
  plugboard_key_form form = {sizeof form, PLUGBOARD_KEY_ALPHABET_ID, 8, 64};
  if (store->key_form != nullptr) {
    Borrowed borrowed("key_form", memory());
    auto* const filled = borrowed.output(form);
    expect("key_form",
           instance_.decide("key_form", CallKind::kControl,
                            [&] { return store->key_form(instance_.self(), filled); }),
           {PLUGBOARD_OK, PLUGBOARD_ERROR});
    form = *filled;
    if (form.alphabet > PLUGBOARD_KEY_ALPHABET_VISIBLE || form.min_size == 0 ||
        form.min_size > form.max_size || form.max_size > 8192) {
      reporter::finding("unfit-answer", "key_form",
                        "names an unknown alphabet, or sizes that are not within 1 to 8,192");
      return;
    }
  }
  const auto& known = known_keys();
  const bool use_known = !known.empty() && rounds_ % 5 != 0 && rounds_ % 2 == 0;
  if (use_known) key = known[rounds_ / 2 % known.size()];
  // What the relay would not show it, it is not shown.
  const std::uint64_t size = std::clamp<std::uint64_t>(
      rounds_ % 5 == 0 ? form.max_size : key.size(), form.min_size, form.max_size);
  while (key.size() < size) key += word(1);
  key.resize(size);
  if (key.size() >= 8) host_.keep_secret(key);
  Borrowed borrowed("lookup", memory());
  plugboard_key_request request = {};
  request.purpose = purpose;
  request.key = borrowed.text(key);
  request.client_address = borrowed.text(connection.peer.client_address);
  request.path = borrowed.text("/" + connection.peer.channel + "/" + connection.peer.id);
  request.peer = purpose == PLUGBOARD_KEY_FOR_HTTP ? 0 : connection.handle;
  const auto* const asked = borrowed.input(request);
  const plugboard_token token = ask(Asked::kKey, "lookup", [&](plugboard_token question) {
    return store->lookup(instance_.self(), asked, question);
  });
  borrowed.give_back();
  await(token);
}

bool Conversation::verify(Connection& connection) {
  const auto& hook = instance_.kinds().hook;
  if (!hook || hook->verify_peer == nullptr) return true;
  Borrowed borrowed("verify_peer", memory());
  const std::string query =
      rounds_ % 3 == 0 ? ""
                       : "ts=1700000000000&nonce=" + word(20) + "&sig=" + word(86) + "&token=%41b";
  plugboard_verify_request request = {};
  request.flags = unknown_flags();
  request.peer = borrowed.input(host_.info(borrowed, connection.handle, connection.peer));
  request.target =
      borrowed.text("/" + connection.peer.channel + "/" + connection.peer.id + "?" + query);
  request.query = borrowed.text(query);
  request.key = borrowed.text(connection.key);
  const std::vector<plugboard_header> headers = {
      {borrowed.text("Host"), borrowed.text("relay.example:8080")},
      {borrowed.text("AUTHORIZATION"), borrowed.text("Bearer " + word(20))},
      {borrowed.text("cookie"), borrowed.text("session=" + word(32))},
      {borrowed.text("X-Empty"), borrowed.text("")}};
  request.headers = borrowed.list(headers);
  request.header_count = headers.size();
  const auto* const asked = borrowed.input(request);
  const plugboard_token token = ask(Asked::kVerify, "verify_peer", [&](plugboard_token question) {
    return hook->verify_peer(instance_.self(), asked, question);
  });
  borrowed.give_back();
  const plugboard_status status = await(token);
  return status == PLUGBOARD_OK || status == PLUGBOARD_NEXT;
}

void Conversation::events(Connection& connection) {
  const auto& hook = instance_.kinds().hook;
  if (hook && hook->peer_connected != nullptr) {
    Borrowed borrowed("peer_connected", memory());
    const auto* const info =
        borrowed.input(host_.info(borrowed, connection.handle, connection.peer));
    instance_.notify("peer_connected", instance_.io_or_worker(),
                     [&] { hook->peer_connected(instance_.self(), info); });
  }
  renew(connection);
  messages(connection);
  if (hook && hook->peer_disconnected != nullptr) {
    constexpr std::uint32_t kUnknownReason = 99;
    constexpr std::uint32_t kReasons = 10;
    Borrowed borrowed("peer_disconnected", memory());
    plugboard_peer_end end = {};
    end.reason =
        rounds_ % 4 == 0 ? kUnknownReason : 1 + static_cast<std::uint32_t>(rounds_ % kReasons);
    end.peer = borrowed.input(host_.info(borrowed, connection.handle, connection.peer));
    end.close_code = 1000;
    end.close_reason = borrowed.text("bye");
    end.duration_ms = 5;
    end.messages_in = 3;
    end.bytes_in = 300;
    const auto* const told = borrowed.input(end);
    instance_.notify("peer_disconnected", instance_.io_or_worker(),
                     [&] { hook->peer_disconnected(instance_.self(), told); });
  }
  released(connection);
}

void Conversation::released(Connection& connection) {
  const auto& hook = instance_.kinds().hook;
  const std::uint64_t data = host_.peer_data(connection.handle);
  host_.remove_peer(connection.handle);  // its handle is stale by then
  if (!hook || hook->peer_released == nullptr || data == 0) return;
  instance_.notify("peer_released", instance_.io_or_worker(),
                   [&] { hook->peer_released(instance_.self(), connection.handle, data); });
}

void Conversation::renew(Connection& connection) {
  const auto& limiter = instance_.kinds().rate_limiter;
  if (!limiter || limiter->renew == nullptr || !connection.has_slot) return;
  for (const std::uint64_t next_bytes : {std::uint64_t{0}, std::uint64_t{100}, UINT64_C(5000000)}) {
    Borrowed borrowed("renew", memory());
    const auto* const usage =
        borrowed.input(plugboard_usage{0, unknown_flags(), now_ns(), 1, 100, next_bytes});
    auto* const lease = borrowed.output(plugboard_lease{});
    const plugboard_status status = instance_.decide("renew", CallKind::kIo, [&] {
      return limiter->renew(instance_.self(), connection.slot, usage, lease);
    });
    expect("renew", status, {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
    if (status == PLUGBOARD_OK && (lease->messages < 1 || lease->bytes < next_bytes)) {
      reporter::finding("unfit-answer", "renew",
                        "grants a lease that does not hold the message that asks for it");
    }
  }
}

void Conversation::messages(Connection& connection) {
  const auto& hook = instance_.kinds().hook;
  if (!hook) return;
  const std::string from = connection.peer.channel + ":" + connection.peer.id;
  const std::string to = "pwa:bob00001";
  const std::vector<std::string> payloads = {
      R"("hello")", R"({"text":"spam and \u0000 \ud83d\ude00 eggs","list":[1,2.5e3,null]})",
      "\"" + std::string(20'000, 'x') + "\""};
  for (const std::string& payload : payloads) {
    for (const bool routed : {true, false}) {
      const char* const function = routed ? "routed_message" : "message";
      Borrowed borrowed(function, memory());
      plugboard_message message = {};
      message.flags = (rounds_ % 2 == 0 ? PLUGBOARD_SEND_BINARY : PLUGBOARD_SEND_TEXT);
      message.flags |= unknown_flags();
      message.peer = connection.handle;
      message.from = borrowed.text(from);
      message.to = borrowed.text(routed ? to : "");
      message.data = borrowed.text(routed ? R"({"from":")" + from + R"(","to":")" + to +
                                                R"(","payload":)" + payload + "}"
                                          : R"({"type":"custom","payload":)" + payload + "}");
      const auto* const asked = borrowed.input(message);
      if (routed && hook->routed_message != nullptr) {
        plugboard_routing* const routing = routing_of(this);
        host_.set_routing(routing);
        const plugboard_status status = instance_.decide(function, CallKind::kIo, [&] {
          return hook->routed_message(instance_.self(), asked, routing);
        });
        host_.set_routing(nullptr);
        expect(function, status, {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
      }
      if (!routed && hook->message != nullptr) {
        expect(function,
               instance_.decide(function, CallKind::kIo,
                                [&] { return hook->message(instance_.self(), asked); }),
               {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
      }
      if (routed && hook->undeliverable != nullptr) {
        expect("undeliverable",
               instance_.decide("undeliverable", CallKind::kIo,
                                [&] { return hook->undeliverable(instance_.self(), asked); }),
               {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
      }
    }
  }
}

void Conversation::refusal() {
  const auto& hook = instance_.kinds().hook;
  if (!hook || hook->peer_refused == nullptr) return;
  Borrowed borrowed("peer_refused", memory());
  plugboard_peer_refusal refusal = {};
  refusal.step = 1 + static_cast<std::uint32_t>(rounds_ % 8);
  refusal.code = borrowed.text("INVALID_KEY");
  refusal.message = borrowed.text("Access key rejected");
  refusal.close_code = 1008;
  refusal.client_address = borrowed.text("unix");
  refusal.path = borrowed.text("/pwa/%41lice\xC3\xA9");
  refusal.key_name = borrowed.text("key-0123456789ab");
  const auto* const told = borrowed.input(refusal);
  instance_.notify("peer_refused", instance_.io_or_worker(),
                   [&] { hook->peer_refused(instance_.self(), told); });
}

void Conversation::http() {
  const auto& limiter = instance_.kinds().rate_limiter;
  if (limiter && limiter->request != nullptr) {
    Borrowed borrowed("request", memory());
    Connection connection;
    connection.peer.client_address = "192.0.2.9";
    const auto* const who = borrowed.input(subject(borrowed, connection, false));
    auto* const refused = borrowed.output(plugboard_limit_refusal{});
    expect("request",
           instance_.decide("request", CallKind::kIo,
                            [&] { return limiter->request(instance_.self(), who, refused); }),
           {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
  }
  if (instance_.kinds().http_handler) {
    http_request("GET", "/", "");
    http_request("GET", "/index.html?x=%41&y", "");
    http_request("HEAD", "/a/%2e%2e/%2e%2e/etc/passwd", "");
    http_request("POST", "/" + word(200), "{\"a\":" + word(2000) + "}");
    http_request("OPTIONS", "/health", "");
    http_request("DELETE", "/%ff%00%zz", "");
  }
  http_done("GET", "/blob/abcdefgh");
}

void Conversation::http_request(const char* method, const std::string& target,
                                const std::string& body) {
  const auto& handler = *instance_.kinds().http_handler;
  Borrowed borrowed("handle", memory());
  const std::size_t mark = target.find('?');
  plugboard_http_request request = {};
  request.flags = unknown_flags();
  request.method = borrowed.text(method);
  request.path = borrowed.text(target.substr(0, mark));
  request.query = borrowed.text(mark == std::string::npos ? "" : target.substr(mark + 1));
  const std::vector<plugboard_header> headers = {
      {borrowed.text("Host"), borrowed.text("relay.example")},
      {borrowed.text("If-None-Match"), borrowed.text("\"" + word(10) + "\", *")},
      {borrowed.text("RANGE"), borrowed.text("bytes=0-1,-1,5-")}};
  request.headers = borrowed.list(headers);
  request.header_count = headers.size();
  request.client_address = borrowed.text("2001:db8::9");
  if (handler.claims != nullptr) {
    Borrowed claiming("claims", memory());
    plugboard_http_request head = request;
    const auto* const asked = claiming.input(head);
    auto* const claim = claiming.output(plugboard_http_claim{});
    const plugboard_status status = instance_.decide(
        "claims", CallKind::kIo, [&] { return handler.claims(instance_.self(), asked, claim); });
    expect("claims", status, {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
    if (status != PLUGBOARD_OK) return;
    if (claim->max_body > kMaxBody) {
      reporter::finding("unfit-answer", "claims", "claims a body of more than 16 MiB");
    }
    if (body.size() > claim->max_body) return;
  }
  request.body = borrowed.text(body);
  const auto* const asked = borrowed.input(request);
  const plugboard_token token = ask(Asked::kHttp, "handle", [&](plugboard_token question) {
    return handler.handle(instance_.self(), asked, question);
  });
  borrowed.give_back();
  await(token);
}

void Conversation::http_done(const char* method, const std::string& path) {
  const auto& hook = instance_.kinds().hook;
  if (!hook || hook->http_done == nullptr) return;
  Borrowed borrowed("http_done", memory());
  plugboard_http_done done = {};
  done.status = 200;
  done.method = borrowed.text(method);
  done.path = borrowed.text(path);
  done.client_address = borrowed.text("192.0.2.9");
  done.bytes_out = 12;
  done.duration_ns = 1000;
  done.flags = PLUGBOARD_HTTP_DONE_BLOB | unknown_flags();
  const auto* const told = borrowed.input(done);
  instance_.notify("http_done", instance_.io_or_worker(),
                   [&] { hook->http_done(instance_.self(), told); });
}

void Conversation::blobs() {
  const auto& store = instance_.kinds().blob_store;
  if (!store) return;
  extension::BlobLimits limits;
  if (store->limits != nullptr) {
    Borrowed borrowed("limits", memory());
    auto* const filled = borrowed.output(
        plugboard_blob_limits{0, 0, limits.max_size, borrowed.text(limits.route_prefix)});
    expect("limits",
           instance_.decide("limits", CallKind::kControl,
                            [&] { return store->limits(instance_.self(), filled); }),
           {PLUGBOARD_OK, PLUGBOARD_ERROR});
    limits.max_size = filled->max_size;
    limits.route_prefix = extension::readable(filled->route_prefix, 4096)
                              ? std::string(extension::view(filled->route_prefix))
                              : "";
    if (const auto problem = extension::blob_limits_problem(limits); !problem.empty()) {
      reporter::finding("unfit-answer", "limits", "states limits that cannot be used: " + problem);
      return;
    }
  }
  constexpr std::uint64_t kLarge = 65536;
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{5}, std::min(limits.max_size, kLarge)}) {
    const std::string key = word(8 + random_() % 57);
    const std::string data = word(std::min(size, limits.max_size));
    const plugboard_status put = await(blob("put", Asked::kBlobPut, key, data));
    const plugboard_token got = blob("get", Asked::kBlobGet, key, "");
    const plugboard_status get = await(got);
    const bool cancelled = options_.cancel != Cancel::kNever;
    if (put == PLUGBOARD_OK && options_.patient && options_.guarded && !cancelled &&
        (get == PLUGBOARD_NOT_FOUND || (get == PLUGBOARD_OK && host_.blob(got) != data))) {
      reporter::finding("loses-blob", "get", "does not find what put has just answered OK for");
    }
    await(blob("remove", Asked::kBlobRemove, key, ""));
  }
  if (store->entries != nullptr) {
    instance_.notify("entries", CallKind::kIo, [&] { store->entries(instance_.self()); });
  }
}

plugboard_token Conversation::blob(const char* function, Asked asked, const std::string& key,
                                   const std::string& data) {
  const auto& store = *instance_.kinds().blob_store;
  const auto call = asked == Asked::kBlobPut   ? store.put
                    : asked == Asked::kBlobGet ? store.get
                                               : store.remove;
  Borrowed borrowed(function, memory());
  plugboard_blob_request request = {};
  request.flags = unknown_flags();
  request.key = borrowed.text(key);
  request.data = borrowed.text(data);
  request.client_address = borrowed.text("192.0.2.9");
  const auto* const given = borrowed.input(request);
  return ask(asked, function,
             [&](plugboard_token question) { return call(instance_.self(), given, question); });
}

void Conversation::ids() {
  const auto& parser = instance_.kinds().id_parser;
  if (!parser) return;
  const std::vector<std::string> ids = {"alice001",
                                        "a",
                                        word(256),
                                        "7B0C4FA1-5D7E-4B70-9A6B-0123456789AB",
                                        "caf\xC3\xA9 \xF0\x9F\x98\x80",
                                        "with:colon",
                                        "..",
                                        std::string(8, '\x01')};
  for (const std::string& id : ids) {
    Borrowed borrowed("parse", memory());
    const plugboard_bytes channel = borrowed.text("pwa");
    plugboard_id asked = {};
    asked.length = static_cast<std::uint32_t>(id.size());
    std::copy(id.begin(), id.end(), asked.text);
    auto* const parsed = borrowed.output(asked);
    const plugboard_status status = instance_.decide(
        "parse", CallKind::kIo, [&] { return parser->parse(instance_.self(), channel, parsed); });
    expect("parse", status, {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
    if (status != PLUGBOARD_OK) continue;
    const std::string_view text(parsed->text,
                                std::min<std::size_t>(parsed->length, PLUGBOARD_ID_MAX_SIZE));
    if (parsed->length == 0 || parsed->length > PLUGBOARD_ID_MAX_SIZE || text == "*" ||
        !wire::valid_utf8(text)) {
      reporter::finding("unfit-answer", "parse",
                        "makes an id that is empty, too long, not UTF-8 or \"*\"");
    }
  }
}

template <class Call>
plugboard_token Conversation::ask(Asked asked, const char* function, Call&& call) {
  const plugboard_token token = host_.open_question(asked, function);
  std::thread canceller;
  if (options_.cancel == Cancel::kOnTheWay) {
    canceller = std::thread([&] { instance_.cancel(token); });
  }
  const plugboard_status status = instance_.decide(function, instance_.io_or_worker(),
                                                   [&] { return std::forward<Call>(call)(token); });
  host_.returned(token, status);
  if (canceller.joinable()) canceller.join();
  if (options_.cancel == Cancel::kAtOnce) instance_.cancel(token);
  return token;
}

plugboard_status Conversation::await(plugboard_token token) {
  if (options_.patient && !gave_up_ && !host_.await_answer(token, kAnswerTime)) gave_up_ = true;
  return host_.answer(token);
}

void Conversation::expect(const char* function, plugboard_status status,
                          std::initializer_list<plugboard_status> allowed) {
  if (std::find(allowed.begin(), allowed.end(), status) != allowed.end()) return;
  const bool known = status >= PLUGBOARD_OK && status <= PLUGBOARD_UNSUPPORTED;
  reporter::finding(known ? "unfit-answer" : "unknown-code", function,
                    "returns " + std::to_string(status) +
                        (known ? ", which is no answer to the question" : ", which is no status"));
}

Borrowed::Options Conversation::memory() const {
  return {.guarded = options_.guarded, .later = host_.options().later};
}

std::string Conversation::word(std::size_t size) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::string word(size, ' ');
  for (char& c : word) c = kAlphabet[random_() % kAlphabet.size()];
  return word;
}

plugboard_limit_subject Conversation::subject(Borrowed& borrowed, const Connection& connection,
                                              bool with_key) const {
  plugboard_limit_subject subject = {};
  subject.flags = unknown_flags();
  subject.now_ns = now_ns();
  subject.client_address = borrowed.text(connection.peer.client_address);
  if (with_key) {
    subject.key = borrowed.text(connection.key);
    subject.max_messages = 50;
  }
  return subject;
}

std::uint64_t Conversation::now_ns() const {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

std::uint32_t Conversation::unknown_flags() const {
  return host_.options().later ? kUnknownFlag : 0;
}

}  // namespace plugboard::plugin_check
