#include "support/endpoint.hpp"

#include <charconv>
#include <stdexcept>

namespace plugboard::test {

Endpoint Endpoint::parse(std::string_view text) {
  if (text.starts_with("unix:")) {
    return {.address = std::string(text.substr(5)), .port = 0, .is_unix = true};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    throw std::runtime_error("not ADDRESS:PORT: " + std::string(text));
  }
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw std::runtime_error("not a port: " + std::string(text));
  }
  return {.address = std::string(address), .port = port, .is_unix = false};
}

std::string Endpoint::authority() const {
  if (is_unix) return "localhost";
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace plugboard::test
