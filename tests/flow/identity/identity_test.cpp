// Whatever the relay passes on, every receiver reads the sender's own address in it, and never the
// relay's own word: the kept corpus of the envelope and messages made at random go through a real
// relay, and what comes out is judged by Node's JSON.parse, by nlohmann::json, and by readers that
// keep the first of duplicate members or do not mind letter case.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "flow/suite.hpp"
#include "support/child_process.hpp"
#include "support/temp_dir.hpp"
#include "wire/message_maker.hpp"

namespace plugboard::test {
namespace {

constexpr const char* kReceiver = "pwa:bob00001";

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4U];
    out += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message, and the message with every address in it that might name a receiver made the one
/// that there is, so that more are passed on.
std::vector<std::string> aimed(const std::string& message) {
  std::vector<std::string> all = {message};
  // A `to` in front of everything else and one behind it.
  const std::size_t open = message.find('{');
  const std::size_t close = message.rfind('}');
  if (open == std::string::npos || close == std::string::npos || close <= open) return all;
  const std::string to = std::string(R"("to":")") + kReceiver + "\"";
  const std::string from = R"("from":"pwa:alice001")";
  const std::string head = message.substr(0, open + 1);
  const std::string middle = message.substr(open + 1, close - open - 1);
  const std::string tail = message.substr(close);
  const bool empty = middle.find_first_not_of(" \t\r\n") == std::string::npos;
  const std::string comma = empty ? "" : ",";
  for (const std::string& added : {to, from + "," + to}) {
    all.push_back(head + added + comma + middle + tail);
    all.push_back(head + middle + comma + added + tail);
  }
  return all;
}

class Identity : public testing::Test {
 protected:
  /// Sends it as binary, whose bytes need not be UTF-8, and keeps what the receiver gets of it.
  void pass(const std::string& message) {
    for (const std::string& each : aimed(message)) {
      alice_.socket().send_binary(each);
      ++sent_;
      if (sent_ % 200 == 0) collect();
    }
  }

  /// Takes what has been passed on up to now.
  void collect() {
    const std::string fence = alice_.send(kReceiver, "fence " + std::to_string(sent_));
    for (;;) {
      const WsMessage got = bob_.socket().receive();
      if (got.data == fence) return;
      judge_here(got.data);
      lines_ << "=" << hex(got.data) << "\n";
      ++passed_;
    }
  }

  /// As nlohmann::json reads it: of duplicate members it keeps the last.
  static void judge_here(const std::string& message) {
    try {
      const auto read = nlohmann::json::parse(message);
      EXPECT_EQ(read.at("from"), "pwa:alice001") << message;
    } catch (const nlohmann::json::out_of_range&) {
      // 1e999, which it cannot hold
    } catch (const nlohmann::json::parse_error& error) {
      EXPECT_NE(std::string(error.what()).find("surrogate"), std::string::npos) << message;
    }
  }

  void expect_that_all_readers_agree() {
    collect();
    lines_.close();
    const Finished node =
        run_to_end({PLUGBOARD_NODE, PLUGBOARD_SOURCE_DIR "/tests/wire/json_parse.mjs", "forwarded",
                    (folder_.path() / "lines").string()});
    EXPECT_EQ(node.code, 0) << node.out << node.err;
    EXPECT_EQ(node.out, std::to_string(passed_) + " messages read as the sender's\n");
    EXPECT_GT(passed_, 20);
    EXPECT_LT(passed_, sent_);
  }

  TempDir folder_;
  std::ofstream lines_{folder_.path() / "lines"};
  RelayProcess relay_{{.channels = "[[channel]]\nname = \"pwa\"\n"}};
  Peer alice_{relay_.endpoint(), "alice001"};
  Peer bob_{relay_.endpoint(), "bob00001"};
  int sent_ = 0;
  int passed_ = 0;
};

TEST_F(Identity, TheKeptCorpusIsReadAlikeByAllOnceItHasBeenPassedOn) {
  for (const auto& entry :
       std::filesystem::directory_iterator(PLUGBOARD_SOURCE_DIR "/tests/corpus/envelope")) {
    pass(content(entry.path()));
  }
  expect_that_all_readers_agree();
}

TEST_F(Identity, MessagesMadeAtRandomAreReadAlikeByAllOnceTheyHaveBeenPassedOn) {
  wire::test::MessageMaker maker(20'261'124);
  for (int i = 0; i < 1500; ++i) pass(maker.next());
  expect_that_all_readers_agree();
}

TEST_F(Identity, SpellingsOfFromThatSomeReaderTakesForItDoNotPass) {
  for (const char* name : {"From", "FROM", "fr\\u006fm", "\\u0046rom", "fro\\u004d", "fro\\u006D",
                           "\\u0066\\u0072om", "from\\u0000", "from\\u0000x", "FROM\\u0000"}) {
    const std::string foreign = std::string("\"") + name + R"(":"pwa:mallory1")";
    pass("{" + foreign + "}");
    pass("{" + foreign + R"(,"from":"pwa:alice001"})");
    pass(R"({"payload":{"from":"pwa:mallory1"},)" + foreign + "}");
  }
  // Deeper down it is the payload's own matter.
  pass(R"({"payload":{"from":"pwa:mallory1","type":"peer-status"}})");
  for (int i = 0; i < 10; ++i) pass("{}");
  expect_that_all_readers_agree();
}

}  // namespace
}  // namespace plugboard::test
