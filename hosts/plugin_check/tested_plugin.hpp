// The plugin under test: its library in this process, and instances of it whose every call is
// watched. [control] calls belong to the test's own thread; the others may come from any.
#pragma once

#include <plugboard/plugboard.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "extension/descriptor.hpp"
#include "plugin_check/plugin_call.hpp"
#include "plugin_check/reporter.hpp"
#include "plugin_check/watched_host.hpp"

namespace plugboard::plugin_check {

/// How long one function of the plugin took, over all its calls.
struct CallTimes {
  std::size_t calls = 0;
  std::chrono::nanoseconds shortest = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds longest{0};
};

/// A library that is mapped and has described itself.
class TestedLibrary {
 public:
  /// What makes it unusable is reported; then there is nothing.
  [[nodiscard]] static std::unique_ptr<TestedLibrary> load(const std::filesystem::path& path);

  /// Reports what the file shows before any of its code is let in. False if it is no use at all.
  static bool look_at(const std::filesystem::path& path);

  [[nodiscard]] const extension::Descriptor& descriptor() const { return descriptor_; }
  [[nodiscard]] const plugboard_plugin& functions() const { return descriptor_.functions; }
  /// As the entry function returned it.
  [[nodiscard]] const plugboard_plugin& raw() const { return *raw_; }
  [[nodiscard]] const std::string& sha256() const { return sha256_; }

 private:
  TestedLibrary() = default;

  extension::Descriptor descriptor_;
  const plugboard_plugin* raw_ = nullptr;
  std::string sha256_;
};

class TestedInstance {
 public:
  /// Makes an instance, or reports nothing and tells why not: an empty list if it threw, which has
  /// been reported.
  [[nodiscard]] static std::variant<std::unique_ptr<TestedInstance>, std::vector<Problem>> create(
      const TestedLibrary& library, WatchedHost& host, const std::string& config);

  TestedInstance(const TestedInstance&) = delete;
  TestedInstance& operator=(const TestedInstance&) = delete;
  /// Ends the instance as the relay does.
  ~TestedInstance() { end(); }
  void end();

  [[nodiscard]] WatchedHost& host() { return host_; }
  [[nodiscard]] plugboard_instance* self() const { return self_; }
  [[nodiscard]] const extension::KindTables& kinds() const { return library_.descriptor().kinds; }
  [[nodiscard]] const TestedLibrary& library() const { return library_; }
  /// Functions marked [io, or worker if blocking].
  [[nodiscard]] CallKind io_or_worker() const {
    return library_.descriptor().blocking() ? CallKind::kWorker : CallKind::kIo;
  }

  /// The config is taken in and made to count, or forgotten. The status of prepare; OK without
  /// reconfiguring.
  plugboard_status reconfigure(const std::string& config, bool commit);

  /// Calls a function that decides. `function`: a literal.
  template <class Call>
  plugboard_status decide(const char* function, CallKind kind, Call&& call) {
    const auto start = std::chrono::steady_clock::now();
    const auto status = call_plugin(function, std::forward<Call>(call));
    if (kind == CallKind::kIo) measured(function, std::chrono::steady_clock::now() - start);
    return status.value_or(PLUGBOARD_ERROR);
  }
  template <class Call>
  void notify(const char* function, CallKind kind, Call&& call) {
    decide(function, kind, [&] {
      call();
      return PLUGBOARD_OK;
    });
  }

  /// Tells the plugin that an answer no longer counts.
  void cancel(plugboard_token token);

  /// Of the calls that may not block, by function.
  [[nodiscard]] std::map<std::string, CallTimes> io_times() const;

 private:
  TestedInstance(const TestedLibrary& library, WatchedHost& host)
      : library_(library), host_(host) {}

  void measured(const char* function, std::chrono::nanoseconds time);

  const TestedLibrary& library_;
  WatchedHost& host_;
  plugboard_instance* self_ = nullptr;
  bool ended_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, CallTimes> times_;
};

}  // namespace plugboard::plugin_check
