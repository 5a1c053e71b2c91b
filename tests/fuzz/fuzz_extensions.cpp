// Sec-WebSocket-Extensions headers and the answers to them. Input: a byte of policy, then a header.
#include <string>
#include <string_view>
#include <variant>

#include "fuzz/fuzz.hpp"
#include "wire/extensions.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard::wire;
  if (size == 0) return 0;
  DeflatePolicy policy;
  policy.server_context_takeover = (data[0] & 1) != 0;
  policy.client_context_takeover = (data[0] & 2) != 0;
  policy.server_window_bits = 8 + (data[0] >> 2 & 7);
  policy.client_window_bits = 8 + (data[0] >> 5 & 7);
  const std::string_view header(reinterpret_cast<const char*>(data) + 1, size - 1);

  const auto extensions = parse_extensions(header);
  const DeflateAnswer answer = negotiate_deflate(header, policy);
  FUZZ_REQUIRE(std::holds_alternative<MalformedExtensions>(answer) == !extensions.has_value());
  if (extensions) {
    FUZZ_REQUIRE(!extensions->empty());
    // A list stays one, whatever else is behind it.
    const auto longer = parse_extensions(std::string(header) + " , x; y=z");
    FUZZ_REQUIRE(longer && longer->size() == extensions->size() + 1);
  }
  const auto* const terms = std::get_if<DeflateTerms>(&answer);
  if (terms == nullptr) return 0;

  FUZZ_REQUIRE(header.find("permessage-deflate") != std::string_view::npos);
  FUZZ_REQUIRE(terms->server_window_bits >= 8);
  FUZZ_REQUIRE(terms->server_window_bits <= policy.server_window_bits);
  FUZZ_REQUIRE(terms->client_window_bits >= 8 && terms->client_window_bits <= 15);
  FUZZ_REQUIRE(!terms->server_context_takeover || policy.server_context_takeover);
  FUZZ_REQUIRE(!terms->client_context_takeover || policy.client_context_takeover);
  // Taken for an offer, the response can be accepted, and agrees to the same.
  const DeflateAnswer again = negotiate_deflate(terms->response, policy);
  const auto* const same = std::get_if<DeflateTerms>(&again);
  FUZZ_REQUIRE(same != nullptr);
  FUZZ_REQUIRE(same->server_context_takeover == terms->server_context_takeover);
  FUZZ_REQUIRE(same->client_context_takeover == terms->client_context_takeover);
  FUZZ_REQUIRE(same->server_window_bits == terms->server_window_bits);
  FUZZ_REQUIRE(same->client_window_bits == terms->client_window_bits);
  return 0;
}
