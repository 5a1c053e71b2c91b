// What a file is, by the ending of its name. Pure; any thread.
#pragma once

#include <string_view>

namespace plugboard::http_files {

/// The value of Content-Type; application/octet-stream for endings that are not known.
[[nodiscard]] std::string_view content_type_of(std::string_view file);

}  // namespace plugboard::http_files
