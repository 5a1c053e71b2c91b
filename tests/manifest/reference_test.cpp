// docs/manifest.md is run: its examples are read, its defaults are the real ones, its list of keys
// is complete, and its complaints are those that are made.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

std::string reference() {
  std::ifstream file(PLUGBOARD_SOURCE_DIR "/docs/manifest.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// An example: a manifest, and what is said about it, if anything.
struct Example {
  std::string manifest;
  std::string complaints;
};

std::vector<Example> examples() {
  std::vector<Example> found;
  std::istringstream lines(reference());
  std::string* block = nullptr;
  for (std::string line; std::getline(lines, line);) {
    if (line == "```toml") {
      block = &found.emplace_back().manifest;
    } else if (line == "```text") {
      block = &found.back().complaints;
    } else if (line == "```") {
      block = nullptr;
    } else if (block != nullptr) {
      *block += line + "\n";
    }
  }
  return found;
}

/// The text with what every manifest needs behind it, so that its lines keep their numbers.
std::string completed(std::string text) {
  if (text.find("[chain]") == std::string::npos) text += "[chain]\nkey_store = \"open\"\n";
  if (text.find("[[channel]]") == std::string::npos) text += "[[channel]]\nname = \"pwa\"\n";
  return text;
}

std::optional<std::string> any_variable(std::string_view name) {
  return "value-of-" + std::string(name);
}

/// The errors or warnings about a manifest, one a line.
std::string complaints_about(const ReadResult& result, Severity severity) {
  const auto* problems = std::get_if<std::vector<Diagnostic>>(&result);
  const auto& all = problems != nullptr ? *problems : std::get<Manifest>(result).warnings;
  std::string lines;
  for (const Diagnostic& complaint : all) {
    if (complaint.severity == severity) lines += complaint.text() + "\n";
  }
  return lines;
}

TEST(Reference, ExamplesAreReadOrComplainedOfAsItSays) {
  ASSERT_GE(examples().size(), 3U);
  for (const Example& example : examples()) {
    const ReadResult result = read(completed(example.manifest), "plugboard.toml", any_variable);
    EXPECT_EQ(complaints_about(result, Severity::kError), example.complaints);
  }
}

/// What stands in backquotes, in order.
std::vector<std::string> quoted(const std::string& cell) {
  std::vector<std::string> parts;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
    const std::size_t end = cell.find('`', at + 1);
    parts.push_back(cell.substr(at + 1, end - at - 1));
    at = end;
  }
  return parts;
}

using Row = std::vector<std::string>;

/// The rows of all tables whose first column is called `title`, cell by cell.
std::vector<Row> rows_of_tables(const std::string& title) {
  std::vector<Row> rows;
  std::istringstream lines(reference());
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ")) {
      inside = false;
    } else if (line.starts_with("| " + title + " |")) {
      inside = true;
    } else if (inside && !line.starts_with("| ---")) {
      Row row;
      std::size_t at = 2;
      for (std::size_t end = line.find(" |", at); end != std::string::npos;
           end = line.find(" |", at)) {
        row.push_back(line.substr(at, end - at));
        at = std::min(end + 3, line.size());
      }
      rows.push_back(row);
    }
  }
  return rows;
}

/// Whether two manifests say the same, apart from where it stands.
bool equal(const Manifest& left, const Manifest& right) {
  const auto same_plugin = [](const PluginEntry& a, const PluginEntry& b) {
    return a.name == b.name && a.library == b.library && a.sha256 == b.sha256 &&
           a.timeout == b.timeout && a.on_error == b.on_error && a.config == b.config;
  };
  return left.server == right.server && left.stats == right.stats &&
         left.channels == right.channels && left.plugin_path == right.plugin_path &&
         std::equal(left.plugins.begin(), left.plugins.end(), right.plugins.begin(),
                    right.plugins.end(), same_plugin) &&
         left.chain == right.chain && left.log == right.log;
}

