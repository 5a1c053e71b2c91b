#include "server/check.hpp"

#include <sstream>
#include <variant>

#include "manifest/config_schema.hpp"
#include "net/tls.hpp"

namespace plugboard::server {
namespace {

// There is no relay while checking; plugins that ask for one find it empty.
class Checking {
 public:
  explicit Checking(RelayOptions options)
      : log_(manifest::Log{}),
        services_(log_),
        extensions_(services_, {.plugin_path = std::move(options.plugin_path),
                                .linked = std::move(options.linked),
                                .relay_version = std::move(options.version)}) {}

  extension::Extensions& extensions() { return extensions_; }

 private:
  Log log_;
  RelayServices services_;
  extension::Extensions extensions_;
};

}  // namespace

Problems check(const manifest::Manifest& manifest, RelayOptions options) {
  Checking checking(std::move(options));
  Problems problems = checking.extensions().check(manifest);
  if (manifest.server.tls) {
    const manifest::Tls& tls = *manifest.server.tls;
    const auto loaded = net::TlsContext::load(tls.certificate.path, tls.private_key.path);
    if (const auto* why = std::get_if<std::string>(&loaded)) {
      problems.push_back(manifest.error(tls.certificate.position, "server.tls: " + *why));
    }
  }
  return problems;
}

std::vector<extension::LibraryDescription> describe_plugins(const manifest::Manifest* manifest,
                                                            RelayOptions options) {
  Checking checking(std::move(options));
  return checking.extensions().describe(manifest);
}

std::string describe_config(const nlohmann::json& schema, std::string_view indent) {
  const auto parsed = manifest::ConfigSchema::parse(schema.dump());
  const auto* good = std::get_if<manifest::ConfigSchema>(&parsed);
  if (good == nullptr) return {};
  std::istringstream lines(good->listing());
  std::string text;
  for (std::string line; std::getline(lines, line);) text.append(indent).append(line).append("\n");
  return text;
}

}  // namespace plugboard::server
