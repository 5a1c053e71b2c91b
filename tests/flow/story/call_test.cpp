// A whole call as an application would set it up through the relay: two clients that share no code
// find each other, exchange a WebRTC offer and answer and their ICE candidates, and part.
#include <fstream>
#include <iterator>
#include <sstream>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

std::string fixture(const std::string& name) {
  const std::string path = PLUGBOARD_SOURCE_DIR "/tests/flow/story/fixtures/" + name;
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text.empty()) throw std::runtime_error("cannot read " + path);
  return text;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

/// What both ends of a call do, each over its own kind of connection.
class Caller {
 public:
  virtual ~Caller() = default;
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  Caller(Caller&&) = delete;
  Caller& operator=(Caller&&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }

  void watch(const std::string& address) { say(test::watch(address)); }
  void send(const std::string& to, const std::string& kind, const nlohmann::json& what) {
    say(routed(address_, to, {{"kind", kind}, {kind, what}}));
  }

  /// The payload of the next routed message, which must come from that peer.
  nlohmann::json payload_from(const std::string& from) {
    const nlohmann::json message = hear();
    EXPECT_EQ(message.value("from", ""), from) << message;
    EXPECT_EQ(message.value("to", ""), address_) << message;
    return message.value("payload", nlohmann::json());
  }

  /// The next message, as it came.
  virtual nlohmann::json hear() = 0;
  virtual void hang_up() = 0;

 protected:
  explicit Caller(std::string address) : address_(std::move(address)) {}
  virtual void say(const std::string& text) = 0;

 private:
  std::string address_;
};

/// Through a WebSocket library, the key in the URL.
class LibraryCaller : public Caller {
 public:
  LibraryCaller(const Endpoint& relay, const std::string& id, const std::string& key)
      : Caller("pwa:" + id), client_(relay, "/pwa/" + id + "?key=" + key) {}

  nlohmann::json hear() override { return nlohmann::json::parse(client_.receive().data); }
  void hang_up() override { client_.close(1000, "bye"); }

 protected:
  void say(const std::string& text) override { client_.send_text(text); }

 private:
  WsClient client_;
};

/// With frames of its own making, the key as a subprotocol, messages in pieces, binary.
class HandmadeCaller : public Caller {
 public:
  HandmadeCaller(const Endpoint& relay, const std::string& id, const std::string& key)
      : Caller("pwa:" + id), socket_(relay) {
    socket_.upgrade("/pwa/" + id, "Sec-WebSocket-Protocol: plugboard.key, " + key + "\r\n");
  }

  nlohmann::json hear() override { return nlohmann::json::parse(socket_.frame_but_ping().payload); }
  void hang_up() override {
    socket_.send(close_frame(1000, "bye"));
    EXPECT_EQ(socket_.frame_but_ping().close_code(), 1000);
    EXPECT_TRUE(socket_.await_end());
  }

 protected:
  void say(const std::string& text) override {
    const std::size_t third = text.size() / 3;
    socket_.send(fragment(Opcode::kBinary, text.substr(0, third), false) + ping_frame("busy") +
                 fragment(Opcode::kContinuation, text.substr(third, third), false));
    EXPECT_TRUE(socket_.frame().is(Opcode::kPong));
    socket_.send(fragment(Opcode::kContinuation, text.substr(2 * third), true));
  }

 private:
  RawSocket socket_;
};

