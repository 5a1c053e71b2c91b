// Whom the relay takes a client for, behind proxies and without, and origins.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Manifest seen_by_doorman(const std::string& server) {
  return {.server = server,
          .plugins = doorman_table(),
          .chain = "key_store = \"open\"\nhook = [\"doorman\"]\n"};
}

/// The client address that a hook is shown.
std::string seen(const Endpoint& endpoint, const HttpHeaders& headers,
                 const std::string& from = "127.0.0.1") {
  const Refusal refusal =
      refusal_of(endpoint, "/pwa/mirror01", {.headers = headers, .local_address = from});
  return nlohmann::json::parse(refusal.error.at("payload").at("message").get<std::string>())
      .at("client");
}

HttpHeaders forwarded_for(const std::string& value) { return {{"X-Forwarded-For", value}}; }

class BehindProxies : public SharedRelay<BehindProxies> {
 public:
  static Manifest manifest() {
    return seen_by_doorman(
        "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\", \"2001:db8:1::/48\"]\n");
  }
};

TEST_F(BehindProxies, AClientWithoutProxyIsItsTcpPeer) {
  EXPECT_EQ(seen(endpoint(), {}), "127.0.0.1");
  EXPECT_EQ(seen(endpoint(), {}, "127.0.0.2"), "127.0.0.2");
}

TEST_F(BehindProxies, HeadersOfStrangersAreNotRead) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("198.51.100.7"), "127.0.0.2"), "127.0.0.2");
}

TEST_F(BehindProxies, ATrustedProxyIsBelieved) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("198.51.100.7")), "198.51.100.7");
}

TEST_F(BehindProxies, TheRightmostAddressThatIsNotTrustedCounts) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("203.0.113.1, 198.51.100.7, 10.1.2.3, 10.0.0.1")),
            "198.51.100.7");
}

TEST_F(BehindProxies, WhereAllAreTrustedTheLeftmostCounts) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("10.3.0.1, 10.2.0.1,10.1.0.1")), "10.3.0.1");
}

TEST_F(BehindProxies, RepeatedLinesAreJoined) {
  EXPECT_EQ(seen(endpoint(), {{"X-Forwarded-For", "203.0.113.1, 198.51.100.7"},
                              {"X-Forwarded-For", "10.1.2.3"}}),
            "198.51.100.7");
}

TEST_F(BehindProxies, PortsAndBracketsAreUnderstood) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("198.51.100.7:4711")), "198.51.100.7");
  EXPECT_EQ(seen(endpoint(), forwarded_for("[2001:db8:2::7]:4711")), "2001:db8:2::7");
  EXPECT_EQ(seen(endpoint(), forwarded_for("[2001:db8:2::7]")), "2001:db8:2::7");
  EXPECT_EQ(seen(endpoint(), forwarded_for("2001:db8:2::7")), "2001:db8:2::7");
}

TEST_F(BehindProxies, Ipv6NetworksAreTrustedToo) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("198.51.100.7, 2001:db8:1:5::1")), "198.51.100.7");
}

TEST_F(BehindProxies, AMappedAddressIsIpv4) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("::ffff:198.51.100.7")), "198.51.100.7");
  EXPECT_EQ(seen(endpoint(), forwarded_for("198.51.100.9, ::ffff:10.0.0.1")), "198.51.100.9");
}

TEST_F(BehindProxies, TheFirstUnreadableEntryMetMakesItTheTcpPeer) {
  for (const char* value : {"unknown", "198.51.100.7, _hidden", "198.51.100.7, 10.0.0.300",
                            "198.51.100.7:port", "[2001:db8::1", "1.2.3"}) {
    EXPECT_EQ(seen(endpoint(), forwarded_for(value)), "127.0.0.1") << value;
  }
}

TEST_F(BehindProxies, AnUnreadableEntryFurtherLeftIsNeverMet) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("rubbish, 198.51.100.7, 10.0.0.1")), "198.51.100.7");
}

TEST_F(BehindProxies, TheOtherHeaderIsNotRead) {
  EXPECT_EQ(seen(endpoint(), {{"Forwarded", "for=198.51.100.7"}}), "127.0.0.1");
}

class BehindForwarded : public SharedRelay<BehindForwarded> {
 public:
  static Manifest manifest() {
    return seen_by_doorman(
        "trusted_proxies = [\"127.0.0.0/8\"]\nforwarded_header = \"Forwarded\"\n");
  }
  static HttpHeaders forwarded(const std::string& value) { return {{"Forwarded", value}}; }
};

TEST_F(BehindForwarded, TheForParameterIsRead) {
  EXPECT_EQ(seen(endpoint(), forwarded("for=198.51.100.7")), "198.51.100.7");
  EXPECT_EQ(seen(endpoint(), forwarded("proto=https;For=198.51.100.7;by=10.0.0.1")),
            "198.51.100.7");
  EXPECT_EQ(seen(endpoint(), forwarded("for=\"198.51.100.7:8080\"")), "198.51.100.7");
  EXPECT_EQ(seen(endpoint(), forwarded("for=\"[2001:db8::7]:8080\"")), "2001:db8::7");
}

