// A file's way from one peer to another.
#include <gtest/gtest.h>

#include <random>

#include "support/child_process.hpp"
#include "support/http_client.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

constexpr const char* kOffer = "offer-of-somebody";

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

  // Puts what is received as `kOffer`, as anybody could.
  void offer(const std::string& text) const {
    HttpClient http(relay_->endpoint());
    ASSERT_EQ(http.put(std::string("/blob/") + kOffer, text).status, 200);
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

TEST_F(FileTransfer, TellsThatTheRelayCannotBeReached) {
  std::vector<std::string> command = send_command();
  command[2] = "ws://127.0.0.1:1";
  const ChildProcess sender(command);
  EXPECT_TRUE(sender.await_output([](const std::string&, const std::string& err) {
    return err.find("CONNECT_FAILED: Connection refused") != std::string::npos;
  }));
}

TEST_F(FileTransfer, OffersNothingWhereTheSenderIsRefused) {
  std::vector<std::string> command = send_command();
  command[3] = "nowhere";
  const Finished refused = run_to_end(command);
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.out, "");
  EXPECT_NE(refused.err.find("Invalid connection URL"), std::string::npos) << refused.err;
}

TEST_F(FileTransfer, TellsThatTheSenderIsNotThere) {
  offer(R"({"name":"photo.jpg","size":1,"sha256":"00","sender":"demo:mallory1"})");
  const ChildProcess receiver({FILE_TRANSFER_PROGRAM, "receive", url(), "demo", "bob00001", kOffer,
                               target_.path().string()});
  EXPECT_TRUE(receiver.await_output([](const std::string&, const std::string& err) {
    return err.find("demo:mallory1 is not there") != std::string::npos;
  }));
}

TEST_F(FileTransfer, FailsForWhatIsNoOffer) {
  offer(R"({"name":5})");
  const Finished received = receive(kOffer);
  EXPECT_EQ(received.code, 1);
  EXPECT_EQ(received.err, "file-transfer: what is under this key is no offer\n");
}

// An empty file's offer, which would be received at once.
std::string offer_named(const std::string& name) {
  return R"({"name":")" + name +
         R"(","size":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",)" +
         R"("sender":"demo:mallory1"})";
}

TEST_F(FileTransfer, TakesNoNameThatWouldHideAFileOrSteerATerminal) {
  for (const char* name :
       {".bashrc", "..", "", "x/..", R"(\u001b[2Jx)", R"(\u009b2Jx)", R"(a\u0000)"}) {
    offer(offer_named(name));
    EXPECT_EQ(receive(kOffer).code, 1) << name;
  }
  EXPECT_TRUE(std::filesystem::is_empty(target_.path()));
}

TEST_F(FileTransfer, TakesNoFolderFromAName) {
  offer(offer_named("../../etc/photo.jpg"));
  EXPECT_EQ(receive(kOffer).code, 0);
  EXPECT_TRUE(std::filesystem::exists(target_.path() / "photo.jpg"));
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
