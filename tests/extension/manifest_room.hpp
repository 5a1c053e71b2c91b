// A whole room with real libraries, driven by manifests in text.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "extension/await.hpp"
#include "extension/extensions.hpp"
#include "extension/fake_services.hpp"
#include "extension/temporary_folder.hpp"
#include "manifest/manifest.hpp"
#include "manifest/reader.hpp"

namespace plugboard::extension::test {

using ChainsPointer = std::shared_ptr<const Chains>;

class ManifestRoom {
 public:
  explicit ManifestRoom(std::chrono::milliseconds control_timeout = std::chrono::seconds(20)) {
    ExtensionOptions options;
    options.plugin_path = {std::filesystem::path(PLUGBOARD_BUILD_DIR) / "tests/bad_plugins"};
    options.relay_version = "0.0.9";
    options.control_timeout = control_timeout;
    options.shutdown_timeout = control_timeout;
    extensions = std::make_unique<Extensions>(services, options);
  }

  /// The manifest that consists of `text` and a channel. Its first line is the file's first.
  [[nodiscard]] manifest::Manifest manifest(const std::string& text) const {
    auto read =
        manifest::read(text + "\n[[channel]]\nname = \"pwa\"\n", folder.path() / "plugboard.toml",
                       [](std::string_view) { return std::nullopt; });
    if (auto* problems = std::get_if<std::vector<manifest::Diagnostic>>(&read)) {
      ADD_FAILURE() << manifest::to_text(*problems);
      return {};
    }
    return std::get<manifest::Manifest>(std::move(read));
  }

  /// The chains of a manifest that must be fine.
  ChainsPointer apply(const std::string& text) {
    auto applied = extensions->apply(manifest(text));
    if (auto* problems = std::get_if<Extensions::Problems>(&applied)) {
      ADD_FAILURE() << manifest::to_text(*problems);
      return nullptr;
    }
    return std::get<ChainsPointer>(std::move(applied));
  }

  /// What is wrong with a manifest that must be refused.
  std::string refusal(const std::string& text) {
    auto applied = extensions->apply(manifest(text));
    if (auto* problems = std::get_if<Extensions::Problems>(&applied)) {
      return manifest::to_text(*problems);
    }
    ADD_FAILURE() << "was not refused";
    return {};
  }

  /// The lines of one instance, without those of the room itself.
  [[nodiscard]] std::vector<std::string> life(const std::string& instance) const {
    std::vector<std::string> life;
    for (const auto& line : services.lines()) {
      const bool of_plugin =
          line.text.find(' ') == std::string::npos || line.text.compare(0, 7, "create ") == 0;
      if (line.instance == instance && of_plugin) life.push_back(line.text);
    }
    return life;
  }

  TemporaryFolder folder;
  FakeServices services;
  std::unique_ptr<Extensions> extensions;
};

/// A manifest with one key store of this library.
inline std::string store_of(const std::string& library, const std::string& more = "") {
  return "[chain]\nkey_store = [\"keys\"]\n[[plugin]]\nname = \"keys\"\nlibrary = \"" + library +
         "\"\n" + more;
}

}  // namespace plugboard::extension::test
