#include "admission/ip_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>

#include "admission/addresses.hpp"

namespace plugboard::admission {
namespace {

using Family = IpAddress::Family;
using namespace std::string_view_literals;

TEST(IpAddress, ReadsIpv4) {
  EXPECT_EQ(ip("192.0.2.7").family(), Family::ipv4);
  EXPECT_EQ(ip("192.0.2.7").text(), "192.0.2.7");
}

TEST(IpAddress, ReadsIpv6AndWritesItShortest) {
  EXPECT_EQ(ip("2001:0DB8:0:0:0:0:0:7").family(), Family::ipv6);
  EXPECT_EQ(ip("2001:0DB8:0:0:0:0:0:7").text(), "2001:db8::7");
}

TEST(IpAddress, TakesMappedIpv4ForIpv4) {
  EXPECT_EQ(ip("::ffff:192.0.2.7"), ip("192.0.2.7"));
  EXPECT_EQ(ip("::ffff:c000:207").text(), "192.0.2.7");
}

TEST(IpAddress, TakesCompatibleAndTranslatedAddressesForIpv6) {
  EXPECT_EQ(ip("::192.0.2.7").family(), Family::ipv6);
  EXPECT_EQ(ip("64:ff9b::192.0.2.7").family(), Family::ipv6);
}

TEST(IpAddress, ReadsNothingElse) {
  for (const std::string_view text :
       {""sv, "unix"sv, "localhost"sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.7:80"sv,
        "192.0.2.07"sv, " 192.0.2.7"sv, "192.0.2.7 "sv, "0xC0000207"sv, "3221225991"sv,
        "[2001:db8::7]"sv, "fe80::1%eth0"sv, "2001:db8::7::"sv, "2001:db8::7/64"sv, "192.0.2.7\0"sv,
        "192.0.2.7\0.example"sv,
        "0000:0000:0000:0000:0000:ffff:192.0.2.700000000000000000000000"sv}) {
    EXPECT_EQ(IpAddress::parse(text), std::nullopt) << text;
  }
}

TEST(IpAddress, OfAUnixSocketIsCalledUnix) {
  EXPECT_EQ(IpAddress().text(), "unix");
  EXPECT_EQ(IpAddress().family(), Family::unix_socket);
}

TEST(IpAddress, ComesFromAnIpv4Socket) {
  sockaddr_storage storage{};
  auto& address = reinterpret_cast<sockaddr_in&>(storage);
  address.sin_family = AF_INET;
  inet_pton(AF_INET, "192.0.2.7", &address.sin_addr);
  EXPECT_EQ(IpAddress::from_socket(reinterpret_cast<const sockaddr&>(storage)), ip("192.0.2.7"));
}

TEST(IpAddress, ComesFromAnIpv6SocketWithoutItsZone) {
  sockaddr_storage storage{};
  auto& address = reinterpret_cast<sockaddr_in6&>(storage);
  address.sin6_family = AF_INET6;
  address.sin6_scope_id = 3;
  inet_pton(AF_INET6, "fe80::1", &address.sin6_addr);
  EXPECT_EQ(IpAddress::from_socket(reinterpret_cast<const sockaddr&>(storage)).text(), "fe80::1");
}

TEST(IpAddress, ComesFromADualStackSocketAsIpv4) {
  sockaddr_storage storage{};
  auto& address = reinterpret_cast<sockaddr_in6&>(storage);
  address.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "::ffff:192.0.2.7", &address.sin6_addr);
  EXPECT_EQ(IpAddress::from_socket(reinterpret_cast<const sockaddr&>(storage)), ip("192.0.2.7"));
}

TEST(IpAddress, ComesFromAUnixSocket) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_EQ(IpAddress::from_socket(reinterpret_cast<const sockaddr&>(storage)), IpAddress());
}

TEST(IpAddress, IsLoopbackOnThisMachine) {
  for (const std::string_view text : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(ip(text).is_loopback()) << text;
  }
  EXPECT_TRUE(IpAddress().is_loopback());
}

TEST(IpAddress, IsNotLoopbackElsewhere) {
  for (const std::string_view text : {"128.0.0.1", "126.0.0.1", "0.0.0.0", "::", "::2", "1::1"}) {
    EXPECT_FALSE(ip(text).is_loopback()) << text;
  }
}

TEST(IpAddress, IsInTheNetworksThatHoldIt) {
  EXPECT_TRUE(ip("10.1.2.3").is_in(network("10.0.0.0/8")));
  EXPECT_TRUE(ip("10.1.2.3").is_in(network("10.1.2.3")));
  EXPECT_TRUE(ip("10.1.2.3").is_in(network("0.0.0.0/0")));
  EXPECT_TRUE(ip("172.31.255.255").is_in(network("172.16.0.0/12")));
  EXPECT_TRUE(ip("2001:db8::7").is_in(network("2001:db8::/32")));
  EXPECT_TRUE(ip("2001:db8::7").is_in(network("2001:db8::6/127")));
  EXPECT_TRUE(ip("2001:db8::7").is_in(network("::/0")));
}

TEST(IpAddress, IsNotInOtherNetworks) {
  EXPECT_FALSE(ip("11.0.0.0").is_in(network("10.0.0.0/8")));
  EXPECT_FALSE(ip("172.32.0.0").is_in(network("172.16.0.0/12")));
  EXPECT_FALSE(ip("10.1.2.4").is_in(network("10.1.2.3")));
  EXPECT_FALSE(ip("2001:db8::8").is_in(network("2001:db8::6/127")));
}

TEST(IpAddress, IsInNoNetworkOfTheOtherFamily) {
  EXPECT_FALSE(ip("10.1.2.3").is_in(network("::/0")));
  EXPECT_FALSE(ip("2001:db8::7").is_in(network("0.0.0.0/0")));
  EXPECT_FALSE(IpAddress().is_in(network("0.0.0.0/0")));
  EXPECT_FALSE(IpAddress().is_in(network("::/0")));
}

TEST(IpAddress, IsInNetworksThatAreMapped) {
  EXPECT_TRUE(ip("10.1.2.3").is_in(network("::ffff:10.0.0.0/104")));
}

TEST(IpAddress, HashesAsItCompares) {
  const std::hash<IpAddress> hash;
  EXPECT_EQ(hash(ip("::ffff:192.0.2.7")), hash(ip("192.0.2.7")));
  EXPECT_NE(hash(ip("192.0.2.7")), hash(ip("192.0.2.8")));
}

}  // namespace
}  // namespace plugboard::admission
