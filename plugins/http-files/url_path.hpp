// From the path of a URL to the name of a file. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plugboard::http_files {

struct UrlPath {
  std::string file;  ///< relative to the folder, without a slash at either end; may be empty
  bool ends_with_slash = false;  ///< or is the prefix itself
};

/// What `path` (percent-encoded) names below `prefix` ("/" or "/site"). Nothing if it lies
/// elsewhere, or could lead astray: malformed escapes, NUL, backslashes, encoded slashes, empty
/// segments, segments that begin with a dot (`..` and hidden files).
[[nodiscard]] std::optional<UrlPath> below(std::string_view prefix, std::string_view path);

}  // namespace plugboard::http_files
