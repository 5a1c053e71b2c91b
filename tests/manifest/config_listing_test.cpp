// Configs and their descriptions as people are shown them.
#include <gtest/gtest.h>

#include "config_schema_text.hpp"

namespace plugboard::manifest {
namespace {

using nlohmann::json;

/// `config` as a person is shown it.
json redacted(std::string_view description, std::string_view config, Variables variables = {}) {
  const Manifest manifest = manifest_with_config(config, std::move(variables));
  const PluginEntry& plugin = manifest.plugins.front();
  return schema_of(description).redact(plugin.config, plugin.config_sources);
}

TEST(RedactedConfig, HidesSecretsWhereverTheyAre) {
  EXPECT_EQ(redacted(with_member(R"({"type": "array", "items": {"type": "object",
                         "properties": {"key": {"format": "secret"}}}})"),
                     "config.a = [{key = 'hush'}]"),
            json::parse(R"({"a": [{"key": "***"}]})"));
}

TEST(RedactedConfig, ShowsTheRest) {
  EXPECT_EQ(redacted(kKeyFile, "config = {file = 'keys.txt', watch = false, salt = 'hush'}"),
            json({{"file", "keys.txt"}, {"watch", false}, {"salt", "***"}}));
}

TEST(RedactedConfig, ShowsWhatCameFromTheEnvironmentAsWritten) {
  EXPECT_EQ(redacted(kKeyFile, "config.file = \"${KEYS}/keys\"", {{"KEYS", "/srv/keys"}}),
            json({{"file", "\"${KEYS}/keys\""}}));
}

TEST(RedactedConfig, HidesWhatTheDescriptionLeavesOpen) {
  EXPECT_EQ(redacted(with_member(R"({"type": "object", "additionalProperties": true})"),
                     "config.a.token = 'hush'"),
            json::parse(R"({"a": {"token": "***"}})"));
}

TEST(RedactedConfig, HidesMembersThatAreMistakes) {
  EXPECT_EQ(redacted("", "config.token = 'hush'"), json({{"token", "***"}}));
}

TEST(ConfigListing, NamesEachMemberWithWhatItTakes) {
  EXPECT_EQ(schema_of(kKeyFile).listing(),
            "file (a path; required)\n"
            "    Keys, one a line.\n"
            "watch (true or false; default true)\n"
            "every (a duration from 100ms to 8760h in ms, s, m or h, as \"30s\"; default \"1s\")\n"
            "largest (a size, as a number of bytes or in B, KiB or MiB, as \"2 MiB\"; default "
            "\"8 KiB\")\n"
            "salt (a string of at least 4 characters, never printed)\n");
}

TEST(ConfigListing, NamesMembersOfTablesAndItemsByTheirPath) {
  EXPECT_EQ(schema_of(R"({"type": "object", "properties": {
              "per_key": {"type": "object", "properties": {"max": {"type": "integer"}}},
              "hosts": {"type": "array", "items": {"type": "object",
                        "properties": {"name": {"type": "string"}}}},
              "colours": {"type": "object", "additionalProperties": {"type": "string"}},
              "more": {"type": "object", "additionalProperties": true}}})")
                .listing(),
            "per_key (a table)\n"
            "per_key.max (a whole number)\n"
            "hosts (a list, each item a table)\n"
            "hosts[].name (a string)\n"
            "colours (a table)\n"
            "colours.<any name> (a string)\n"
            "more (a table)\n"
            "more.<any name> (any value)\n");
}

TEST(ConfigListing, IsEmptyForAPluginWithoutConfig) { EXPECT_EQ(schema_of("").listing(), ""); }

TEST(ConfigListing, DoesNotPrintTheDefaultOfASecret) {
  EXPECT_EQ(schema_of(with_member(R"({"format": "secret", "default": "hush"})")).listing(),
            "a (a string, never printed; default a secret)\n");
}

}  // namespace
}  // namespace plugboard::manifest
