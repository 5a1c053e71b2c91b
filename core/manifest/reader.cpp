#include "manifest/reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "manifest/document.hpp"
#include "manifest/draft.hpp"
#include "manifest/sections.hpp"
#include "manifest/substitution.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {
namespace {

/// A descriptor that is closed at the end.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string too_large() {
  return "the manifest is larger than " + std::to_string(kMaxManifestBytes) + " bytes";
}

std::string cannot_read(int problem) {
  return "the manifest cannot be read: " + std::generic_category().message(problem);
}

/// The file's bytes, or what keeps them from being read.
std::variant<std::string, Diagnostic> contents(const std::filesystem::path& file) {
  const auto error = [&file](std::string what) {
    return Diagnostic{file.string(), {}, Severity::kError, std::move(what)};
  };
  const OpenFile open(file);
  if (open.descriptor() < 0) return error(cannot_read(errno));
  std::string text;
  std::array<char, 16 * 1024> block;
  while (text.size() <= kMaxManifestBytes) {
    const ssize_t count = ::read(open.descriptor(), block.data(), block.size());
    if (count == 0) return text;
    if (count > 0) {
      text.append(block.data(), static_cast<std::size_t>(count));
    } else if (errno == EISDIR) {
      return error("the manifest is a directory");
    } else if (errno != EINTR) {
      return error(cannot_read(errno));
    }
  }
  return error(too_large());
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  std::error_code problem;
  const std::filesystem::path whole = std::filesystem::absolute(file, problem);
  return (problem ? file : whole).lexically_normal().parent_path();
}

/// The plugins that chains and channels name.
std::set<std::string, std::less<>> plugins_in_use(const Manifest& manifest) {
  std::set<std::string, std::less<>> used;
  const auto add = [&used](const std::vector<Name>& names) {
    for (const Name& name : names) used.insert(name.text);
  };
  const Chain& chain = manifest.chain;
  if (const auto* names = std::get_if<std::vector<Name>>(&chain.key_store)) add(*names);
  add(chain.rate_limiter);
  add(chain.hook);
  add(chain.http);
  if (chain.blob_store) used.insert(chain.blob_store->text);
  for (const Channel& channel : manifest.channels) {
    if (channel.id_parser) used.insert(channel.id_parser->text);
  }
  return used;
}

void warn_of_idle_plugins(const Manifest& manifest, Diagnostics& diagnostics) {
  const std::set<std::string, std::less<>> used = plugins_in_use(manifest);
  for (std::size_t index = 0; index < manifest.plugins.size(); ++index) {
    const PluginEntry& plugin = manifest.plugins[index];
    if (used.contains(plugin.name.text)) continue;
    diagnostics
        .warning(plugin.position, "a plugin that stands in no chain and parses no ids does not run")
        .found = manifest.sources.at(pointer_to(pointer_to("/plugin", index), "name")).written;
  }
}

/// Only what is no table with members has no draft.
std::variant<Draft, std::vector<Diagnostic>> draft_of(std::string_view text,
                                                      const std::filesystem::path& file,
                                                      const Environment& environment) {
  Diagnostics diagnostics(file.string());
  if (text.size() > kMaxManifestBytes) {
    diagnostics.error({}, too_large());
    return diagnostics.take();
  }
  auto parsed = parse_document(text, diagnostics.file());
  if (auto* problem = std::get_if<Diagnostic>(&parsed)) {
    return std::vector<Diagnostic>{std::move(*problem)};
  }
  Node& root = std::get<Node>(parsed);
  root.position = {1, 1};
  if (root.members.empty()) {
    diagnostics.error({}, "the manifest is empty").allowed =
        "at least a [[channel]] with a name, and chain.key_store";
    return diagnostics.take();
  }
  substitute(root, environment, diagnostics);

  Draft draft;
  Manifest& manifest = draft.manifest;
  manifest.file = diagnostics.file();
  manifest.folder = folder_of(file);
  TableReader table(&root, "", diagnostics);
  const PluginNames plugins(root.member("plugin"));
  manifest.server = read_server(table.find("server"), manifest.folder, diagnostics);
  manifest.stats = read_stats(table.find("stats"), diagnostics);
  manifest.channels = read_channels(table.find("channel"), root, plugins, diagnostics);
  manifest.plugin_path = read_plugin_path(table.find("plugins"), manifest.folder, diagnostics);
  manifest.plugins = read_plugins(table.find("plugin"), manifest.folder, diagnostics);
  manifest.chain = read_chain(table.find("chain"), root, plugins, diagnostics);
  manifest.log = read_log(table.find("log"), diagnostics);
  table.report_unknown();
  manifest.sources = sources_of(root);
  if (diagnostics.has_errors()) {
    draft.diagnostics = diagnostics.take();
    leave_out_mistakes(manifest, root, draft.diagnostics);
  } else {
    warn_of_idle_plugins(manifest, diagnostics);
    draft.diagnostics = diagnostics.take();
  }
  return draft;
}

}  // namespace

std::filesystem::path resolve(const std::filesystem::path& folder, const std::string& path) {
  return (folder / path).lexically_normal();
}

ReadResult read(std::string_view text, const std::filesystem::path& file,
                const Environment& environment) {
  auto read = draft_of(text, file, environment);
  if (auto* problems = std::get_if<std::vector<Diagnostic>>(&read)) return std::move(*problems);
  auto& [manifest, diagnostics] = std::get<Draft>(read);
  if (holds_error(diagnostics)) return std::move(diagnostics);
  manifest.warnings = std::move(diagnostics);
  return std::move(manifest);
}

ReadResult read_file(const std::filesystem::path& file, const Environment& environment) {
  auto text = contents(file);
  if (auto* problem = std::get_if<Diagnostic>(&text)) {
    return std::vector<Diagnostic>{std::move(*problem)};
  }
  return read(std::get<std::string>(text), file, environment);
}

std::variant<Draft, std::vector<Diagnostic>> read_draft(const std::filesystem::path& file,
                                                        const Environment& environment) {
  auto text = contents(file);
  if (auto* problem = std::get_if<Diagnostic>(&text)) {
    return std::vector<Diagnostic>{std::move(*problem)};
  }
  return draft_of(std::get<std::string>(text), file, environment);
}

}  // namespace plugboard::manifest
