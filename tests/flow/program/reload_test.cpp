// What makes the relay read its manifest again, and what becomes of one that cannot be used.
#include <csignal>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

namespace fs = std::filesystem;

class Reloading : public testing::Test {
 protected:
  static Manifest manifest(const std::string& trigger, const std::string& channel = "pwa") {
    return {.server = "reload = \"" + trigger + "\"\n",
            .channels = "[[channel]]\nname = \"" + channel + "\"\n"};
  }

  void start(const std::string& trigger) {
    relay_ = std::make_unique<RelayProcess>(folder_, manifest(trigger));
  }

  bool enters(const std::string& channel) const {
    return comes_in(relay_->endpoint(), fresh_id(), {.channel = channel});
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
};

TEST_F(Reloading, FollowsAWatchedManifestThatIsWrittenInPlace) {
  start("watch");
  folder_.write("plugboard.toml", manifest("watch", "other").text());
  ASSERT_TRUE(relay_->await_log("reloaded "));
  EXPECT_TRUE(enters("other"));
}

TEST_F(Reloading, FollowsAWatchedManifestWhoseTimeWasSetBack) {
  start("watch");
  const auto before = fs::last_write_time(folder_.path() / "plugboard.toml");
  folder_.write("new.toml", manifest("watch", "other").text());
  fs::last_write_time(folder_.path() / "new.toml", before);
  fs::rename(folder_.path() / "new.toml", folder_.path() / "plugboard.toml");
  ASSERT_TRUE(relay_->await_log("reloaded "));
  EXPECT_TRUE(enters("other"));
}

TEST_F(Reloading, KeepsWhatItHasUntilAWatchedManifestIsMended) {
  start("watch");
  folder_.write("plugboard.toml", "[server\n");
  ASSERT_TRUE(relay_->await_log("not reloaded: everything stays as it was"));
  EXPECT_TRUE(enters("pwa"));
  folder_.write("plugboard.toml", manifest("watch", "other").text());
  ASSERT_TRUE(relay_->await_log("reloaded " + (folder_.path() / "plugboard.toml").string()));
  EXPECT_TRUE(enters("other"));
}

TEST_F(Reloading, SaysWhereAManifestThatCannotBeUsedIsWrong) {
  start("signal");
  folder_.write("plugboard.toml", "[server]\nlisten = [\"127.0.0.1:0\"]\nwhat = 1\n");
  relay_->signal(SIGHUP);
  ASSERT_TRUE(relay_->await_log("not reloaded: everything stays as it was"));
  EXPECT_NE(relay_->standard_error().find("plugboard.toml:3:1"), std::string::npos)
      << relay_->standard_error();
}

TEST_F(Reloading, BeginsToWatchWhenAReloadSaysSo) {
  start("signal");
  folder_.write("plugboard.toml", manifest("watch").text());
  relay_->signal(SIGHUP);
  ASSERT_TRUE(relay_->await_log("reloaded "));
  folder_.write("plugboard.toml", manifest("watch", "other").text());
  EXPECT_TRUE(await([&] { return enters("other"); }));
}

}  // namespace
}  // namespace plugboard::test
