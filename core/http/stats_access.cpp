#include "http/stats_access.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "http/answers.hpp"
#include "http/bearer.hpp"

namespace plugboard::http {
namespace {

bool was_forwarded(const RequestHead& request) {
  constexpr std::array<std::string_view, 3> kNames = {"Forwarded", "X-Real-IP", "Via"};
  constexpr std::string_view kFamily = "X-Forwarded-";
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const Header& header) {
    return same_text(header.name.substr(0, kFamily.size()), kFamily) ||
           std::any_of(kNames.begin(), kNames.end(),
                       [&](std::string_view name) { return same_text(header.name, name); });
  });
}

/// Takes the same time whatever the texts have in common, their length included.
bool same_secret(std::string_view left, std::string_view right) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> left_digest{};
  std::array<unsigned char, EVP_MAX_MD_SIZE> right_digest{};
  unsigned int size = 0;
  EVP_Digest(left.data(), left.size(), left_digest.data(), &size, EVP_sha256(), nullptr);
  EVP_Digest(right.data(), right.size(), right_digest.data(), &size, EVP_sha256(), nullptr);
  return CRYPTO_memcmp(left_digest.data(), right_digest.data(), size) == 0;
}

std::optional<Response> check_token(const manifest::Stats& stats, const RequestHead& request) {
  const auto authorization = request.header("Authorization");
  const auto token = authorization ? bearer_token(*authorization) : std::nullopt;
  if (!token) {
    Response response = error_response(401, "A token is needed to see the statistics");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  if (!stats.token || stats.token->empty() || !same_secret(*token, *stats.token)) {
    return error_response(403, "Wrong token");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Response> refuse_stats(const manifest::Stats& stats, const RequestHead& request,
                                     bool from_loopback) {
  switch (stats.access) {
    case manifest::StatsAccess::kPublic:
      return std::nullopt;
    case manifest::StatsAccess::kLoopback:
      if (from_loopback && !was_forwarded(request)) return std::nullopt;
      return error_response(403, "Statistics are shown to this machine only");
    case manifest::StatsAccess::kToken:
      break;
  }
  return check_token(stats, request);
}

}  // namespace plugboard::http
