// The root of the room: turns a manifest into plugin instances and chains, at the start and at each
// reload, and ends them. Every function is for the thread that starts, reloads and stops the relay
// (they may block while libraries load and plugins set up), unless said otherwise.
#pragma once

#include <plugboard/plugin.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "extension/chains.hpp"
#include "extension/host_services.hpp"
#include "extension/linked_plugin.hpp"

namespace plugboard::manifest {
struct Diagnostic;
struct Manifest;
}  // namespace plugboard::manifest

namespace plugboard::extension {

struct ExtensionOptions {
  /// Folders searched before those of the manifest's plugins.path (serve --plugin-path).
  std::vector<std::filesystem::path> plugin_path;
  /// They are found before any library of the same name.
  LinkedPlugins linked = {};
  /// What host->relay_version says.
  std::string relay_version = "0.0.0";
  /// Threads that run what may block.
  std::size_t worker_threads = 16;
  /// Questions that one instance may owe an answer to at a time; beyond it counts as failed.
  std::size_t max_in_flight = 1024;
  /// Jobs and events waiting for one instance on the workers.
  std::size_t max_queued = 1024;
  /// How long create, check, prepare and the like may take before the plugin is given up.
  std::chrono::milliseconds control_timeout = std::chrono::seconds(30);
  /// How long `shutdown` waits for plugins to finish before it leaves them as they are.
  std::chrono::milliseconds shutdown_timeout = std::chrono::seconds(10);
  /// Calls on I/O threads that take longer are complained about, once in a while.
  std::chrono::nanoseconds io_budget = std::chrono::milliseconds(5);
};

/// One library, for `plugboard plugins`.
struct LibraryDescription {  // NOLINT(bugprone-exception-escape): JSON is moved
  std::filesystem::path path;
  std::string library;  ///< what the manifest calls it: the file name without its ending
  std::string sha256;   ///< of the content, lower-case hex
  std::string name;     ///< what it calls itself
  std::string version;
  std::string summary;
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;
  bool blocking = false;
  bool reconfigurable = false;
  std::vector<std::string> kinds;  ///< "key-store", "rate-limiter", ...
  nlohmann::json config_schema;    ///< null: takes no config
  std::string problem;             ///< a sentence if it cannot be used; then only the first parts
                                   ///< above are filled in
};

class Room;

/// A generation that has been made ready and may still be given up: libraries are loaded, new
/// instances exist, kept ones are prepared. Destroying it without a commit undoes all of that, and
/// the generation before goes on as if nothing had happened.
class NewGeneration {
 public:
  NewGeneration(NewGeneration&&) noexcept;
  NewGeneration& operator=(NewGeneration&&) noexcept;
  ~NewGeneration();

  /// Makes it count. Cannot fail. The caller then hands the chains to every thread at once.
  [[nodiscard]] std::shared_ptr<const Chains> commit() &&;

 private:
  friend class Extensions;
  class Impl;

  explicit NewGeneration(std::unique_ptr<Impl> impl);
  [[nodiscard]] static std::variant<NewGeneration, std::vector<manifest::Diagnostic>> prepare(
      std::shared_ptr<Room> room, const manifest::Manifest& manifest);

  std::unique_ptr<Impl> impl_;
};

class Extensions {
 public:
  using Problems = std::vector<manifest::Diagnostic>;

  /// `services` must outlive this object.
  Extensions(HostServices& services, ExtensionOptions options);
  Extensions(const Extensions&) = delete;
  Extensions& operator=(const Extensions&) = delete;
  /// Shuts down.
  ~Extensions();

  /// Makes a generation ready from a manifest, for the start as for a reload: everything is loaded,
  /// created, prepared and checked, and any failure undoes all of it and is told with file, line
  /// and column. One at a time. The manifest is not kept.
  [[nodiscard]] std::variant<NewGeneration, Problems> prepare(const manifest::Manifest& manifest);

  /// `prepare` and `commit` in one, for callers with nothing to do in between.
  [[nodiscard]] std::variant<std::shared_ptr<const Chains>, Problems> apply(
      const manifest::Manifest& manifest);

  /// For `plugboard check`: loads every library of the manifest, checks every config and lets each
  /// plugin try what it depends on, without making instances. Warnings are among the result.
  [[nodiscard]] Problems check(const manifest::Manifest& manifest);

  /// For `plugboard plugins`: every library in the folders of --plugin-path and, if there is a
  /// manifest, of its plugins.path, and those that it names by path.
  [[nodiscard]] std::vector<LibraryDescription> describe(const manifest::Manifest* manifest);

  /// One object for each instance of the present generation, by name: calls, errors, timeouts,
  /// in flight, queued, dropped events, time spent. Any thread.
  [[nodiscard]] nlohmann::json stats() const;

  /// Looks at the clock again, where it is one that is moved by hand. Any thread.
  void wake_timers();

  /// Ends every instance: drained, destroyed, threads joined; those that do not finish in time are
  /// left as they are and named in the log. The caller has let go of all chains, questions,
  /// admissions and tickets before. Nothing can be applied afterwards. Idempotent.
  void shutdown();

 private:
  std::shared_ptr<Room> room_;
};

}  // namespace plugboard::extension
