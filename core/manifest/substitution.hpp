// `${NAME}` in the manifest's strings.
#pragma once

#include "manifest/diagnostic.hpp"
#include "manifest/document.hpp"
#include "manifest/environment.hpp"

namespace plugboard::manifest {

/// A string with everything replaced is at most this long.
inline constexpr std::size_t kMaxStringBytes = 1024 * 1024;

/// Replaces `${NAME}` in every string below `node`, names of members excepted, by the variable's
/// value; `$${` becomes `${`, any other `$` stands for itself. What is put in is not looked through
/// again. Variables that are not set, or not UTF-8, and names that are none are reported, and the
/// string is marked unreadable.
void substitute(Node& node, const Environment& environment, Diagnostics& diagnostics);

}  // namespace plugboard::manifest