TEST(Call, IsSetUpAndEndedThroughTheRelay) {
  const RelayProcess relay(
      {.channels = "[[channel]]\nname = \"pwa\"\nundeliverable = \"notify\"\n",
       .plugins = plugin_table("keys", "key-store-env", "variable = \"RELAY_KEYS\"") +
                  plugin_table("limits", "rate-limiter", "max_messages = 200") +
                  plugin_table("blobs", "blob-store-memory"),
       .chain = "key_store = [\"keys\"]\nrate_limiter = [\"limits\"]\nblob_store = \"blobs\"\n"},
      {{"RELAY_KEYS", "alices-key-1,bobs-key-0001"}});
  HttpClient http(relay.endpoint());

  // Alice is early: she waits for Bob, and a message to him comes back as undeliverable.
  LibraryCaller alice(relay.endpoint(), "alice-01", "alices-key-1");
  alice.watch("pwa:bob-0001");
  EXPECT_EQ(alice.hear(), peer_status("pwa:bob-0001", false));
  alice.send("pwa:bob-0001", "offer", "too early");
  EXPECT_EQ(alice.hear().at("payload").at("code"), "PEER_OFFLINE");

  HandmadeCaller bob(relay.endpoint(), "bob-0001", "bobs-key-0001");
  EXPECT_EQ(alice.hear(), peer_status(bob.address(), true));
  bob.watch(alice.address());
  EXPECT_EQ(bob.hear(), peer_status(alice.address(), true));

  // Offer and answer, of several KiB each, with every line break where it was.
  const std::string offer = fixture("offer.sdp");
  const std::string answer = fixture("answer.sdp");
  ASSERT_GT(offer.size(), 4096U);
  alice.send(bob.address(), "offer", {{"type", "offer"}, {"sdp", offer}});
  EXPECT_EQ(bob.payload_from(alice.address()).at("offer").at("sdp"), offer);
  bob.send(alice.address(), "answer", {{"type", "answer"}, {"sdp", answer}});
  EXPECT_EQ(alice.payload_from(bob.address()).at("answer").at("sdp"), answer);

  // Candidates trickle in from both sides at once, and arrive in the order found.
  const auto alices = lines(fixture("offer.candidates"));
  const auto bobs = lines(fixture("answer.candidates"));
  ASSERT_EQ(alices.size(), bobs.size());
  const auto candidate = [](const std::string& line) {
    return nlohmann::json{{"candidate", line}, {"sdpMid", "0"}, {"sdpMLineIndex", 0}};
  };
  for (std::size_t i = 0; i < alices.size(); ++i) {
    alice.send(bob.address(), "candidate", candidate(alices[i]));
  }
  for (const std::string& line : alices) {
    EXPECT_EQ(bob.payload_from(alice.address()).at("candidate").at("candidate"), line);
  }
  for (const std::string& line : bobs) bob.send(alice.address(), "candidate", candidate(line));
  for (const std::string& line : bobs) {
    EXPECT_EQ(alice.payload_from(bob.address()).at("candidate").at("candidate"), line);
  }
  alice.send(bob.address(), "candidate", nullptr);  // the end of candidates
  EXPECT_TRUE(bob.payload_from(alice.address()).at("candidate").is_null());

  // The call runs between the two; the relay is left with a note for the next time.
  const std::string note = R"({"call":"2026-03-01","room":"blue \"one\""})";
  EXPECT_EQ(http.put("/blob/alice-to-bob-1", note).status, 200);
  alice.hang_up();
  EXPECT_EQ(bob.hear(), peer_status(alice.address(), false));
  EXPECT_EQ(nlohmann::json::parse(http.get("/blob/alice-to-bob-1").body).at("data"), note);
  EXPECT_EQ(http.request("DELETE", "/blob/alice-to-bob-1").status, 200);
  EXPECT_EQ(http.get("/blob/alice-to-bob-1").status, 404);
  bob.hang_up();

  EXPECT_TRUE(await([&] {
    const auto health = nlohmann::json::parse(http.get("/health").body);
    return health.at("connections").at("pwa").at("active") == 0;
  }));
  const auto stats = nlohmann::json::parse(http.get("/stats").body);
  EXPECT_EQ(stats.at("totalConnections"), 2);
  EXPECT_EQ(stats.at("messagesRelayed"), 2 + alices.size() + bobs.size() + 1);
  EXPECT_EQ(stats.at("messagesDropped"), 0);
}

}  // namespace
}  // namespace plugboard::test
