// Which configs are taken, and which are not.
#include <array>
#include <random>

#include "manifest/schema_node.hpp"
#include "plugin_check/plugin_tests.hpp"
#include "plugin_check/process_state.hpp"
#include "plugin_check/random_config.hpp"

namespace plugboard::plugin_check {
namespace {

using nlohmann::json;

/// The plugin's check, as `plugboard check` calls it.
void try_check(const Ready& ready) {
  const auto check = ready.library->functions().check;
  if (check == nullptr) return;
  WatchedHost& host = WatchedHost::make("checked", {});
  const ProcessState before = process_state();
  Borrowed borrowed("check", {});
  const plugboard_bytes config = borrowed.text(ready.config);
  const auto status = call_plugin("check", [&] { return check(host.table(), config); });
  borrowed.give_back();
  host.wind_up(std::chrono::seconds(5));
  const bool said_why = !host.take_problems().empty();
  if (status && *status != PLUGBOARD_OK && *status != PLUGBOARD_ERROR) {
    reporter::finding("unknown-code", "check",
                      "returns " + std::to_string(*status) + ", neither OK nor ERROR");
  }
  // What it depends on may be down; but then it must say so.
  if (status == PLUGBOARD_ERROR && !said_why) {
    reporter::finding("refuses-silently", "check",
                      "fails without saying why: call host->problem before");
  }
  host.destroyed();
  const std::size_t threads = settled_threads(before.threads, kMoment);
  if (threads > before.threads || process_state().descriptors > before.descriptors) {
    reporter::finding("leaves-something", "check", "leaves threads or descriptors behind");
  }
}

/// Whether an instance can be made of a config; it is ended at once.
bool is_taken(const TestContext& context, const Ready& ready, const manifest::ConfigSchema& schema,
              const json& config) {
  const auto completed = completed_config(schema, config, context.scratch);
  const auto* const text = std::get_if<std::string>(&completed);
  if (text == nullptr) return false;
  static WatchedHost& host = WatchedHost::make("under-test", {});
  host.reset();
  auto created = TestedInstance::create(*ready.library, host, *text);
  return std::holds_alternative<std::unique_ptr<TestedInstance>>(created);
}

void look_for_mistakes_taken(const TestContext& context, const Ready& ready,
                             const manifest::ConfigSchema& schema, const manifest::SchemaNode& root,
                             const json& config) {
  json unknown = config;
  unknown["no_such_member"] = 1;
  if (is_taken(context, ready, schema, unknown)) {
    reporter::finding("takes-any-config", "create",
                      "takes a config with a member that nobody knows, so that misspelt ones go "
                      "unseen: list all in config_schema, without additionalProperties");
  }
  const std::array<json, 5> values = {"text", 3, true, json::array({1}), json{{"a", 1}}};
  for (const auto& property : root.properties) {
    bool all = true;
    for (const json& value : values) {
      json changed = config;
      changed[property.name] = value;
      all = all && is_taken(context, ready, schema, changed);
    }
    if (all) {
      reporter::finding("takes-any-config", "create",
                        "takes any type of value for " + property.name);
    }
  }
}

}  // namespace

void test_config(const TestContext& context) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  WatchedHost& host = WatchedHost::make("under-test", {});
  const ProcessState before = process_state();
  auto instance = ready->instance(host);
  if (instance == nullptr) return;
  instance->end();
  if (settled_threads(before.threads, kMoment) > before.threads) {
    reporter::finding("leaves-thread", "destroy",
                      "returns while a thread of the plugin still runs");
  }
  reporter::usable();
  try_check(*ready);
}

void test_other_configs(const TestContext& context) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  const std::string& text = ready->library->descriptor().config_schema;
  if (text.empty()) {
    reporter::skip("it takes no config");
    return;
  }
  const auto schema = std::get<manifest::ConfigSchema>(manifest::ConfigSchema::parse(text));
  const auto root = std::get<0>(manifest::parse_schema(text));
  // With absolute paths, since those of other configs are relative to an empty folder.
  json config = context.config.value_or(json::object());
  const json completed = json::parse(ready->config);
  for (const auto& property : root->properties) {
    if (property.node.format == manifest::Format::kPath && config.contains(property.name)) {
      config[property.name] = completed.at(property.name);
    }
  }
  look_for_mistakes_taken(context, *ready, schema, *root, config);
  std::mt19937 random(7);
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(context.full() ? 8 : 1);
  for (int left = context.full() ? 200 : 30;
       left > 0 && std::chrono::steady_clock::now() < deadline; --left) {
    is_taken(context, *ready, schema, random_config(*root, config, random));
  }
}

}  // namespace plugboard::plugin_check
