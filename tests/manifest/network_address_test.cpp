#include "manifest/network_address.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

/// The endpoint as "tcp HOST PORT" or "unix PATH", or what is wrong with it.
std::string endpoint(std::string_view text) {
  const auto parsed = parse_endpoint(text, "/etc/relay");
  if (const auto* tcp = std::get_if<TcpEndpoint>(&parsed)) {
    return "tcp " + tcp->host + " " + std::to_string(tcp->port);
  }
  if (const auto* socket = std::get_if<UnixEndpoint>(&parsed)) {
    return "unix " + socket->path.string();
  }
  return std::get<std::string>(parsed);
}

/// Whether two endpoints are found to be the same place.
bool collide(std::string_view left, std::string_view right) {
  const auto parse = [](std::string_view text) {
    auto parsed = parse_endpoint(text, "/etc/relay");
    std::variant<TcpEndpoint, UnixEndpoint> endpoint;
    if (auto* tcp = std::get_if<TcpEndpoint>(&parsed)) {
      endpoint = *tcp;
    } else {
      endpoint = std::get<UnixEndpoint>(parsed);
    }
    return endpoint;
  };
  const auto place = place_of(parse(left));
  return place.has_value() && place == place_of(parse(right));
}

TEST(Endpoint, AddressAndPort) { EXPECT_EQ(endpoint("127.0.0.1:8080"), "tcp 127.0.0.1 8080"); }

TEST(Endpoint, NameAndPort) { EXPECT_EQ(endpoint("localhost:8080"), "tcp localhost 8080"); }

TEST(Endpoint, PortZero) { EXPECT_EQ(endpoint("0.0.0.0:0"), "tcp 0.0.0.0 0"); }

TEST(Endpoint, LargestPort) { EXPECT_EQ(endpoint("0.0.0.0:65535"), "tcp 0.0.0.0 65535"); }

TEST(Endpoint, Ipv6InBrackets) { EXPECT_EQ(endpoint("[::1]:80"), "tcp ::1 80"); }

TEST(Endpoint, Ipv6WithAZone) { EXPECT_EQ(endpoint("[fe80::1%eth0]:80"), "tcp fe80::1%eth0 80"); }

TEST(Endpoint, UnixSocket) { EXPECT_EQ(endpoint("unix:/run/relay.sock"), "unix /run/relay.sock"); }

TEST(Endpoint, RelativeUnixSocketStartsFromTheManifest) {
  EXPECT_EQ(endpoint("unix:run/../relay.sock"), "unix /etc/relay/relay.sock");
}

TEST(Endpoint, WithoutAPort) {
  EXPECT_EQ(endpoint("127.0.0.1"), "has no port");
  EXPECT_EQ(endpoint("127.0.0.1:"), "has no port");
  EXPECT_EQ(endpoint("[::1]"), "has no port");
  EXPECT_EQ(endpoint("[::1]80"), "has no port");
}

TEST(Endpoint, PortThatIsNoPort) {
  for (const char* text : {"a:65536", "a:-1", "a:http", "a:080", "a: 80", "a:99999999999"}) {
    EXPECT_EQ(endpoint(text), "has a port that is no number from 0 to 65535") << text;
  }
}

TEST(Endpoint, WithoutAHost) { EXPECT_EQ(endpoint(":8080"), "has no host"); }

TEST(Endpoint, Ipv6WithoutBrackets) {
  EXPECT_EQ(endpoint("::1:80"), "has an IPv6 address that is not in brackets");
}

TEST(Endpoint, BracketsWithoutAnIpv6Address) {
  for (const char* text : {"[127.0.0.1]:80", "[]:80", "[localhost]:80", "[::1%]:80"}) {
    EXPECT_EQ(endpoint(text), "has no IPv6 address in its brackets") << text;
  }
}

TEST(Endpoint, BracketThatStaysOpen) { EXPECT_EQ(endpoint("[::1:80"), "has no closing bracket"); }

TEST(Endpoint, HostThatIsNone) {
  for (const char* text :
       {"*:80", "256.1.1.1:80", "1.2.3:80", "a b:80", "-a:80", "a..b:80", "http//x:80", ".a:80"}) {
    EXPECT_EQ(endpoint(text), "has a host that is neither an address nor a name") << text;
  }
}

