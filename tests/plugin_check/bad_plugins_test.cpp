// The check tool finds what is wrong with each plugin of tests/bad_plugins, by its name.
#include "plugin_check/plugin_check.hpp"

namespace plugboard::test {
namespace {

CheckedPlugin bad(const std::string& name, std::set<std::string> findings) {
  return {name, PLUGBOARD_BUILD_DIR "/tests/bad_plugins/" + name + ".so", "", std::move(findings)};
}

const std::vector<CheckedPlugin>& plugins() {
  static const std::vector<CheckedPlugin> all = {
    // Those that take longest first.
    bad("hangs_in_create", {"hangs"}),
    bad("hangs_in_describe", {"hangs"}),
    bad("hangs_in_destroy", {"hangs"}),
    bad("hangs_in_lookup", {"hangs"}),
    bad("never_completes", {"never-completes"}),
    bad("completes_late", {"answers-late"}),
    bad("blocks_io_thread", {"blocks-io-thread"}),
    bad("completes_after_destroy", {"calls-after-destroy"}),
    bad("completes_and_returns", {"completes-twice"}),
    bad("completes_inside_and_again", {"completes-twice"}),
    bad("completes_twice", {"completes-twice"}),
    bad("create_without_destroy", {"missing-functions"}),
    bad("half_blob_store", {"half-a-kind"}),
    bad("keeps_borrowed", {"keeps-borrowed-pointer"}),
    bad("keeps_going", {"leaves-thread", "calls-after-destroy"}),
    bad("leaks_descriptor", {"leaks-descriptor"}),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if !defined(__has_feature)
    bad("leaks_memory", {"leaks-memory"}),
#elif !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    bad("leaks_memory", {"leaks-memory"}),
#endif
#endif
    bad("leaves_thread", {"leaves-thread"}),
    bad("logs_keys", {"logs-a-secret"}),
    bad("missing_symbol", {"cannot-be-loaded"}),
    bad("needs_exact_host", {"refuses-good-config"}),
    bad("next_major_entry", {"wrong-major"}),
    bad("no_entry", {"no-entry"}),
    bad("null_descriptor", {"no-descriptor"}),
    bad("prepare_without_commit", {"missing-functions"}),
    bad("refuses", {"refuses-good-config"}),
    bad("refuses_silently", {"refuses-silently"}),
    bad("second_export", {"second-export"}),
    bad("short_descriptor", {"short-descriptor"}),
    bad("short_table", {"short-table"}),
    bad("takes_any_config", {"takes-any-config"}),
    bad("throws_in_create", {"throws"}),
    bad("throws_in_describe", {"throws"}),
    bad("throws_later", {"throws"}),
    bad("unique_symbols", {"unique-symbols"}),
    bad("unknown_codes", {"unknown-code"}),
    bad("writes_beyond_size", {"writes-beyond-size"}),
    bad("wrong_major", {"wrong-major"})
  };
  return all;
}

class BadPlugin : public testing::TestWithParam<CheckedPlugin> {
 protected:
  static void SetUpTestSuite() { checks_ = std::make_unique<ChecksAtOnce>(plugins()); }
  static void TearDownTestSuite() { checks_.reset(); }

  inline static std::unique_ptr<ChecksAtOnce> checks_;
};

TEST_P(BadPlugin, IsFoundOut) {
  const Finished report = checks_->of(GetParam().name);
  EXPECT_EQ(report.code, 1) << report.out << report.err;
  const std::set<std::string> found = findings_of(report.out);
  for (const std::string& finding : GetParam().findings) {
    EXPECT_TRUE(found.contains(finding)) << "not " << finding << " in\n" << report.out;
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadPlugin, testing::ValuesIn(plugins()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace plugboard::test
