// Runs `plugboard plugin-check` on many libraries, a few at a time, and keeps the reports.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/manifest.hpp"

namespace plugboard::test {

struct CheckedPlugin {
  std::string name;  ///< for the test's name: letters, digits and "_"
  std::string library;
  std::string config = {};              ///< JSON; empty: none
  std::set<std::string> findings = {};  ///< those it must have; empty: none at all
  std::string level = "quick";
  std::vector<std::string> keys = {};  ///< that it knows
};

/// For the names of tests.
inline void PrintTo(const CheckedPlugin& plugin, std::ostream* out) { *out << plugin.name; }

/// Runs a check to its end, for as long as all its tests together may take.
inline Finished run_long(const std::vector<std::string>& arguments) {
  const ChildProcess process(arguments);
  const auto exit = process.await_exit(Deadline(std::chrono::minutes(6)));
  return {exit ? exit->code : -1, process.standard_output(), process.standard_error()};
}

inline Finished run_check(const CheckedPlugin& plugin) {
  std::vector<std::string> arguments{plugboard_program(), "plugin-check", plugin.library, "--json",
                                     "--level",           plugin.level};
  if (!plugin.config.empty()) {
    arguments.emplace_back("--config");
    arguments.push_back(plugin.config);
  }
  for (const std::string& key : plugin.keys) {
    arguments.emplace_back("--key");
    arguments.push_back(key);
  }
  return run_long(arguments);
}

/// The names of all findings of a report.
inline std::set<std::string> findings_of(const std::string& report) {
  std::set<std::string> names;
  const auto parsed = nlohmann::json::parse(report, nullptr, false);
  if (!parsed.is_object()) return {"no report"};
  for (const auto& test : parsed["tests"]) {
    for (const auto& finding : test["findings"]) {
      names.insert(finding["finding"].get<std::string>());
    }
  }
  return names;
}

/// Checks that go on at the same time, since most of one is waiting.
class ChecksAtOnce {
 public:
  explicit ChecksAtOnce(std::vector<CheckedPlugin> plugins) : plugins_(std::move(plugins)) {
    constexpr std::size_t kAtOnce = 8;
    for (std::size_t i = 0; i < kAtOnce; ++i) threads_.emplace_back([this] { work(); });
  }
  ChecksAtOnce(const ChecksAtOnce&) = delete;
  ChecksAtOnce& operator=(const ChecksAtOnce&) = delete;
  ~ChecksAtOnce() {
    for (std::thread& thread : threads_) thread.join();
  }

  Finished of(const std::string& name) {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [&] { return reports_.contains(name); });
    return reports_[name];
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      if (next_ == plugins_.size()) return;
      const CheckedPlugin& plugin = plugins_[next_++];
      lock.unlock();
      Finished finished;
      try {
        finished = run_check(plugin);
      } catch (const std::exception& exception) {
        finished.err = exception.what();
      }
      lock.lock();
      reports_[plugin.name] = std::move(finished);
      finished_.notify_all();
    }
  }

  const std::vector<CheckedPlugin> plugins_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::size_t next_ = 0;
  std::map<std::string, Finished> reports_;
  std::vector<std::thread> threads_;
};

}  // namespace plugboard::test
