#include "load/url.hpp"

#include <stdexcept>

namespace plugboard::load {

Url Url::parse(std::string_view text) {
  const std::string whole(text);
  constexpr std::string_view kPlain = "ws://";
  constexpr std::string_view kSecure = "wss://";
  Url url;
  url.secure = text.starts_with(kSecure);
  if (url.secure) {
    url.port = "443";
  } else if (!text.starts_with(kPlain)) {
    throw std::invalid_argument("a URL must begin with ws:// or wss://, not: " + whole);
  }
  text.remove_prefix(url.secure ? kSecure.size() : kPlain.size());
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    url.prefix = text.substr(slash);
    while (url.prefix.ends_with('/')) url.prefix.pop_back();
    text = text.substr(0, slash);
  }
  std::size_t host_end = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) {
      throw std::invalid_argument("a bracket that does not close in: " + whole);
    }
    url.host = text.substr(1, bracket - 1);
    host_end = bracket + 1 < text.size() ? bracket + 1 : std::string_view::npos;
  } else {
    url.host = text.substr(0, host_end);
  }
  if (host_end != std::string_view::npos) url.port = text.substr(host_end + 1);
  if (url.host.empty() || url.port.empty() ||
      url.port.find_first_not_of("0123456789") != std::string::npos) {
    throw std::invalid_argument("expected ws://host[:port], not: " + whole);
  }
  return url;
}

std::string Url::authority() const {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

}  // namespace plugboard::load
