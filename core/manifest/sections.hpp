// The readers of the manifest's tables: each turns one into plain values and reports what is wrong
// with it. Called by `read` alone.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/document.hpp"
#include "manifest/manifest.hpp"
#include "manifest/plugin_names.hpp"

namespace plugboard::manifest {

/// What `chain.key_store` says for open access; no plugin is called that.
inline constexpr std::string_view kOpen = "open";

/// `path` made absolute against the manifest's folder.
[[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& folder,
                                            const std::string& path);

// `node`: the table, or null where the manifest has none.

[[nodiscard]] Server read_server(const Node* node, const std::filesystem::path& folder,
                                 Diagnostics& diagnostics);
[[nodiscard]] Stats read_stats(const Node* node, Diagnostics& diagnostics);
[[nodiscard]] Log read_log(const Node* node, Diagnostics& diagnostics);
[[nodiscard]] std::vector<Path> read_plugin_path(const Node* node,
                                                 const std::filesystem::path& folder,
                                                 Diagnostics& diagnostics);

[[nodiscard]] std::vector<PluginEntry> read_plugins(const Node* node,
                                                    const std::filesystem::path& folder,
                                                    Diagnostics& diagnostics);

// `root` is where a missing table is reported; `plugins` are the names that may be used.

[[nodiscard]] std::vector<Channel> read_channels(const Node* node, const Node& root,
                                                 const PluginNames& plugins,
                                                 Diagnostics& diagnostics);
[[nodiscard]] Chain read_chain(const Node* node, const Node& root, const PluginNames& plugins,
                               Diagnostics& diagnostics);

}  // namespace plugboard::manifest
