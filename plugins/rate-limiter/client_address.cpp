#include "rate-limiter/client_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

namespace plugboard::rate_limiter {
namespace {

constexpr unsigned char kIpv4Mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string named(char kind, const unsigned char* bytes, std::size_t size) {
  std::string name(1, kind);
  name.append(reinterpret_cast<const char*>(bytes), size);
  return name;
}

}  // namespace

std::string shared_name(std::string_view client_address) {
  const std::string text(client_address);
  unsigned char bytes[sizeof(in6_addr)];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return named('4', bytes, 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) {
    if (std::equal(std::begin(kIpv4Mapped), std::end(kIpv4Mapped), bytes)) {
      return named('4', bytes + sizeof kIpv4Mapped, 4);
    }
    return named('6', bytes, 8);
  }
  return "-" + text;
}

}  // namespace plugboard::rate_limiter
