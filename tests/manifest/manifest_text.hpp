// Manifests for tests: texts in, manifests or complaints out.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/reader.hpp"

namespace plugboard::manifest {

/// What every manifest needs, for tests that are about something else: two lines.
inline constexpr std::string_view kNeeded =
    "chain = {key_store = \"open\"}\n"
    "channel = [{name = \"pwa\"}]\n";

using Variables = std::map<std::string, std::string, std::less<>>;

inline Environment environment_of(Variables variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto variable = variables.find(name);
    if (variable == variables.end()) return std::nullopt;
    return variable->second;
  };
}

/// Reads a text as /etc/relay/relay.toml, whose diagnostics begin with "relay.toml" as if named so.
inline ReadResult read_text(std::string_view text, Variables variables = {}) {
  return read(text, "/etc/relay/relay.toml", environment_of(std::move(variables)));
}

/// The manifest in `text`; fails the test and gives an empty one if there is none.
inline Manifest manifest_of(std::string_view text, Variables variables = {}) {
  ReadResult result = read_text(text, std::move(variables));
  if (auto* problems = std::get_if<std::vector<Diagnostic>>(&result)) {
    ADD_FAILURE() << to_text(*problems);
    return {};
  }
  return std::get<Manifest>(std::move(result));
}

/// The manifest of `text` before the needed lines.
inline Manifest manifest_with(std::string_view text, Variables variables = {}) {
  return manifest_of(std::string(kNeeded) + std::string(text), std::move(variables));
}

/// All complaints about `text`, errors and warnings, one a line, without the file's name; of a
/// manifest that can be read its warnings.
inline std::string complaints_about(std::string_view text, Variables variables = {}) {
  ReadResult result = read_text(text, std::move(variables));
  std::vector<Diagnostic> complaints;
  if (auto* problems = std::get_if<std::vector<Diagnostic>>(&result)) {
    complaints = *problems;
    EXPECT_FALSE(complaints.empty());
  } else {
    complaints = std::get<Manifest>(result).warnings;
  }
  std::string lines;
  for (const Diagnostic& complaint : complaints) {
    const std::string line = complaint.text();
    EXPECT_TRUE(line.starts_with("/etc/relay/relay.toml:")) << line;
    lines += line.substr(std::string_view("/etc/relay/relay.toml:").size()) + "\n";
  }
  return lines;
}

/// All complaints about `text` set below the needed lines, so that it begins at line 3. What is
/// said of the needed lines themselves is left out.
inline std::string complaints_with(std::string_view text, Variables variables = {}) {
  const std::string all =
      complaints_about(std::string(kNeeded) + std::string(text), std::move(variables));
  std::string lines;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at) + 1;
    const std::string line = all.substr(at, end - at);
    if (!line.starts_with("1:") && !line.starts_with("2:")) lines += line;
    at = end;
  }
  return lines;
}

}  // namespace plugboard::manifest
