// What is agreed on before the first request.
#include <openssl/ssl.h>

#include <csignal>

#include "flow/tls/tls.hpp"

namespace plugboard::test {
namespace {

class TlsHandshake : public OverTls {};

TlsOptions only(int version) { return {.min_version = version, .max_version = version}; }

std::string health_request(std::string_view more = "") {
  return "GET /health HTTP/1.1\r\nHost: relay\r\n" + std::string(more) + "\r\n";
}

TEST_F(TlsHandshake, Tls13IsSpoken) {
  RawSocket socket(endpoint(), over_tls());
  EXPECT_EQ(socket.tls().version(), "TLSv1.3");
  socket.send(health_request());
  EXPECT_EQ(socket.response().status, 200);
}

TEST_F(TlsHandshake, Tls12IsSpoken) {
  RawSocket socket(endpoint(), over_tls(only(TLS1_2_VERSION)));
  EXPECT_EQ(socket.tls().version(), "TLSv1.2");
  socket.send(health_request());
  EXPECT_EQ(socket.response().status, 200);
}

TEST_F(TlsHandshake, OlderVersionsAreRefused) {
  EXPECT_THROW(RawSocket(endpoint(), over_tls(only(TLS1_1_VERSION))), std::runtime_error);
  EXPECT_THROW(RawSocket(endpoint(), over_tls(only(TLS1_VERSION))), std::runtime_error);
}

TEST_F(TlsHandshake, AClientThatTrustsTheCertificateIsContent) {
  EXPECT_NO_THROW(RawSocket(endpoint(), over_tls({.trusted = files().certificate})));
}

TEST_F(TlsHandshake, RequestsWithoutTlsEndTheConnection) {
  RawSocket socket(endpoint());
  socket.send(health_request());
  EXPECT_EQ(socket.rest().find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(TlsHandshake, GarbageEndsTheConnection) {
  RawSocket socket(endpoint());
  socket.try_send("\x16\x03\x01\x02" + std::string(3000, '\x01'));
  EXPECT_TRUE(socket.await_end());
}

class TlsResumption : public TlsHandshake, public testing::WithParamInterface<int> {};

TEST_P(TlsResumption, ASessionIsResumed) {
  TlsTicket ticket;
  {
    RawSocket first(endpoint(), over_tls(only(GetParam())));
    first.send(health_request());
    first.response();
    EXPECT_FALSE(first.tls().resumed());
    ticket = first.tls().ticket();
  }
  // On whichever thread it comes to.
  for (int i = 0; i < 4; ++i) {
    TlsOptions options = only(GetParam());
    options.ticket = ticket;
    RawSocket again(endpoint(), over_tls(options));
    again.send(health_request());
    EXPECT_EQ(again.response().status, 200);
    EXPECT_TRUE(again.tls().resumed());
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsResumption, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_F(TlsHandshake, RenegotiationIsRefused) {
  RawSocket socket(endpoint(), over_tls(only(TLS1_2_VERSION)));
  EXPECT_FALSE(socket.tls().renegotiate(Deadline(std::chrono::seconds(2))));
}

TEST_F(TlsHandshake, BytesBehindTheRequestInOneRecordAreFrames) {
  RawSocket socket(endpoint(), over_tls());
  socket.upgrade("/pwa/" + fresh_id(), "", ping_frame("same record"));
  EXPECT_EQ(socket.frame().payload, "same record");
}

TEST(TlsHangUp, AClientThatLeavesInItsHelloIsForgottenAtOnce) {
  const TlsFolder folder;
  Manifest manifest = folder.manifest();
  manifest.handshake_timeout = "10m";
  const RelayProcess relay(manifest);
  const std::size_t before = relay.open_descriptors();
  // The relay finds what they said and their end at the same time.
  relay.signal(SIGSTOP);
  for (int i = 0; i < 20; ++i) RawSocket(relay.endpoint()).send("\x16\x03\x01");
  relay.signal(SIGCONT);
  ASSERT_NO_THROW(TlsPeer(relay.endpoint()));
  EXPECT_TRUE(await([&] { return relay.open_descriptors() == before; }))
      << relay.open_descriptors() - before << " are still there";
}

class TlsTimeout : public testing::Test {
 protected:
  TlsTimeout() : relay_(with_short_timeout()) {}

  Manifest with_short_timeout() const {
    Manifest manifest = folder_.manifest();
    manifest.handshake_timeout = "300ms";
    return manifest;
  }

  TlsFolder folder_;
  RelayProcess relay_;
};

TEST_F(TlsTimeout, AClientThatSaysNothingIsCut) {
  RawSocket socket(relay_.endpoint());
  EXPECT_TRUE(socket.await_end());
}

TEST_F(TlsTimeout, AClientThatStopsInItsHelloIsCut) {
  RawSocket socket(relay_.endpoint());
  socket.send("\x16\x03\x01");
  EXPECT_TRUE(socket.await_end());
}

TEST_F(TlsTimeout, AClientThatSaysNothingAfterTheHandshakeIsCut) {
  RawSocket socket(relay_.endpoint(), over_tls());
  EXPECT_TRUE(socket.await_end());
}

TEST_F(TlsTimeout, ARequestThatStopsIsToldSo) {
  RawSocket socket(relay_.endpoint(), over_tls());
  socket.send("GET /health HTT");
  EXPECT_EQ(socket.response().status, 408);
  EXPECT_TRUE(socket.await_end());
  EXPECT_TRUE(socket.tls().notified());
}

TEST_F(TlsTimeout, OthersAreServedMeanwhile) {
  std::vector<std::unique_ptr<RawSocket>> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(std::make_unique<RawSocket>(relay_.endpoint()));
  RawSocket socket(relay_.endpoint(), over_tls());
  socket.send(health_request());
  EXPECT_EQ(socket.response().status, 200);
}

}  // namespace
}  // namespace plugboard::test
