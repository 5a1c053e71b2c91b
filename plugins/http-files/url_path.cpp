#include "http-files/url_path.hpp"

#include <algorithm>
#include <plugboard/query.hpp>

namespace plugboard::http_files {
namespace {

bool is_harmless(std::string_view segment) {
  return !segment.empty() && segment.front() != '.' &&
         segment.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

}  // namespace

std::optional<UrlPath> below(std::string_view prefix, std::string_view path) {
  if (prefix == "/") prefix = "";
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (path.empty()) return UrlPath{.file = "", .ends_with_slash = false};
  if (path.front() != '/') return std::nullopt;
  path.remove_prefix(1);

  UrlPath result{.file = "", .ends_with_slash = path.empty() || path.back() == '/'};
  while (!path.empty()) {
    const std::string_view encoded = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(encoded.size() + 1, path.size()));
    const auto segment = percent_decoded(encoded);
    if (!segment || !is_harmless(*segment)) return std::nullopt;
    if (!result.file.empty()) result.file += '/';
    result.file += *segment;
  }
  return result;
}

}  // namespace plugboard::http_files
