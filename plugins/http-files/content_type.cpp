#include "http-files/content_type.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace plugboard::http_files {
namespace {

using Type = std::pair<std::string_view, std::string_view>;

constexpr std::array kTypes = {
    Type{"avif", "image/avif"},
    Type{"css", "text/css; charset=utf-8"},
    Type{"csv", "text/csv; charset=utf-8"},
    Type{"gif", "image/gif"},
    Type{"htm", "text/html; charset=utf-8"},
    Type{"html", "text/html; charset=utf-8"},
    Type{"ico", "image/vnd.microsoft.icon"},
    Type{"jpeg", "image/jpeg"},
    Type{"jpg", "image/jpeg"},
    Type{"js", "text/javascript; charset=utf-8"},
    Type{"json", "application/json"},
    Type{"map", "application/json"},
    Type{"md", "text/markdown; charset=utf-8"},
    Type{"mjs", "text/javascript; charset=utf-8"},
    Type{"mp3", "audio/mpeg"},
    Type{"mp4", "video/mp4"},
    Type{"ogg", "audio/ogg"},
    Type{"otf", "font/otf"},
    Type{"pdf", "application/pdf"},
    Type{"png", "image/png"},
    Type{"svg", "image/svg+xml"},
    Type{"ttf", "font/ttf"},
    Type{"txt", "text/plain; charset=utf-8"},
    Type{"wasm", "application/wasm"},
    Type{"wav", "audio/wav"},
    Type{"webm", "video/webm"},
    Type{"webmanifest", "application/manifest+json"},
    Type{"webp", "image/webp"},
    Type{"woff", "font/woff"},
    Type{"woff2", "font/woff2"},
    Type{"xml", "application/xml"},
    Type{"zip", "application/zip"},
};

}  // namespace

std::string_view content_type_of(std::string_view file) {
  constexpr std::string_view kUnknown = "application/octet-stream";
  const auto dot = file.rfind('.');
  if (dot == std::string_view::npos) return kUnknown;
  std::string ending(file.substr(dot + 1));
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto* const type = std::find_if(kTypes.begin(), kTypes.end(),
                                        [&](const Type& each) { return each.first == ending; });
  return type == kTypes.end() ? kUnknown : type->second;
}

}  // namespace plugboard::http_files
