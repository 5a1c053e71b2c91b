#include "plugin_check/test_context.hpp"

#include "manifest/source_map.hpp"

namespace plugboard::plugin_check {

std::variant<std::string, std::vector<std::string>> completed_config(
    const manifest::ConfigSchema& schema, const nlohmann::json& config,
    const std::filesystem::path& folder) {
  const std::string file = "--config";
  const manifest::SourceMap sources;
  auto applied = schema.apply(config, {.file = file, .sources = sources, .folder = folder});
  if (const auto* good = std::get_if<nlohmann::json>(&applied)) return good->dump();
  std::vector<std::string> sentences;
  for (const auto& problem : std::get<std::vector<manifest::Diagnostic>>(applied)) {
    sentences.push_back(problem.text());
  }
  return sentences;
}

std::optional<Ready> Ready::make(const TestContext& context) {
  Ready ready;
  ready.library = TestedLibrary::load(context.library);
  if (ready.library == nullptr) return std::nullopt;
  auto parsed = manifest::ConfigSchema::parse(ready.library->descriptor().config_schema);
  if (const auto* mistake = std::get_if<std::string>(&parsed)) {
    reporter::finding("bad-schema", "config_schema", *mistake);
    return std::nullopt;
  }
  const auto& schema = std::get<manifest::ConfigSchema>(parsed);
  auto completed =
      completed_config(schema, context.config.value_or(nlohmann::json::object()), context.folder);
  if (const auto* sentences = std::get_if<std::vector<std::string>>(&completed)) {
    std::string all = context.config ? "the config is not what the plugin describes:"
                                     : "the plugin needs a config (--config JSON):";
    for (const std::string& sentence : *sentences) all += "\n  " + sentence;
    reporter::bad_usage(all);
    return std::nullopt;
  }
  ready.config = std::get<std::string>(std::move(completed));
  return ready;
}

std::unique_ptr<TestedInstance> Ready::instance(WatchedHost& host) const {
  auto created = TestedInstance::create(*library, host, config);
  if (auto* made = std::get_if<std::unique_ptr<TestedInstance>>(&created)) return std::move(*made);
  const auto& problems = std::get<std::vector<Problem>>(created);
  std::string sentence = "refuses a config that its description accepts:";
  for (const Problem& problem : problems) {
    sentence += " " + (problem.pointer.empty() ? "" : problem.pointer + ": ") + problem.sentence;
  }
  if (!problems.empty()) reporter::finding("refuses-good-config", "create", sentence);
  return nullptr;
}

}  // namespace plugboard::plugin_check
