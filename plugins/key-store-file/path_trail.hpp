// Where a change can alter what a path leads to. Pure but for asking the file system; any thread.
#pragma once

#include <map>
#include <set>
#include <string>

namespace plugboard::key_store_file {

/// The folders that are passed through on the way along `path`, symbolic links included, each with
/// the names that are looked up in it. For /etc/keys/keys.txt -> ..data/keys.txt, ..data -> ..v1:
///
///   "/" {etc}, "/etc" {keys}, "/etc/keys" {keys.txt, ..data, ..v1}, "/etc/keys/..v1" {keys.txt}
///
/// The folders are named by paths without links. The way is followed as far as it goes; what is
/// missing at its end is still among the names. `path` is absolute.
using Trail = std::map<std::string, std::set<std::string>>;
[[nodiscard]] Trail trail_of(const std::string& path);

}  // namespace plugboard::key_store_file
