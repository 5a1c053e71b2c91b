// RFC 6455 section 4.2: upgrade requests, right and wrong.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class Handshake : public SharedRelay<Handshake> {
 public:
  static Manifest manifest() { return {}; }

 protected:
  static constexpr const char* kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  static constexpr const char* kVersion = "Sec-WebSocket-Version: 13\r\n";
  static constexpr const char* kUpgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  static constexpr const char* kHost = "Host: relay.example\r\n";

  static std::string request_line() { return "GET /pwa/" + fresh_id() + " HTTP/1.1\r\n"; }

  static HttpResponse answer(const std::string& request) {
    RawSocket client(endpoint());
    client.send(request);
    return client.response();
  }
  static HttpResponse answer_to(const std::string& headers) {
    return answer(request_line() + headers + "\r\n");
  }
};

TEST_F(Handshake, IsAnsweredAsTheRfcSays) {
  const HttpResponse response = answer_to(std::string(kHost) + kUpgrade + kKey + kVersion);
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(response.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(response.header("upgrade"), "websocket");
  EXPECT_EQ(response.header("connection"), "Upgrade");
  EXPECT_EQ(response.header("sec-websocket-extensions"), std::nullopt);
}

TEST_F(Handshake, NamesAndTokensMayHaveAnyLetterCase) {
  EXPECT_EQ(answer_to("hOST: x\r\nUPGRADE: WebSocket\r\nconnection: UPGRADE\r\n"
                      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      "SEC-WEBSOCKET-VERSION: 13\r\n")
                .status,
            101);
}

TEST_F(Handshake, ConnectionMayHoldOtherTokens) {
  EXPECT_EQ(answer_to(std::string(kHost) + kKey + kVersion +
                      "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n")
                .status,
            101);
  EXPECT_EQ(answer_to(std::string(kHost) + kKey + kVersion +
                      "Upgrade: websocket\r\nConnection: keep-alive\r\nConnection: upgrade\r\n")
                .status,
            101);
}

TEST_F(Handshake, UpgradeMayHoldOtherProtocols) {
  EXPECT_EQ(answer_to(std::string(kHost) + kKey + kVersion +
                      "Upgrade: h2c, websocket\r\nConnection: Upgrade\r\n")
                .status,
            101);
}

TEST_F(Handshake, AbsoluteTargetsAreRight) {
  EXPECT_EQ(answer("GET http://relay.example/pwa/" + fresh_id() + " HTTP/1.1\r\n" + kHost +
                   kUpgrade + kKey + kVersion + "\r\n")
                .status,
            101);
}

TEST_F(Handshake, AnotherVersionIsAnsweredWithTheRightOne) {
  for (const char* version : {"12", "8", "0", "14", "255"}) {
    const HttpResponse response = answer_to(std::string(kHost) + kUpgrade + kKey +
                                            "Sec-WebSocket-Version: " + version + "\r\n");
    EXPECT_EQ(response.status, 426) << version;
    EXPECT_EQ(response.header("sec-websocket-version"), "13") << version;
  }
}

TEST_F(Handshake, WithoutAVersionIsWrong) {
  const int status = answer_to(std::string(kHost) + kUpgrade + kKey).status;
  EXPECT_TRUE(status == 400 || status == 426) << status;
}

TEST_F(Handshake, WithoutAKeyIsWrong) {
  EXPECT_EQ(answer_to(std::string(kHost) + kUpgrade + kVersion).status, 400);
}

TEST_F(Handshake, AKeyMustBeSixteenBytesInBase64) {
  for (const char* key : {"", "short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=",
                          "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNhbXBsZSBub25jZQ==x",
                          "dGhl!HNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(
        answer_to(std::string(kHost) + kUpgrade + kVersion + "Sec-WebSocket-Key: " + key + "\r\n")
            .status,
        400)
        << key;
  }
}

TEST_F(Handshake, TwoKeysAreWrong) {
  EXPECT_EQ(answer_to(std::string(kHost) + kUpgrade + kVersion + kKey + kKey).status, 400);
}

TEST_F(Handshake, ABodyIsWrong) {
  EXPECT_EQ(
      answer(request_line() + kHost + kUpgrade + kKey + kVersion + "Content-Length: 5\r\n\r\nhello")
          .status,
      400);
  EXPECT_EQ(answer(request_line() + kHost + kUpgrade + kKey + kVersion +
                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .status,
            400);
}

TEST_F(Handshake, OfHttp10IsWrong) {
  EXPECT_EQ(answer("GET /pwa/" + fresh_id() + " HTTP/1.0\r\n" + kHost + kUpgrade + kKey + kVersion +
                   "\r\n")
                .status,
            400);
}

TEST_F(Handshake, WithoutHostIsWrong) {
  EXPECT_EQ(answer_to(std::string(kUpgrade) + kKey + kVersion).status, 400);
}

TEST_F(Handshake, WithTwoHostsIsWrong) {
  EXPECT_EQ(answer_to(std::string(kHost) + kHost + kUpgrade + kKey + kVersion).status, 400);
}

TEST_F(Handshake, OfAnotherMethodIsWrong) {
  for (const char* method : {"POST", "PUT", "OPTIONS", "HEAD"}) {
    RawSocket client(endpoint());
    client.send(std::string(method) + " /pwa/" + fresh_id() + " HTTP/1.1\r\n" + kHost + kUpgrade +
                kKey + kVersion + "\r\n");
    EXPECT_NE(client.response(std::string(method) == "HEAD").status, 101) << method;
  }
}

TEST_F(Handshake, ExtensionsAreNotTakenWhereCompressionIsOff) {
  const HttpResponse response =
      answer_to(std::string(kHost) + kUpgrade + kKey + kVersion +
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(response.header("sec-websocket-extensions"), std::nullopt);
}

TEST_F(Handshake, ThatIsRefusedClosesTheConnection) {
  RawSocket client(endpoint());
  client.send(request_line() + kHost + kUpgrade + kVersion + "\r\n");
  EXPECT_EQ(client.response().status, 400);
  EXPECT_TRUE(client.await_end());
}

TEST_F(Handshake, MayComeOnAConnectionThatHasServedRequests) {
  RawSocket client(endpoint());
  client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.response().status, 200);
  client.upgrade("/pwa/" + fresh_id(), "", ping_frame("still"));
  EXPECT_EQ(client.frame().payload, "still");
}

TEST_F(Handshake, MayBePipelinedBehindARequest) {
  RawSocket client(endpoint());
  client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n" +
              client.upgrade_request("/pwa/" + fresh_id()) + ping_frame("all at once"));
  EXPECT_EQ(client.response().status, 200);
  EXPECT_EQ(client.response().status, 101);
  EXPECT_EQ(client.frame().payload, "all at once");
}

TEST_F(Handshake, BytesMayDribbleIn) {
  RawSocket client(endpoint());
  client.dribble(client.upgrade_request("/pwa/" + fresh_id()) + ping_frame("at last"));
  EXPECT_EQ(client.response().status, 101);
  EXPECT_EQ(client.frame().payload, "at last");
}

}  // namespace
}  // namespace plugboard::test
