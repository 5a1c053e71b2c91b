// The envelope held against JavaScript's own JSON.parse, in Node, and against the ways in which
// other readers differ from it: the relay must never let a message pass that one of them reads as
// from somebody else.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "wire/envelope.hpp"
#include "wire/json_text.hpp"
#include "wire/message_maker.hpp"

namespace plugboard::wire {
namespace {

using test::MessageMaker;

/// Runs tests/wire/json_parse.mjs; its output and exit status.
std::pair<std::string, int> run_node(const std::string& arguments) {
  const std::string command = std::string(PLUGBOARD_NODE) + " " + PLUGBOARD_SOURCE_DIR +
                              "/tests/wire/json_parse.mjs " + arguments + " 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {"cannot be started", -1};
  std::string output;
  char buffer[4096];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) {
    output.append(buffer, size);
  }
  return {output, ::pclose(pipe)};
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

/// A member's value, or a dash.
std::string hex(JsonText text) { return text.present() ? "=" + hex(unescape(text)) : "-"; }

/// One line: the message, what the relay thinks of it, and what it read.
void write_line(std::ostream& out, const std::string& message) {
  const Envelope envelope = scan_envelope(message, MessageMaker::kSender);
  out << "=" << hex(message) << ' ' << envelope.valid << ' ' << envelope.foreign_from << ' '
      << envelope.duplicate << ' ' << envelope.reserved_type << ' ' << hex(envelope.from) << ' '
      << hex(envelope.to) << ' ' << hex(envelope.type) << ' ' << hex(envelope.address) << ' '
      << (envelope.payload.data() == nullptr ? "-" : "=" + hex(envelope.payload)) << '\n';
}

class NodeMessages : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("plugboard-messages-" + std::to_string(::getpid()));
    file_.open(path_);
    ASSERT_TRUE(file_.is_open());
  }
  void TearDown() override { std::filesystem::remove(path_); }

  void add(const std::string& message) {
    write_line(file_, message);
    ++count_;
  }

  /// Node's judgement on all of them.
  void expect_agreement() {
    file_.close();
    const auto [output, status] = run_node("messages " + path_.string());
    EXPECT_EQ(status, 0);
    EXPECT_EQ(output, std::to_string(count_) + " messages read alike\n");
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  int count_ = 0;
};

TEST_F(NodeMessages, EveryReaderReadsGeneratedMessagesAsTheRelayDoes) {
  MessageMaker maker(3);
  for (int i = 0; i < 20000; ++i) add(maker.next());
  expect_agreement();
}

TEST_F(NodeMessages, EveryReaderReadsTheKeptMessagesAsTheRelayDoes) {
  const std::string corpus = std::string(PLUGBOARD_SOURCE_DIR) + "/tests/corpus/envelope";
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    std::ifstream file(entry.path(), std::ios::binary);
    add({std::istreambuf_iterator<char>(file), {}});
  }
  expect_agreement();
}

TEST(NodeFolding, ReadsAsKnowsEveryCharacterThatFoldsToAscii) {
  const auto [output, status] = run_node("folds");
  ASSERT_EQ(status, 0) << output;
  std::istringstream lines(output);
  std::set<std::string> special;
  std::string character;
  std::string folded;
  while (lines >> character >> folded) {
    std::string raw = "\\u" + character;
    EXPECT_TRUE(reads_as({raw, true}, folded)) << character << " " << folded;
    special.insert(character);
  }
  EXPECT_GE(special.size(), 11U);
  // And takes nothing else for a letter.
  for (unsigned point = 0x80; point < 0x10000; ++point) {
    char text[7];
    std::snprintf(text, sizeof text, "\\u%04x", point);
    if (special.contains(text + 2)) continue;
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      ASSERT_FALSE(reads_as({text, true}, std::string_view(&letter, 1))) << text << letter;
    }
  }
}

}  // namespace
}  // namespace plugboard::wire