TEST(Endpoint, OverlongHost) {
  EXPECT_EQ(endpoint(std::string(254, 'a') + ":80"),
            "has a host that is neither an address nor a name");
}

TEST(Endpoint, UnixSocketWithoutAPath) { EXPECT_EQ(endpoint("unix:"), "has no socket path"); }

TEST(Endpoint, UnixSocketThatIsAFolder) {
  EXPECT_EQ(endpoint("unix:/run/"), "names a folder, not a socket");
}

TEST(Endpoint, UnixSocketWithTheLongestPath) {
  const std::string path = "/" + std::string(106, 'a');
  EXPECT_EQ(endpoint("unix:" + path), "unix " + path);
}

TEST(Endpoint, UnixSocketWithATooLongPath) {
  EXPECT_EQ(endpoint("unix:/" + std::string(107, 'a')), "has a socket path of more than 107 bytes");
}

TEST(Endpoint, CollidesWithItself) { EXPECT_TRUE(collide("127.0.0.1:80", "127.0.0.1:80")); }

TEST(Endpoint, CollidesWithItsOtherSpelling) {
  EXPECT_TRUE(collide("[::1]:80", "[0:0::1]:80"));
  EXPECT_TRUE(collide("LocalHost:80", "localhost:80"));
  EXPECT_TRUE(collide("unix:/run/./a", "unix:/run/a"));
}

TEST(Endpoint, DoesNotCollideOnAnotherPort) {
  EXPECT_FALSE(collide("127.0.0.1:80", "127.0.0.1:81"));
}

TEST(Endpoint, DoesNotCollideOnAnotherHost) {
  EXPECT_FALSE(collide("127.0.0.1:80", "127.0.0.2:80"));
}

TEST(Endpoint, ZonesAreToldApart) {
  EXPECT_FALSE(collide("[fe80::1%eth0]:80", "[fe80::1%eth1]:80"));
}

TEST(Endpoint, PortZeroNeverCollides) { EXPECT_FALSE(collide("127.0.0.1:0", "127.0.0.1:0")); }

TEST(Endpoint, SocketsOfDifferentKindsNeverCollide) {
  EXPECT_FALSE(collide("127.0.0.1:80", "unix:/run/a"));
}

/// The network as text, with "!" behind it if bits beyond its prefix were set; "" if it is none.
std::string network(std::string_view text) {
  const auto parsed = parse_network(text);
  return parsed ? to_text(parsed->network) + (parsed->stray_bits ? "!" : "") : "";
}

TEST(Network, AddressAloneIsANetworkOfOne) {
  EXPECT_EQ(network("10.0.0.7"), "10.0.0.7/32");
  EXPECT_EQ(network("::1"), "::1/128");
}

TEST(Network, WithAPrefix) {
  EXPECT_EQ(network("10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(network("fd00::/8"), "fd00::/8");
}

TEST(Network, PrefixMayBeZero) {
  EXPECT_EQ(network("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(network("::/0"), "::/0");
}

TEST(Network, BitsBeyondThePrefixAreCleared) {
  EXPECT_EQ(network("10.1.2.3/8"), "10.0.0.0/8!");
  EXPECT_EQ(network("10.1.2.3/31"), "10.1.2.2/31!");
  EXPECT_EQ(network("fd00::1/8"), "fd00::/8!");
}

TEST(Network, Ipv4MappedIsIpv4) {
  EXPECT_EQ(network("::ffff:10.0.0.7"), "10.0.0.7/32");
  EXPECT_EQ(network("::ffff:10.0.0.0/104"), "10.0.0.0/8");
}

TEST(Network, PrefixShorterThanTheMappingStaysIpv6) {
  EXPECT_EQ(network("::ffff:0:0/95"), "::fffe:0:0/95!");
}

TEST(Network, WhatIsNone) {
  for (const char* text :
       {"", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08",
        "10.0.0.0/8/8", "localhost", "fe80::1%eth0", "010.0.0.1", "[::1]", " ::1", "/8"}) {
    EXPECT_EQ(network(text), "") << text;
  }
}

TEST(Network, HiddenZeroByteMakesItNone) {
  EXPECT_EQ(network(std::string_view("10.0.0.7\0x", 10)), "");
}

}  // namespace
}  // namespace plugboard::manifest