/// A manifest with one channel and one plugin in which `key` is written as `value`.
std::string manifest_with_key(const std::string& key, const std::string& value) {
  const std::string table = key.substr(0, key.find('.'));
  const std::string line = key.substr(key.find('.') + 1) + " = " + value + "\n";
  const auto member_of = [&](const std::string& name) { return table == name ? line : ""; };
  std::string text = "[[channel]]\nname = \"c\"\n" + member_of("channel") +
                     "[[plugin]]\nname = \"p\"\nlibrary = \"p\"\n" + member_of("plugin") +
                     "[chain]\nkey_store = \"open\"\n" + member_of("chain");
  if (table != "channel" && table != "plugin" && table != "chain") {
    text += "[" + table + "]\n" + line;
  }
  return text;
}

TEST(Reference, DefaultsAreThoseOfAManifestWithoutTheKey) {
  const Manifest without = manifest_of(manifest_with_key("log.level", "\"info\""));
  int defaults = 0;
  for (const Row& row : rows_of_tables("key")) {
    ASSERT_GE(row.size(), 3U);
    const std::vector<std::string> written = quoted(row[2]);
    if (written.empty()) {
      EXPECT_TRUE(row[2] == "*none*" || row[2] == "*needed*") << row[0];
      continue;
    }
    ++defaults;
    EXPECT_TRUE(equal(manifest_of(manifest_with_key(quoted(row[0])[0], written[0])), without))
        << row[0] << " = " << written[0];
  }
  EXPECT_GE(defaults, 30);
}

/// The names that are known in a table, from the complaint about one that is not.
std::set<std::string> known_keys(const std::string& table, const std::string& text) {
  const ReadResult result = read(text, "plugboard.toml", any_variable);
  std::set<std::string> keys;
  for (const Diagnostic& complaint : std::get<std::vector<Diagnostic>>(result)) {
    if (complaint.what != table + "qqqq is not a known key") continue;
    std::istringstream names(complaint.allowed);
    for (std::string name; names >> name;) {
      if (name.back() == ',') name.pop_back();
      keys.insert(table + name);
    }
  }
  return keys;
}

TEST(Reference, ListsEveryKeyAndNoOther) {
  std::set<std::string> known;
  for (const char* table : {"server.", "stats.", "plugins.", "chain.", "log.", "server.tls."}) {
    known.merge(known_keys(table, std::string(table) + "qqqq = 1"));
  }
  known.merge(known_keys("channel.", "[[channel]]\nqqqq = 1"));
  known.merge(known_keys("plugin.", "[[plugin]]\nqqqq = 1"));
  std::set<std::string> listed;
  for (const Row& row : rows_of_tables("key")) listed.insert(quoted(row[0])[0]);
  EXPECT_EQ(listed, known);
}

TEST(Reference, KnowsEveryTable) {
  EXPECT_EQ(
      known_keys("", "qqqq = 1"),
      (std::set<std::string>{"server", "stats", "channel", "plugins", "plugin", "chain", "log"}));
}

TEST(Reference, ComplaintsAreThoseThatAreMade) {
  int complaints = 0;
  for (const Row& row : rows_of_tables("written")) {
    ASSERT_EQ(row.size(), 2U);
    std::string text;
    for (const std::string& line : quoted(row[0])) text += line + "\n";
    if (text.find("key_store") == std::string::npos) {
      text = "chain.key_store = \"open\"\n" + text;
    }
    if (text.find("channel]") == std::string::npos) {
      text = "channel = [{name = \"pwa\"}]\n" + text;
    }
    const ReadResult result =
        read(text, "plugboard.toml", [](std::string_view) { return std::optional<std::string>(); });
    const std::string said =
        complaints_about(result, Severity::kError) + complaints_about(result, Severity::kWarning);
    // A complaint in which backquotes cannot stand for themselves is given in one pair.
    EXPECT_NE(said.find(": " + quoted(row[1])[0]), std::string::npos)
        << row[0] << " is said to be: " << row[1] << ", but:\n"
        << said;
    ++complaints;
  }
  EXPECT_GE(complaints, 60);
}

}  // namespace
}  // namespace plugboard::manifest
