// HTTP/1.1 as bytes: what is kept alive, and what comes in pieces.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

constexpr const char* kHealth = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

class Framing : public SharedRelay<Framing> {
 public:
  static Manifest manifest() {
    return {.plugins = plugin_table("blobs", "blob-store-memory"),
            .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"};
  }

 protected:
  static std::string put(const std::string& key, const std::string& headers,
                         const std::string& body = "") {
    return "PUT /blob/" + key + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
  }

  static std::string blob(const std::string& key) {
    const HttpResponse response = HttpClient(endpoint()).get("/blob/" + key);
    if (response.status != 200) return "HTTP " + std::to_string(response.status);
    return nlohmann::json::parse(response.body).at("data");
  }
};

TEST_F(Framing, AConnectionServesManyRequests) {
  HttpClient http(endpoint());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(http.get("/health").status, 200);
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Framing, ErrorsOfTheRouteKeepTheConnection) {
  HttpClient http(endpoint());
  EXPECT_EQ(http.get("/nothing").status, 404);
  EXPECT_EQ(http.request("DELETE", "/health").status, 405);
  EXPECT_EQ(http.get("/blob/missing-key").status, 404);
  EXPECT_EQ(http.get("/health").status, 200);
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Framing, ConnectionCloseEndsIt) {
  RawSocket client(endpoint());
  client.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(client.rest(), "");
}

TEST_F(Framing, AnEndOfTheClientsHalfIsStillAnswered) {
  RawSocket client(endpoint());
  client.send(kHealth);
  client.finish_writing();
  EXPECT_EQ(client.response().status, 200);
  EXPECT_TRUE(client.await_end());
}

TEST_F(Framing, PipelinedRequestsTakeEffectInOrder) {
  RawSocket client(endpoint());
  client.send(put("pipe-key-1", "Content-Length: 3\r\n", "one") +
              "GET /blob/pipe-key-1 HTTP/1.1\r\nHost: x\r\n\r\n" +
              put("pipe-key-1", "Content-Length: 3\r\n", "two") +
              "GET /blob/pipe-key-1 HTTP/1.1\r\nHost: x\r\n\r\n" +
              "DELETE /blob/pipe-key-1 HTTP/1.1\r\nHost: x\r\n\r\n" +
              "GET /blob/pipe-key-1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(nlohmann::json::parse(client.response().body).at("data"), "one");
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(nlohmann::json::parse(client.response().body).at("data"), "two");
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(client.response().status, 404);
}

TEST_F(Framing, AHundredPipelinedRequestsAreAnswered) {
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += kHealth;
  RawSocket client(endpoint());
  client.send(requests);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.response().status, 200);
}

TEST_F(Framing, PipelinedRequestsAreAllAnsweredWhateverTheirAnswersTake) {
  std::string requests;
  for (int i = 0; i < 5000; ++i) requests += kHealth;
  RawSocket client(endpoint());
  client.send(requests);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(client.response().status, 200) << i;
}

TEST_F(Framing, RequestsMayDribbleIn) {
  RawSocket client(endpoint());
  client.dribble(put("drip-key-1", "Content-Length: 5\r\n", "drops") + kHealth);
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(blob("drip-key-1"), "drops");
}

TEST_F(Framing, ChunkedBodiesAreRead) {
  RawSocket client(endpoint());
  client.send(put("chunk-key-1", "Transfer-Encoding: chunked\r\n",
                  "5\r\nhello\r\n1;extension=\"x\"\r\n \r\nA\r\n0123456789\r\n0\r\n"
                  "Trailer: ignored\r\n\r\n"));
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(blob("chunk-key-1"), "hello 0123456789");
}

TEST_F(Framing, ChunkedBodiesMayDribbleIn) {
  RawSocket client(endpoint());
  client.dribble(
      put("chunk-key-2", "Transfer-Encoding: Chunked\r\n", "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(blob("chunk-key-2"), "onetwo");
}

TEST_F(Framing, WhatFollowsAChunkedBodyIsTheNextRequest) {
  RawSocket client(endpoint());
  client.send(put("chunk-key-3", "Transfer-Encoding: chunked\r\n", "2\r\nok\r\n0\r\n\r\n") +
              kHealth);
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(client.response().status, 200);
}

TEST_F(Framing, ACodingThatTheRelayCannotUndoIsNotImplementedAndEndsTheConnection) {
  // RFC 9112 section 6.1.
  RawSocket client(endpoint());
  client.try_send(put("gzip-key-1", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n") + kHealth);
  EXPECT_EQ(client.response().status, 501);
  EXPECT_EQ(client.rest(), "");
}

TEST_F(Framing, ExpectContinueIsAnsweredBeforeTheBody) {
  RawSocket client(endpoint());
  client.send(put("expect-key-1", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.response().status, 100);
  client.send("hello");
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(blob("expect-key-1"), "hello");
}

TEST_F(Framing, ExpectContinueOfABodyThatIsTooLargeIsRefusedAtOnce) {
  RawSocket client(endpoint());
  client.send(put("expect-key-2", "Content-Length: 100000\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.response().status, 413);
}

TEST_F(Framing, AnEmptyLineBeforeARequestIsForgiven) {
  // RFC 9112 section 2.2: a server SHOULD ignore at least one.
  RawSocket client(endpoint());
  client.send(std::string("\r\n") + kHealth);
  EXPECT_EQ(client.response().status, 200);
}

TEST_F(Framing, AbsoluteTargetsAreRight) {
  RawSocket client(endpoint());
  client.send("GET http://x/health HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.response().status, 200);
}

TEST_F(Framing, ALineThatIsNoHttpAtAllIsCutOff) {
  // The start of a TLS handshake, as of a client that meant https.
  RawSocket client(endpoint());
  client.try_send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) +
                  std::string(506, 'x') + "\r\n\r\n");
  EXPECT_TRUE(client.await_end());
}

TEST(RequestTimeout, RunsFromTheFirstByteOfEachFurtherRequest) {
  const RelayProcess relay({.handshake_timeout = "300ms"});
  RawSocket client(relay.endpoint());
  client.send(kHealth);
  EXPECT_EQ(client.response().status, 200);
  client.send("GET /health HTTP/1.1\r\nHo");
  EXPECT_EQ(client.response().status, 408);
  EXPECT_TRUE(client.await_end());
}

TEST(RequestTimeout, ConcernsBodiesToo) {
  Manifest manifest = Framing::manifest();
  manifest.handshake_timeout = "300ms";
  const RelayProcess relay(manifest);
  RawSocket client(relay.endpoint());
  client.send("PUT /blob/slow-key-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal");
  EXPECT_EQ(client.response().status, 408);
  EXPECT_TRUE(client.await_end());
}

TEST(RequestTimeout, DoesNotEndAnIdleKeptConnection) {
  const RelayProcess relay(
      {.server = "heartbeat_interval = \"100ms\"\n", .handshake_timeout = "100ms"});
  HttpClient http(relay.endpoint());
  EXPECT_EQ(http.get("/health").status, 200);
  // A peer's pings are the clock: several timeouts pass while the kept connection is idle.
  Peer peer(relay.endpoint(), fresh_id());
  ASSERT_TRUE(peer.socket().await_pings(5));
  EXPECT_EQ(http.get("/health").status, 200);
  EXPECT_EQ(http.connections(), 1);
}

TEST(RequestTimeout, DoesNotRunWhileAStoreIsAskedForTheKey) {
  const RelayProcess relay(
      {.server = "heartbeat_interval = \"100ms\"\n",
       .plugins =
           doorman_table() + plugin_table("blobs", "blob-store-memory", "require_key = true"),
       .chain = "key_store = [\"doorman\"]\nhttp = [\"doorman\"]\nblob_store = \"blobs\"\n",
       .handshake_timeout = "100ms"});
  RawSocket client(relay.endpoint());
  client.send("GET /blob/keyed-blob?key=held-key HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(await_held(relay.endpoint(), 1));
  Peer peer(relay.endpoint(), fresh_id(), {.query = "key=unbounded-key"});
  ASSERT_TRUE(peer.socket().await_pings(5));
  release_held(relay.endpoint());
  EXPECT_EQ(client.response().status, 404);
}

}  // namespace
}  // namespace plugboard::test
