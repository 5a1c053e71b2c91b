#include "plugin_check/plugin_tests.hpp"

namespace plugboard::plugin_check {

const std::vector<PluginTest>& plugin_tests() {
  static const std::vector<PluginTest> tests = {
      {"library", "what it exports, and what it says about itself", test_library, true},
      {"config", "a good config is taken, and tried without leaving anything behind", test_config,
       true},
      {"other-configs", "bad and random configs are refused or taken, in words", test_other_configs,
       false},
      {"contract", "every question is answered once and fittingly; nothing lent is kept",
       test_contract, false},
      {"late-answers", "questions taken back, and an end with questions under way",
       test_late_answers, false},
      {"io-budget", "functions that must not block do not", test_io_budget, false},
      {"later-host", "a relay of a later minor version, with longer structs and unknown flags",
       test_later_host, false},
      {"scarcity", "full queues, peers that have gone", test_scarcity, false},
      {"reconfigure", "new configs prepared, committed and aborted", test_reconfigure, false},
      {"two-instances", "two of it at once, as during a reload", test_two_instances, false},
      {"many-threads", "many threads at once, with reconfiguring in between", test_many_threads,
       false},
      {"cycles", "made and destroyed again and again without leaving anything behind", test_cycles,
       false}};
  return tests;
}

}  // namespace plugboard::plugin_check
