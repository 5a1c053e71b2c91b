#include "http/routes.hpp"

#include <algorithm>

#include "http/field.hpp"

namespace plugboard::http {
namespace {

constexpr std::string_view kReadOnly = "GET, HEAD, OPTIONS";
constexpr std::string_view kBlobMethods = "GET, HEAD, PUT, DELETE, OPTIONS";

bool is_read(std::string_view method) { return method == "GET" || method == "HEAD"; }

bool is_key_char(char c) {
  const char letter = lower(c);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

bool valid_blob_key(std::string_view key) {
  return key.size() >= 8 && key.size() <= 64 && std::all_of(key.begin(), key.end(), is_key_char);
}

Route Routes::find(std::string_view method, std::string_view path) const {
  if (method == "OPTIONS") return PreflightRoute{};
  const auto read_only = [method](Route route) {
    return is_read(method) ? route : Route(WrongMethod{kReadOnly});
  };
  if (path == "/health") return read_only(HealthRoute{});
  if (path == "/ready") return read_only(ReadyRoute{});
  if (path == "/stats") return read_only(StatsRoute{});
  if (!blob_prefix_ || !path.starts_with(*blob_prefix_)) return NoRoute{};
  const std::string_view rest = path.substr(blob_prefix_->size());
  if (!rest.starts_with('/') || !valid_blob_key(rest.substr(1))) return NoRoute{};
  const std::string_view key = rest.substr(1);
  if (is_read(method)) return BlobRoute{BlobRoute::Verb::get, key};
  if (method == "PUT") return BlobRoute{BlobRoute::Verb::put, key};
  if (method == "DELETE") return BlobRoute{BlobRoute::Verb::remove, key};
  return WrongMethod{kBlobMethods};
}

}  // namespace plugboard::http
