// When the watch of the manifest takes it for changed.
#include "file_watch.hpp"

#include <gtest/gtest.h>

#include "support/deadline.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::program {
namespace {

namespace fs = std::filesystem;

class WatchedFile : public testing::Test {
 protected:
  test::TempDir folder_;
  fs::path file_ = folder_.write("plugboard.toml", "as it was");
  FileWatch watch_{file_};
};

/// A change counts as soon as the file has been the same for one look.
bool changed_once(FileWatch& watch) {
  return !watch.changed() && watch.changed() && !watch.changed();
}

TEST_F(WatchedFile, IsUnchangedAtFirst) {
  EXPECT_FALSE(watch_.changed());
  EXPECT_FALSE(watch_.changed());
}

TEST_F(WatchedFile, HasChangedOnceWhenItWasWrittenInPlace) {
  folder_.write("plugboard.toml", "longer than it was");
  EXPECT_TRUE(changed_once(watch_));
}

TEST_F(WatchedFile, HasChangedOnceWhenAnotherTookItsPlace) {
  folder_.replace("plugboard.toml", "as it was");
  EXPECT_TRUE(changed_once(watch_));
}

TEST_F(WatchedFile, HasChangedOnceWhenAsManyOtherBytesWereWrittenAndItsTimeSetBack) {
  const fs::file_time_type before = fs::last_write_time(file_);
  // Some systems count the time of files in steps of several milliseconds.
  ASSERT_TRUE(
      test::await([&] { return fs::last_write_time(folder_.write("another", "file")) > before; }));
  folder_.write("plugboard.toml", "as it is!");
  fs::last_write_time(file_, before);
  EXPECT_TRUE(changed_once(watch_));
}

TEST_F(WatchedFile, HasChangedOnceWhenItWasRemovedAndOnceWhenItCameBack) {
  fs::remove(file_);
  EXPECT_TRUE(changed_once(watch_));
  folder_.write("plugboard.toml", "as it was");
  EXPECT_TRUE(changed_once(watch_));
}

TEST_F(WatchedFile, HasNotChangedWhileItIsStillBeingWritten) {
  for (int size = 10; size < 15; ++size) {
    folder_.write("plugboard.toml", std::string(static_cast<std::size_t>(size), 'x'));
    EXPECT_FALSE(watch_.changed());
  }
  EXPECT_TRUE(watch_.changed());
}

TEST_F(WatchedFile, HasNotChangedWhenTheChangeIsKnown) {
  folder_.write("plugboard.toml", "longer than it was");
  watch_.reset();
  EXPECT_FALSE(watch_.changed());
  EXPECT_FALSE(watch_.changed());
}

}  // namespace
}  // namespace plugboard::program
