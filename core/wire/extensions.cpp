#include "wire/extensions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace plugboard::wire {
namespace {

/// RFC 9110 section 5.6.2.
constexpr bool is_token_character(char c) {
  const char letter = static_cast<char>(c | 0x20);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Steps through a header's value.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  /// Takes `c` and the white space on both sides of it.
  bool separator(char c) {
    spaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    spaces();
    return true;
  }

  void spaces() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }

  /// Empty if there is none.
  std::string token() {
    std::size_t size = 0;
    while (size < rest_.size() && is_token_character(rest_[size])) ++size;
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }

  /// A token or a quoted string that holds one; empty if there is neither.
  std::string value() {
    if (!rest_.starts_with('"')) return token();
    rest_.remove_prefix(1);
    std::string out;
    while (!rest_.starts_with('"')) {
      if (rest_.starts_with('\\')) rest_.remove_prefix(1);
      if (rest_.empty() || !is_token_character(rest_[0])) return {};
      out += rest_[0];
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(1);
    return out;
  }

 private:
  std::string_view rest_;
};

std::optional<Extension> parse_extension(HeaderReader& reader) {
  Extension extension;
  extension.name = reader.token();
  if (extension.name.empty()) return std::nullopt;
  while (reader.separator(';')) {
    ExtensionParameter parameter{reader.token(), std::nullopt};
    if (parameter.name.empty()) return std::nullopt;
    if (reader.separator('=')) {
      parameter.value = reader.value();
      if (parameter.value->empty()) return std::nullopt;
    }
    extension.parameters.push_back(std::move(parameter));
  }
  return extension;
}

/// 8 to 15 without leading zeros; 0 for anything else.
int window_bits(std::string_view text) {
  if (text == "8" || text == "9") return text[0] - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return 10 + text[1] - '0';
  }
  return 0;
}

/// What an offer asks for.
struct Offer {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  /// 0: not mentioned.
  int server_window_bits = 0;
  /// 0: not mentioned; 15 without a value.
  int client_window_bits = 0;
};

bool read_flag(const ExtensionParameter& parameter, bool& flag) {
  return !parameter.value && !std::exchange(flag, true);
}

bool read_bits(const std::optional<std::string>& value, int& bits) {
  if (!value || bits != 0) return false;
  bits = window_bits(*value);
  return bits != 0;
}

/// Nothing for an offer that must be declined.
std::optional<Offer> read_offer(const Extension& extension) {
  Offer offer;
  for (const ExtensionParameter& parameter : extension.parameters) {
    bool good = false;
    if (parameter.name == "server_no_context_takeover") {
      good = read_flag(parameter, offer.server_no_context_takeover);
    } else if (parameter.name == "client_no_context_takeover") {
      good = read_flag(parameter, offer.client_no_context_takeover);
    } else if (parameter.name == "server_max_window_bits") {
      good = read_bits(parameter.value, offer.server_window_bits);
    } else if (parameter.name == "client_max_window_bits") {
      good = read_bits(parameter.value ? parameter.value : "15", offer.client_window_bits);
    }
    if (!good) return std::nullopt;
  }
  return offer;
}

DeflateTerms accept(const Offer& offer, const DeflatePolicy& policy) {
  DeflateTerms terms;
  terms.response = "permessage-deflate";
  terms.server_context_takeover =
      policy.server_context_takeover && !offer.server_no_context_takeover;
  if (!terms.server_context_takeover) terms.response += "; server_no_context_takeover";
  // Ours to demand, offered or not (RFC 7692 section 7.1.1.2); an offer of it is only a hint.
  terms.client_context_takeover =
      policy.client_context_takeover && !offer.client_no_context_takeover;
  if (!terms.client_context_takeover) terms.response += "; client_no_context_takeover";

  const int offered = offer.server_window_bits != 0 ? offer.server_window_bits : 15;
  terms.server_window_bits = std::min(offered, policy.server_window_bits);
  if (offer.server_window_bits != 0 || terms.server_window_bits < 15) {
    terms.response += "; server_max_window_bits=" + std::to_string(terms.server_window_bits);
  }
  // Only a client that mentions it can be told (section 7.1.2.2).
  if (offer.client_window_bits != 0) {
    terms.client_window_bits = std::min(offer.client_window_bits, policy.client_window_bits);
    if (terms.client_window_bits < 15) {
      terms.response += "; client_max_window_bits=" + std::to_string(terms.client_window_bits);
    }
  }
  return terms;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extensions(std::string_view header) {
  std::vector<Extension> extensions;
  HeaderReader reader(header);
  reader.spaces();
  while (!reader.at_end()) {
    // Empty elements of a list are ignored (RFC 9110 section 5.6.1.2).
    if (reader.separator(',')) continue;
    auto extension = parse_extension(reader);
    if (!extension) return std::nullopt;
    extensions.push_back(std::move(*extension));
    reader.spaces();
    if (!reader.at_end() && !reader.separator(',')) return std::nullopt;
  }
  if (extensions.empty()) return std::nullopt;
  return extensions;
}

DeflateAnswer negotiate_deflate(std::string_view header, const DeflatePolicy& policy) {
  const auto extensions = parse_extensions(header);
  if (!extensions) return MalformedExtensions{};
  for (const Extension& extension : *extensions) {
    if (extension.name != "permessage-deflate") continue;
    if (const auto offer = read_offer(extension)) return accept(*offer, policy);
  }
  return NoDeflate{};
}

}  // namespace plugboard::wire
