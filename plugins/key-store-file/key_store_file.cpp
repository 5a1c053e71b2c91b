// Keys from a file. While it is watched, what is saved takes effect by itself; a file that cannot
// be used changes nothing, and the log says why.
#include <memory>
#include <mutex>
#include <optional>
#include <plugboard/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access_keys/key_table.hpp"
#include "key-store-file/file_watch.hpp"
#include "key-store-file/key_file.hpp"

namespace plugboard {
namespace {

using access_keys::KeyTable;
using key_store_file::FileWatch;

struct Settings {
  explicit Settings(const Config& config)
      : file(config.string("file")),
        watch(config.boolean("watch")),
        revoke(config.boolean("revoke")) {}

  std::string file;
  bool watch;
  bool revoke;
};

class KeyStoreFile : public Plugin {
 public:
  static std::string_view summary() { return "Access keys from a file, reread when it changes."; }

  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "properties": {
        "file": {
          "type": "string",
          "format": "path",
          "minLength": 1,
          "description": "one key or sha256:<hex> a line; # begins a comment"
        },
        "watch": {
          "type": "boolean",
          "default": true,
          "description": "reread the file when it changes; otherwise at a reload"
        },
        "revoke": {
          "type": "boolean",
          "default": true,
          "description": "close the connections of keys that have left the file"
        }
      },
      "required": ["file"]
    })";
  }

  static void check(Host, const Config& config) { read_or_refuse(config); }

  explicit KeyStoreFile(const Config& config) : settings_(config), keys_(read_or_refuse(config)) {
    start_watch();
  }

  KeyVerdict lookup(const KeyRequest& request) const {
    const std::uint64_t credential = keys_.get()->find(request.key);
    if (credential == 0) return abstain();
    return allow(Grant{.credential = credential});
  }

  // Another file must be usable, or the reload fails. The same one is reread as if it had changed.
  auto reconfigure(const Config& config) {
    Settings next(config);
    std::optional<KeyTable> keys;
    if (next.file != settings_.file) keys = read_or_refuse(config);
    return [this, next = std::move(next), keys = std::move(keys)]() mutable {
      watch_.reset();
      settings_ = std::move(next);
      if (keys) {
        take(std::move(*keys));
      } else {
        reread();
      }
      start_watch();
    };
  }

  void drain() { watch_.reset(); }

 private:
  static KeyTable read_or_refuse(const Config& config) {
    try {
      return key_store_file::parse_keys(key_store_file::read_file(config.string("file")));
    } catch (const ConfigError&) {
      throw;
    } catch (const std::exception& failure) {
      config.fail("file", failure.what());
    }
  }

  void start_watch() {
    if (settings_.watch) {
      watch_ = std::make_unique<FileWatch>(settings_.file, [this] { reread(); });
    }
  }

  // On the thread of the watch, or on [control] while there is none.
  void reread() noexcept {
    try {
      take(key_store_file::parse_keys(key_store_file::read_file(settings_.file)));
      last_problem_.clear();
    } catch (const std::exception& failure) {
      if (last_problem_ == failure.what()) return;  // told before, and nothing is better since
      last_problem_ = failure.what();
      host().error("the keys stay as they were: " + last_problem_);
    }
  }

  // Lets new keys count before it revokes old ones, so that no lookup finds a key that is being
  // revoked.
  void take(KeyTable table) {
    const auto after = std::make_shared<const KeyTable>(std::move(table));
    const auto before = keys_.exchange(after);
    const auto removed = before->credentials_missing_from(*after);
    const auto added = after->credentials_missing_from(*before).size();
    if (removed.empty() && added == 0) return;
    if (settings_.revoke) {
      for (const std::uint64_t credential : removed) host().revoke(credential);
    }
    host().info("the keys have changed: " + std::to_string(added) + " new, " +
                std::to_string(removed.size()) + " gone, " + std::to_string(after->size()) +
                " in all");
  }

  Settings settings_;  // changed only while there is no watch
  Current<KeyTable> keys_;
  std::string last_problem_;  // told in the log, and not mended since
  std::unique_ptr<FileWatch> watch_;
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::KeyStoreFile, "key-store-file", "1.0.0")
