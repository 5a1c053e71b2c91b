// X-Forwarded-For and Forwarded headers: what a client writes cannot change what the proxy before
// the relay added behind it.
#include <string>
#include <string_view>
#include <vector>

#include "admission/client_address.hpp"
#include "fuzz/fuzz.hpp"

namespace plugboard::admission {
namespace {

IpAddress client(std::vector<std::string_view> lines, manifest::ForwardedHeader header) {
  manifest::TrustedProxies proxies;
  proxies.unix_socket = true;
  return client_address({}, lines, header, proxies);
}

void check(std::string_view text, manifest::ForwardedHeader header, std::string_view prefix) {
  const IpAddress named = client({text}, header);
  FUZZ_REQUIRE(named.text() == "unix" || IpAddress::parse(named.text()) == named);
  const IpAddress proxys = *IpAddress::parse("192.0.2.7");
  const std::string added = std::string(prefix) + "192.0.2.7";
  const std::string joined = std::string(text) + ", " + added;
  FUZZ_REQUIRE(client({joined}, header) == proxys);
  FUZZ_REQUIRE(client({text, added}, header) == proxys);
  const std::string quoted = std::string(text) + "," + std::string(prefix) + "\"[2001:db8::7]:80\"";
  FUZZ_REQUIRE(client({quoted}, header) == *IpAddress::parse("2001:db8::7"));
}

}  // namespace
}  // namespace plugboard::admission

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  admission::check(text, manifest::ForwardedHeader::kXForwardedFor, "");
  admission::check(text, manifest::ForwardedHeader::kForwarded, "for=");
  return 0;
}
