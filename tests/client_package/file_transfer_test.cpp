// A file's way from one peer to another.
#include <gtest/gtest.h>

#include <random>

#include "support/child_process.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

class FileTransfer : public testing::Test {
 protected:
  FileTransfer() {
    Manifest manifest;
    manifest.channels = "[[channel]]\nname = \"demo\"\n";
    manifest.plugins = plugin_table("blobs", "blob-store-memory");
    manifest.chain = "key_store = \"open\"\nblob_store = \"blobs\"\n";
    relay_ = std::make_unique<RelayProcess>(manifest);
    source_.write("photo.jpg", content_);
  }

  std::string url() const { return "ws://" + relay_->endpoint().authority(); }

  // Bytes of every value, and a last piece that is not a whole one.
  static std::string make_content() {
    std::minstd_rand random(1);
    std::string content(3'000'001, '\0');
    for (char& byte : content) byte = static_cast<char>(random() >> 8U);
    return content;
  }

  // The offer's key, once the sender has told it.
  static std::string offered_key(const ChildProcess& sender) {
    if (!sender.await_output([](const std::string& out, const std::string&) {
          return out.find(" FOLDER\n") != std::string::npos;
        })) {
      return {};
    }
    const std::string out = sender.standard_output();
    const std::size_t begin = out.find("YOUR-ID ") + 8;
    return out.substr(begin, out.find(' ', begin) - begin);
  }

  Finished receive(const std::string& key) const {
    return run_to_end({FILE_TRANSFER_PROGRAM, "receive", url(), "demo", "bob00001", key,
                       target_.path().string()});
  }

  std::vector<std::string> send_command() const {
    return {FILE_TRANSFER_PROGRAM,
            "send",
            url(),
            "demo",
            "alice001",
            (source_.path() / "photo.jpg").string()};
  }

  TempDir source_;
  TempDir target_;
  std::string content_ = make_content();
  std::unique_ptr<RelayProcess> relay_;
};

TEST_F(FileTransfer, BringsEveryByte) {
  const ChildProcess sender(send_command());
  const Finished received = receive(offered_key(sender));
  EXPECT_EQ(received.code, 0) << received.err;
  EXPECT_TRUE(target_.read("photo.jpg") == content_);
}

TEST_F(FileTransfer, TellsTheSenderThatItIsDone) {
  const ChildProcess sender(send_command());
  EXPECT_EQ(receive(offered_key(sender)).code, 0);
  const auto ended = sender.await_exit();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
}

TEST_F(FileTransfer, FailsForAnOfferThatIsNotThere) {
  const Finished received = receive("no-such-offer");
  EXPECT_EQ(received.code, 1);
  EXPECT_NE(received.err.find("nothing is offered"), std::string::npos);
}

TEST_F(FileTransfer, LeavesAFileThatIsThereAlone) {
  target_.write("photo.jpg", "mine");
  const ChildProcess sender(send_command());
  EXPECT_EQ(receive(offered_key(sender)).code, 1);
  EXPECT_EQ(target_.read("photo.jpg"), "mine");
}

TEST_F(FileTransfer, BringsAnEmptyFile) {
  source_.write("photo.jpg", "");
  const ChildProcess sender(send_command());
  const Finished received = receive(offered_key(sender));
  EXPECT_EQ(received.code, 0) << received.err;
  EXPECT_EQ(received.out, "photo.jpg: 0 bytes, checked\n");
}

}  // namespace
}  // namespace plugboard::test
