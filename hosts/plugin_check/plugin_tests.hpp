// The tests that a plugin is put through, in order. Each runs in a process of its own.
#pragma once

#include <vector>

#include "plugin_check/test_context.hpp"

namespace plugboard::plugin_check {

struct PluginTest {
  const char* name;
  const char* about;  ///< a clause for the report
  void (*run)(const TestContext&);
  bool decisive;  ///< what comes behind makes no sense if it does not say that the plugin is usable
};

[[nodiscard]] const std::vector<PluginTest>& plugin_tests();

// One file each, or a few that belong together.
void test_library(const TestContext& context);
void test_config(const TestContext& context);
void test_other_configs(const TestContext& context);
void test_contract(const TestContext& context);
void test_late_answers(const TestContext& context);
void test_io_budget(const TestContext& context);
void test_later_host(const TestContext& context);
void test_scarcity(const TestContext& context);
void test_reconfigure(const TestContext& context);
void test_two_instances(const TestContext& context);
void test_many_threads(const TestContext& context);
void test_cycles(const TestContext& context);

/// Waits for the answers that are owed, takes back what does not come, and reports what is owed
/// for good.
void settle(TestedInstance& instance);

}  // namespace plugboard::plugin_check
