// The commands of the plugboard program. Each returns the exit code.
#pragma once

#include <filesystem>
#include <vector>

namespace plugboard::program {

inline constexpr int kFine = 0;
inline constexpr int kRuntimeFailure = 1;  // a port in use, ...
inline constexpr int kBadUsage = 2;        // the command line, the manifest or a plugin

struct ServeOptions {
  std::filesystem::path config;  // empty: the usual places
  std::vector<std::filesystem::path> plugin_path;
};
int serve(const ServeOptions& options);

struct CheckOptions {
  std::filesystem::path manifest;
  std::vector<std::filesystem::path> plugin_path;
};
int check(const CheckOptions& options);

struct PluginsOptions {
  std::filesystem::path manifest;  // empty: none
  std::vector<std::filesystem::path> plugin_path;
};
int list_plugins(const PluginsOptions& options);

int new_key();
int hash_key();
/// The line that `plugboard version` prints, without its end.
std::string version_text();
int version();

}  // namespace plugboard::program
