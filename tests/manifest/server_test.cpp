#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The server of a manifest with `server.` in front of `line`.
Server server_with(std::string_view line) {
  return manifest_with("server." + std::string(line)).server;
}

/// What is said of that line, which is line 3.
std::string complaints_of(std::string_view line) {
  return complaints_with("server." + std::string(line));
}

TEST(ServerTable, IsOptional) { EXPECT_EQ(manifest_with("").server, Server{}); }

TEST(ServerTable, ListensOnAllAddressesAtPort8080ByDefault) {
  const Server server = manifest_with("").server;
  ASSERT_EQ(server.listen.size(), 1U);
  EXPECT_EQ(server.listen[0].endpoint,
            (std::variant<TcpEndpoint, UnixEndpoint>(TcpEndpoint{"0.0.0.0", 8080})));
  EXPECT_EQ(server.listen[0].text, "0.0.0.0:8080");
}

TEST(ServerTable, HasTheDefaultsOfItsReference) {
  const Server server = manifest_with("").server;
  EXPECT_EQ(server.threads, 0U);
  EXPECT_EQ(server.cors, Cors(CorsAny{}));
  EXPECT_EQ(server.on_invalid_key, OnInvalidKey::kCloseAfterConnect);
  EXPECT_EQ(server.heartbeat_interval, seconds(30));
  EXPECT_EQ(server.max_message, 2U * 1024 * 1024);
  EXPECT_EQ(server.max_connections, 100'000U);
  EXPECT_EQ(server.max_watches, 1'000U);
  EXPECT_EQ(server.outbox_limit, 4U * 1024 * 1024);
  EXPECT_EQ(server.slow_consumer, SlowConsumer::kClose);
  EXPECT_EQ(server.handshake_timeout, seconds(10));
  EXPECT_EQ(server.trusted_proxies, TrustedProxies{});
  EXPECT_EQ(server.forwarded_header, ForwardedHeader::kXForwardedFor);
  EXPECT_TRUE(server.origins.empty());
  EXPECT_EQ(server.shutdown_grace, seconds(10));
  EXPECT_FALSE(server.compression);
  EXPECT_EQ(server.reload, ReloadTrigger::kSignal);
  EXPECT_EQ(server.tls, std::nullopt);
}

TEST(ServerTable, OfAnotherTypeIsAMistake) {
  EXPECT_EQ(complaints_with("server = 3"),
            "3:10: error: server has the wrong type; found 3; allowed: a table\n");
}

TEST(Listen, KeepsOrderTextAndPlace) {
  const Server server = server_with("listen = ['[::1]:0', 'unix:/run/a']");
  ASSERT_EQ(server.listen.size(), 2U);
  EXPECT_EQ(std::get<TcpEndpoint>(server.listen[0].endpoint), (TcpEndpoint{"::1", 0}));
  EXPECT_EQ(server.listen[1].text, "unix:/run/a");
  EXPECT_EQ(server.listen[1].position, (Position{3, 29}));
}

TEST(Listen, FreePortMayBeAskedForTwice) {
  EXPECT_EQ(server_with("listen = ['127.0.0.1:0', '127.0.0.1:0']").listen.size(), 2U);
}

TEST(Listen, IsAList) {
  EXPECT_EQ(complaints_of("listen = '0.0.0.0:80'"),
            "3:17: error: server.listen has the wrong type; found '0.0.0.0:80'; allowed: a list of "
            "strings, each \"host:port\", \"[v6]:port\" or \"unix:/path\", as \"0.0.0.0:8080\"\n");
}

TEST(Listen, HoldsStrings) {
  EXPECT_EQ(complaints_of("listen = [8080]"),
            "3:18: error: server.listen holds an item of the wrong type; found 8080; allowed: a "
            "list of strings, each \"host:port\", \"[v6]:port\" or \"unix:/path\", as "
            "\"0.0.0.0:8080\"\n");
}

TEST(Listen, IsNotEmpty) {
  EXPECT_EQ(complaints_of("listen = []"),
            "3:17: error: server.listen is empty; found a list; allowed: at least one of "
            "\"host:port\", \"[v6]:port\" or \"unix:/path\", as \"0.0.0.0:8080\"\n");
}

TEST(Listen, HoldsNoEmptyStrings) {
  EXPECT_EQ(complaints_of("listen = ['']"),
            "3:18: error: server.listen holds an empty string; found ''; allowed: a list of "
            "strings, each \"host:port\", \"[v6]:port\" or \"unix:/path\", as \"0.0.0.0:8080\"\n");
}

TEST(Listen, EveryWrongEndpointIsTold) {
  EXPECT_EQ(complaints_of("listen = ['a', 'b:x']"),
            "3:18: error: server.listen has no port; found 'a'; allowed: \"host:port\", "
            "\"[v6]:port\" or \"unix:/path\", as \"0.0.0.0:8080\"\n"
            "3:23: error: server.listen has a port that is no number from 0 to 65535; found 'b:x'; "
            "allowed: \"host:port\", \"[v6]:port\" or \"unix:/path\", as \"0.0.0.0:8080\"\n");
}

TEST(Listen, NamesNoPlaceTwice) {
  EXPECT_EQ(complaints_of("listen = ['[::1]:80', '[0::1]:80']"),
            "3:30: error: server.listen names one place twice; found '[0::1]:80'\n");
}

TEST(Threads, AreFromNoneTo1024) {
  EXPECT_EQ(server_with("threads = 1024").threads, 1024U);
  EXPECT_EQ(complaints_of("threads = 1025"),
            "3:18: error: server.threads is out of range; found 1025; allowed: a whole number from "
            "0 to 1024\n");
  EXPECT_EQ(complaints_of("threads = -1"),
            "3:18: error: server.threads is out of range; found -1; allowed: a whole number from 0 "
            "to 1024\n");
}

TEST(Threads, AreWhole) {
  EXPECT_EQ(complaints_of("threads = 1.5"),
            "3:18: error: server.threads has the wrong type; found 1.5; allowed: a whole number "
            "from 0 to 1024\n");
}

TEST(CorsKey, TakesAnOrigin) {
  EXPECT_EQ(server_with("cors = 'https://Example.com'").cors,
            Cors(CorsOrigin{"https://example.com"}));
}

TEST(CorsKey, TakesTheStar) { EXPECT_EQ(server_with("cors = '*'").cors, Cors(CorsAny{})); }

TEST(CorsKey, TakesFalse) { EXPECT_EQ(server_with("cors = false").cors, Cors(CorsOff{})); }

TEST(CorsKey, DoesNotTakeTrue) {
  EXPECT_EQ(complaints_of("cors = true"),
            "3:15: error: server.cors has an unknown value; found true; allowed: \"*\", false, or "
            "an origin as browsers send it, as \"https://example.com\"\n");
}

TEST(CorsKey, DoesNotTakeANumber) {
  EXPECT_EQ(complaints_of("cors = 1"),
            "3:15: error: server.cors has the wrong type; found 1; allowed: \"*\", false, or an "
            "origin as browsers send it, as \"https://example.com\"\n");
}

TEST(CorsKey, OfAUrlMeansItsOrigin) {
  EXPECT_EQ(complaints_of("cors = 'https://example.com/app'"),
            "3:15: error: server.cors is not an origin; found 'https://example.com/app'; allowed: "
            "\"*\", false, or an origin as browsers send it, as \"https://example.com\"; did you "
            "mean \"https://example.com\"?\n");
}

TEST(OnInvalidKeyKey, TakesBothValues) {
  EXPECT_EQ(server_with("on_invalid_key = 'reject-upgrade'").on_invalid_key,
            OnInvalidKey::kRejectUpgrade);
  EXPECT_EQ(server_with("on_invalid_key = 'close-after-connect'").on_invalid_key,
            OnInvalidKey::kCloseAfterConnect);
}

TEST(OnInvalidKeyKey, NamesTheNearestValue) {
  EXPECT_EQ(complaints_of("on_invalid_key = 'reject-upgrades'"),
            "3:25: error: server.on_invalid_key has an unknown value; found 'reject-upgrades'; "
            "allowed: \"close-after-connect\", \"reject-upgrade\"; did you mean "
            "\"reject-upgrade\"?\n");
}

TEST(OnInvalidKeyKey, TakesNoTruth) {
  EXPECT_EQ(complaints_of("on_invalid_key = true"),
            "3:25: error: server.on_invalid_key has the wrong type; found true; allowed: "
            "\"close-after-connect\", \"reject-upgrade\"\n");
}

TEST(HeartbeatInterval, IsADuration) {
  EXPECT_EQ(server_with("heartbeat_interval = '250ms'").heartbeat_interval, milliseconds(250));
}

TEST(HeartbeatInterval, IsNotZero) {
  EXPECT_EQ(complaints_of("heartbeat_interval = '0s'"),
            "3:29: error: server.heartbeat_interval is out of range; found '0s'; allowed: a "
            "duration from 1ms to 8760h in ms, s, m or h, as \"30s\"\n");
}

TEST(HeartbeatInterval, IsAtMostAYear) {
  EXPECT_EQ(server_with("heartbeat_interval = '8760h'").heartbeat_interval, hours(8760));
  EXPECT_EQ(complaints_of("heartbeat_interval = '8761h'"),
            "3:29: error: server.heartbeat_interval is out of range; found '8761h'; allowed: a "
            "duration from 1ms to 8760h in ms, s, m or h, as \"30s\"\n");
}

TEST(HeartbeatInterval, NumberAloneIsNoDuration) {
  EXPECT_EQ(complaints_of("heartbeat_interval = 30000"),
            "3:29: error: server.heartbeat_interval has the wrong type; found 30000; allowed: a "
            "duration from 1ms to 8760h in ms, s, m or h, as \"30s\"\n");
}

TEST(HeartbeatInterval, WrongUnitNamesTheRightOne) {
  EXPECT_EQ(complaints_of("heartbeat_interval = '30 sec'"),
            "3:29: error: server.heartbeat_interval is not a duration; found '30 sec'; allowed: a "
            "duration from 1ms to 8760h in ms, s, m or h, as \"30s\"; did you mean \"30s\"?\n");
}

TEST(HeartbeatInterval, NumberThatDoesNotFitIsOutOfRange) {
  EXPECT_EQ(complaints_of("heartbeat_interval = '99999999999999999999h'"),
            "3:29: error: server.heartbeat_interval is out of range; found "
            "'99999999999999999999h'; allowed: a duration from 1ms to 8760h in ms, s, m or h, as "
            "\"30s\"\n");
}

TEST(MaxMessage, IsASizeInUnits) {
  EXPECT_EQ(server_with("max_message = '64 KiB'").max_message, 65'536U);
}

TEST(MaxMessage, IsANumberOfBytes) {
  EXPECT_EQ(server_with("max_message = 1000").max_message, 1'000U);
}

TEST(MaxMessage, IsFromOneByteToAGibibyte) {
  constexpr std::string_view kAllowed =
      "; allowed: a size from 1 B to 1024 MiB, as a number of bytes or in B, KiB or MiB, as \"2 "
      "MiB\"\n";
  EXPECT_EQ(server_with("max_message = '1024 MiB'").max_message, 1024U * 1024 * 1024);
  EXPECT_EQ(
      complaints_of("max_message = '1025 MiB'"),
      "3:22: error: server.max_message is out of range; found '1025 MiB'" + std::string(kAllowed));
  EXPECT_EQ(complaints_of("max_message = 0"),
            "3:22: error: server.max_message is out of range; found 0" + std::string(kAllowed));
  EXPECT_EQ(complaints_of("max_message = -5"),
            "3:22: error: server.max_message is out of range; found -5" + std::string(kAllowed));
}

TEST(MaxMessage, WrongUnitNamesTheRightOne) {
  EXPECT_EQ(complaints_of("max_message = '2 MB'"),
            "3:22: error: server.max_message is not a size; found '2 MB'; allowed: a size from 1 B "
            "to 1024 MiB, as a number of bytes or in B, KiB or MiB, as \"2 MiB\"; did you mean "
            "\"2 MiB\"?\n");
}

TEST(MaxMessage, NumberThatDoesNotFitIsOutOfRange) {
  EXPECT_EQ(complaints_of("max_message = '99999999999999999999 MiB'"),
            "3:22: error: server.max_message is out of range; found '99999999999999999999 MiB'; "
            "allowed: a size from 1 B to 1024 MiB, as a number of bytes or in B, KiB or MiB, as "
            "\"2 MiB\"\n");
}

TEST(MaxMessage, TakesNoFraction) {
  EXPECT_EQ(complaints_of("max_message = 1.5"),
            "3:22: error: server.max_message has the wrong type; found 1.5; allowed: a size from 1 "
            "B to 1024 MiB, as a number of bytes or in B, KiB or MiB, as \"2 MiB\"\n");
}

TEST(MaxConnections, IsFromOneToTenMillion) {
  EXPECT_EQ(server_with("max_connections = 1").max_connections, 1U);
  EXPECT_EQ(server_with("max_connections = 10_000_000").max_connections, 10'000'000U);
  EXPECT_EQ(complaints_of("max_connections = 0"),
            "3:26: error: server.max_connections is out of range; found 0; allowed: a whole number "
            "from 1 to 10000000\n");
}

TEST(MaxWatches, IsFromNoneToTenMillion) {
  EXPECT_EQ(server_with("max_watches = 0").max_watches, 0U);
  EXPECT_EQ(complaints_of("max_watches = 10_000_001"),
            "3:22: error: server.max_watches is out of range; found 10_000_001; allowed: a whole "
            "number from 0 to 10000000\n");
}

TEST(OutboxLimit, UnwrittenHoldsTwoOfTheLargestMessages) {
  EXPECT_EQ(server_with("max_message = '16 MiB'").outbox_limit, 32U * 1024 * 1024);
}

TEST(OutboxLimit, UnwrittenIsFourMebibytesAtLeast) {
  EXPECT_EQ(server_with("max_message = '1 KiB'").outbox_limit, 4U * 1024 * 1024);
}

TEST(OutboxLimit, WrittenCounts) {
  EXPECT_EQ(server_with("outbox_limit = '3 MiB'").outbox_limit, 3U * 1024 * 1024);
}

TEST(OutboxLimit, TooSmallForTheLargestMessageIsWarnedOf) {
  EXPECT_EQ(complaints_of("outbox_limit = '2 MiB'"),
            "3:23: warning: server.outbox_limit cannot hold one message of server.max_message "
            "and its header; found '2 MiB'\n");
}

TEST(OutboxLimit, JustLargeEnoughIsNotWarnedOf) {
  EXPECT_EQ(complaints_with("server = {max_message = 1000, outbox_limit = 1010}"), "");
}

TEST(SlowConsumerKey, TakesBothValues) {
  EXPECT_EQ(server_with("slow_consumer = 'drop'").slow_consumer, SlowConsumer::kDrop);
  EXPECT_EQ(server_with("slow_consumer = 'close'").slow_consumer, SlowConsumer::kClose);
}

TEST(HandshakeTimeout, IsADurationAboveZero) {
  EXPECT_EQ(server_with("handshake_timeout = '3s'").handshake_timeout, seconds(3));
  EXPECT_EQ(complaints_of("handshake_timeout = '0s'"),
            "3:28: error: server.handshake_timeout is out of range; found '0s'; allowed: a "
            "duration from 1ms to 8760h in ms, s, m or h, as \"30s\"\n");
}

TEST(TrustedProxiesKey, TakesAddressesNetworksAndUnix) {
  const TrustedProxies proxies =
      server_with("trusted_proxies = ['10.0.0.0/8', 'unix', '::1']").trusted_proxies;
  EXPECT_TRUE(proxies.unix_socket);
  ASSERT_EQ(proxies.networks.size(), 2U);
  EXPECT_EQ(proxies.networks[0], (Network{Network::Family::kIpv4, {10}, 8}));
  EXPECT_EQ(proxies.networks[1].family, Network::Family::kIpv6);
  EXPECT_EQ(proxies.networks[1].prefix_length, 128);
}

TEST(TrustedProxiesKey, TakesNothingElse) {
  EXPECT_EQ(complaints_of("trusted_proxies = ['proxy.local']"),
            "3:27: error: server.trusted_proxies holds what is not an address or network; found "
            "'proxy.local'; allowed: an address (\"10.0.0.7\", \"::1\"), a network "
            "(\"10.0.0.0/8\", \"fd00::/8\") or \"unix\"\n");
}

TEST(TrustedProxiesKey, BitsBeyondThePrefixAreWarnedOf) {
  EXPECT_EQ(complaints_of("trusted_proxies = ['10.0.0.1/8']"),
            "3:27: warning: server.trusted_proxies has address bits beyond the prefix of a "
            "network; found '10.0.0.1/8'; did you mean \"10.0.0.0/8\"?\n");
}

TEST(ForwardedHeaderKey, TakesBothValues) {
  EXPECT_EQ(server_with("forwarded_header = 'Forwarded'").forwarded_header,
            ForwardedHeader::kForwarded);
  EXPECT_EQ(server_with("forwarded_header = 'X-Forwarded-For'").forwarded_header,
            ForwardedHeader::kXForwardedFor);
}

TEST(ForwardedHeaderKey, NamesTheNearestValue) {
  EXPECT_EQ(complaints_of("forwarded_header = 'x-forwarded-for'"),
            "3:27: error: server.forwarded_header has an unknown value; found 'x-forwarded-for'; "
            "allowed: \"X-Forwarded-For\", \"Forwarded\"; did you mean \"X-Forwarded-For\"?\n");
}

TEST(Origins, AreSpelledAsBrowsersDo) {
  EXPECT_EQ(server_with("origins = ['HTTPS://Example.com:443', 'null']").origins,
            (std::vector<std::string>{"https://example.com", "null"}));
}

TEST(Origins, TakeNothingElse) {
  EXPECT_EQ(complaints_of("origins = ['https://example.com/']"),
            "3:19: error: server.origins holds what is not an origin; found "
            "'https://example.com/'; allowed: an origin as browsers send it, as "
            "\"https://example.com\"; did you mean \"https://example.com\"?\n");
}

TEST(ShutdownGrace, MayBeZero) {
  EXPECT_EQ(server_with("shutdown_grace = '0s'").shutdown_grace, seconds(0));
}

TEST(Compression, IsTrueOrFalse) {
  EXPECT_TRUE(server_with("compression = true").compression);
  EXPECT_EQ(complaints_of("compression = 'on'"),
            "3:22: error: server.compression has the wrong type; found 'on'; allowed: true or "
            "false\n");
}

TEST(ReloadKey, TakesBothValues) {
  EXPECT_EQ(server_with("reload = 'watch'").reload, ReloadTrigger::kWatch);
  EXPECT_EQ(server_with("reload = 'signal'").reload, ReloadTrigger::kSignal);
}

TEST(TlsTable, HoldsPathsFromTheManifestsFolder) {
  const Server server = server_with("tls = {certificate = 'a.pem', private_key = '/b.pem'}");
  ASSERT_TRUE(server.tls.has_value());
  EXPECT_EQ(server.tls->certificate.path, "/etc/relay/a.pem");
  EXPECT_EQ(server.tls->certificate.position, (Position{3, 29}));
  EXPECT_EQ(server.tls->private_key.path, "/b.pem");
}

TEST(TlsTable, NeedsBothFiles) {
  EXPECT_EQ(complaints_of("tls = {certificate = 'a.pem'}"),
            "3:14: error: server.tls.private_key is missing; allowed: the path of a PEM file; both "
            "certificate and private_key are needed\n");
  EXPECT_EQ(complaints_of("tls = {private_key = 'a.pem'}"),
            "3:14: error: server.tls.certificate is missing; allowed: the path of a PEM file; both "
            "certificate and private_key are needed\n");
}

TEST(TlsTable, FilesHaveNames) {
  EXPECT_EQ(complaints_of("tls = {certificate = '', private_key = 3}"),
            "3:29: error: server.tls.certificate is empty; found ''; allowed: a string that is not "
            "empty\n"
            "3:47: error: server.tls.private_key has the wrong type; found 3; allowed: a string\n");
}

TEST(TlsTable, OfAnotherTypeIsAMistake) {
  EXPECT_EQ(complaints_of("tls = true"),
            "3:14: error: server.tls has the wrong type; found true; allowed: a table\n");
}

TEST(TlsTable, KnowsNoOtherKeys) {
  EXPECT_EQ(complaints_of("tls = {certificate = 'a', private_key = 'b', key = 'c'}"),
            "3:53: error: server.tls.key is not a known key; allowed: certificate, private_key\n");
}

TEST(ServerTable, NamesTheNearestKey) {
  EXPECT_EQ(complaints_of("max_mesage = 3"),
            "3:8: error: server.max_mesage is not a known key; allowed: listen, threads, cors, "
            "on_invalid_key, heartbeat_interval, max_message, max_connections, max_watches, "
            "outbox_limit, slow_consumer, handshake_timeout, trusted_proxies, forwarded_header, "
            "origins, shutdown_grace, compression, reload, tls; did you mean \"max_message\"?\n");
}

}  // namespace
}  // namespace plugboard::manifest