TEST_F(BehindForwarded, TheRightmostElementThatIsNotTrustedCounts) {
  EXPECT_EQ(seen(endpoint(), forwarded("for=203.0.113.1, for=198.51.100.7;proto=http, "
                                       "for=127.0.0.9")),
            "198.51.100.7");
}

TEST_F(BehindForwarded, AnonymousElementsMakeItTheTcpPeer) {
  EXPECT_EQ(seen(endpoint(), forwarded("for=_hidden")), "127.0.0.1");
  EXPECT_EQ(seen(endpoint(), forwarded("for=unknown")), "127.0.0.1");
  EXPECT_EQ(seen(endpoint(), forwarded("proto=https")), "127.0.0.1");
}

TEST_F(BehindForwarded, XForwardedForIsNotRead) {
  EXPECT_EQ(seen(endpoint(), forwarded_for("198.51.100.7")), "127.0.0.1");
}

/// Over a unix socket there is no library client: the refusal is read from raw frames.
std::string seen_on_unix(const Endpoint& endpoint, const std::string& extra) {
  RawSocket client(endpoint);
  client.upgrade("/pwa/mirror01", extra);
  const auto error = nlohmann::json::parse(client.frame().payload);
  return nlohmann::json::parse(error.at("payload").at("message").get<std::string>()).at("client");
}

TEST(OnAUnixSocket, TheAddressIsUnix) {
  const TempDir folder;
  Manifest manifest = seen_by_doorman("");
  manifest.listen = "[\"unix:" + (folder.path() / "relay.sock").string() + "\"]";
  const RelayProcess relay(folder, manifest);
  EXPECT_EQ(seen_on_unix(relay.endpoint(), ""), "unix");
  EXPECT_EQ(seen_on_unix(relay.endpoint(), "X-Forwarded-For: 198.51.100.7\r\n"), "unix");
}

TEST(OnAUnixSocket, AProxyCanBeTrusted) {
  const TempDir folder;
  Manifest manifest = seen_by_doorman("trusted_proxies = [\"unix\"]\n");
  manifest.listen = "[\"unix:" + (folder.path() / "relay.sock").string() + "\"]";
  const RelayProcess relay(folder, manifest);
  EXPECT_EQ(seen_on_unix(relay.endpoint(), "X-Forwarded-For: 198.51.100.7\r\n"), "198.51.100.7");
}

TEST(OnIpv6, AClientIsItsAddress) {
  Manifest manifest = seen_by_doorman("");
  manifest.listen = R"(["[::1]:0"])";
  const RelayProcess relay(manifest);
  EXPECT_EQ(seen(relay.endpoint(), {}, "::1"), "::1");
}

TEST(RateLimits, CountByTheForwardedAddress) {
  const RelayProcess relay(
      {.server = "trusted_proxies = [\"127.0.0.1\"]\n",
       .plugins = plugin_table("limits", "rate-limiter", "max_connections = 1"),
       .chain = "key_store = \"open\"\nrate_limiter = [\"limits\"]\n"});
  const Peer one(relay.endpoint(), fresh_id(), {.headers = forwarded_for("198.51.100.7")});
  const Peer two(relay.endpoint(), fresh_id(), {.headers = forwarded_for("198.51.100.8")});
  EXPECT_EQ(
      refusal_of(relay.endpoint(), "/pwa/alice001", {.headers = forwarded_for("198.51.100.7")}),
      rate_limited());
}

class Origins : public SharedRelay<Origins> {
 public:
  static Manifest manifest() {
    return {.server = "origins = [\"https://app.example.com\", \"http://localhost:3000\"]\n"};
  }
  static int status(const std::string& origin) {
    return upgrade_status(endpoint(), "/pwa/" + fresh_id(), {.headers = {{"Origin", origin}}});
  }
};

TEST_F(Origins, ThatAreListedConnect) {
  EXPECT_EQ(status("https://app.example.com"), 101);
  EXPECT_EQ(status("http://localhost:3000"), 101);
}

TEST_F(Origins, ThatAreNotListedAreForbidden) {
  for (const char* origin :
       {"https://evil.example.com", "http://app.example.com", "https://app.example.com:8443",
        "https://app.example.com.evil.org", "http://localhost", "null"}) {
    EXPECT_EQ(status(origin), 403) << origin;
  }
}

TEST_F(Origins, AreNotAskedOfClientsThatSendNone) { EXPECT_NO_THROW(Peer(endpoint(), fresh_id())); }

TEST(NoOrigins, LetsEveryOriginConnect) {
  const RelayProcess relay;
  EXPECT_NO_THROW(
      Peer(relay.endpoint(), fresh_id(), {.headers = {{"Origin", "https://anything.example"}}}));
}

}  // namespace
}  // namespace plugboard::test
