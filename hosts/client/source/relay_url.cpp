#include "relay_url.hpp"

// The only file that sees Boost.URL, which is compiled here.
#include <algorithm>
#include <boost/url/src.hpp>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace plugboard::client {
namespace {

constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument("\"" + std::string(text) + "\" is no relay URL: " + why +
                              "; expected something like ws://relay.example:8080");
}

std::string percent_encode(std::string_view text, std::string_view marks) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos || marks.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 0xFU];
  }
  return encoded;
}

// A channel may hold slashes, which stay, and what no path may.
std::string encode_channel(std::string_view channel) {
  return percent_encode(channel, "/~.!$&'()*+,;=@");
}

}  // namespace

std::string RelayUrl::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

RelayUrl parse_relay_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) refuse(text, "it cannot be read as one");
  const boost::urls::url_view& view = *parsed;

  RelayUrl url;
  std::string scheme(view.scheme().data(), view.scheme().size());
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (scheme == "wss" || scheme == "https") {
    url.tls = true;
  } else if (scheme != "ws" && scheme != "http") {
    refuse(text, "it begins with neither ws:// nor wss://");
  }
  if (view.has_userinfo()) refuse(text, "it holds a user name");
  if (view.has_query()) refuse(text, "it holds a query");
  if (view.has_fragment()) refuse(text, "it holds a fragment");

  url.host = view.host_address();
  if (url.host.empty()) refuse(text, "it names no host");
  url.port = url.tls ? "443" : "80";
  if (view.has_port() && !view.port().empty()) {
    url.port.assign(view.port().data(), view.port().size());
    std::uint16_t number = 0;
    const auto [end, error] =
        std::from_chars(url.port.data(), url.port.data() + url.port.size(), number);
    if (error != std::errc() || number == 0) refuse(text, "its port is not one of 1 to 65535");
  }
  url.prefix.assign(view.encoded_path().data(), view.encoded_path().size());
  if (!url.prefix.empty() && url.prefix.back() == '/') url.prefix.pop_back();
  return url;
}

std::string encode_uri_component(std::string_view text) { return percent_encode(text, "!~*'()."); }

bool is_path(std::string_view path) {
  constexpr std::string_view kMarks = "/%~.!$&'()*+,;=:@";
  return path.empty() || (path.front() == '/' && std::all_of(path.begin(), path.end(), [&](char c) {
                            return kUnreserved.find(c) != std::string_view::npos ||
                                   kMarks.find(c) != std::string_view::npos;
                          }));
}

std::string connect_target(const RelayUrl& url, const RelayClientOptions& options) {
  std::string target =
      url.prefix + "/" + encode_channel(options.channel) + "/" + encode_uri_component(options.id);
  if (!options.key.empty() && options.key_transport == KeyTransport::kQuery) {
    target += "?key=" + encode_uri_component(options.key);
  }
  return target;
}

bool is_well_formed_key(std::string_view key, KeyForm form, KeyTransport transport) {
  constexpr std::size_t kMaxTokenBytes = 8192;
  if (form == KeyForm::kAccessKey) {
    return key.size() >= 8 && key.size() <= 64 &&
           key.find_first_not_of(kUnreserved) == std::string_view::npos;
  }
  if (key.empty() || key.size() > kMaxTokenBytes) return false;
  // RFC 9110 section 5.6.2: what a subprotocol's name may not hold.
  constexpr std::string_view kSeparators = "\"(),/:;<=>?@[\\]{}";
  return std::all_of(key.begin(), key.end(), [&](char c) {
    return c > ' ' && c <= '~' &&
           (transport != KeyTransport::kSubprotocol ||
            kSeparators.find(c) == std::string_view::npos);
  });
}

}  // namespace plugboard::client
