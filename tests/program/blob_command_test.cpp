// `plugboard blob` as scripts use it.
#include <gmock/gmock.h>

#include "support/child_process.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

using testing::HasSubstr;

class BlobCommand : public testing::Test {
 protected:
  BlobCommand() {
    folder_.write("keys.txt", "test-key-0001\n");
    Manifest manifest;
    manifest.plugins = plugin_table("blobs", "blob-store-memory", "require_key = true") +
                       plugin_table("keys", "key-store-file", R"(file = "keys.txt")");
    manifest.chain = "blob_store = \"blobs\"\nkey_store = [\"keys\"]\n";
    relay_ = std::make_unique<RelayProcess>(folder_, manifest);
  }

  Finished run(const std::string& verb, std::vector<std::string> more = {},
               const std::string& input = "", const std::string& access_key = "test-key-0001") {
    std::vector<std::string> all = {
        plugboard_program(), "blob",  verb,      "http://" + relay_->endpoint().authority(),
        "offer-0001",        "--key", access_key};
    all.insert(all.end(), more.begin(), more.end());
    return run_to_end(all, {}, folder_.path().string(), input);
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
};

TEST_F(BlobCommand, GetsWhatWasPutByteForByte) {
  const std::string text = "no line end, a tab\t, ü";
  EXPECT_EQ(run("put", {}, text).code, 0);
  const Finished got = run("get");
  EXPECT_EQ(got.code, 0);
  EXPECT_EQ(got.out, text);
}

TEST_F(BlobCommand, ReadsAndWritesFiles) {
  folder_.write("in.txt", "from a file\n");
  EXPECT_EQ(run("put", {"in.txt"}).code, 0);
  EXPECT_EQ(run("get", {"out.txt"}).out, "");
  EXPECT_EQ(folder_.read("out.txt"), "from a file\n");
}

TEST_F(BlobCommand, FailsForAFileThatIsNotThere) {
  const Finished ended = run("put", {"nowhere.txt"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("nowhere.txt cannot be read"));
}

TEST_F(BlobCommand, FailsForAFolder) {
  const Finished ended = run("put", {"."});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("cannot be read"));
}

TEST_F(BlobCommand, LeavesWhatIsThereIfItsInputCannotBeRead) {
  EXPECT_EQ(run("put", {}, "text").code, 0);
  const Finished ended = run_to_end({"/bin/sh", "-c", R"("$@" < /)", "sh", plugboard_program(),
                                     "blob", "put", "http://" + relay_->endpoint().authority(),
                                     "offer-0001", "--key", "test-key-0001"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("stdin cannot be read"));
  EXPECT_EQ(run("get").out, "text");
}

TEST_F(BlobCommand, FailsForABlobThatIsNotThere) {
  const Finished ended = run("get");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("there is no blob offer-0001"));
}

TEST_F(BlobCommand, DeletesOnce) {
  EXPECT_EQ(run("put", {}, "text").code, 0);
  EXPECT_EQ(run("delete").code, 0);
  EXPECT_EQ(run("delete").code, 1);
}

TEST_F(BlobCommand, TellsWhyTheRelayRefuses) {
  const Finished ended = run("put", {}, std::string(8193, 'x'));
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("Blob exceeds max size (8192 bytes)"));
}

TEST_F(BlobCommand, FailsWithAWrongAccessKey) {
  EXPECT_EQ(run("put", {}, "text", "wrong-key-01").code, 1);
}

TEST_F(BlobCommand, IsWrongWithABlobKeyOfOtherCharacters) {
  const Finished ended =
      run_to_end({plugboard_program(), "blob", "get", "http://127.0.0.1:1", "no"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("\"no\" is no blob key"));
}

TEST_F(BlobCommand, FailsWhenNobodyListens) {
  const Finished ended =
      run_to_end({plugboard_program(), "blob", "get", "http://127.0.0.1:1", "offer-0001"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("Connection refused"));
}

}  // namespace
}  // namespace plugboard::test
