// The program of examples/embedding: a web server and a relay on one port.
#include <gtest/gtest.h>

#include <csignal>

#include "flow/suite.hpp"
#include "support/child_process.hpp"
#include "support/frame.hpp"

namespace plugboard::test {
namespace {

class Embedding : public testing::Test {
 protected:
  Embedding() : program_({EMBEDDING_PROGRAM, "0"}) {
    const std::string ready = "listening on ";
    if (!program_.await_output([&](const std::string& out, const std::string&) {
          return out.find('\n') != std::string::npos;
        })) {
      throw std::runtime_error("the program does not come up: " + program_.standard_error());
    }
    const std::string out = program_.standard_output();
    endpoint_ = Endpoint::parse(out.substr(ready.size(), out.find('\n') - ready.size()));
  }

  std::string target(const std::string& id) const { return "/demo/" + id + "?key=member-key-1"; }

  ChildProcess program_;
  Endpoint endpoint_;
};

TEST_F(Embedding, AnswersWhatIsItsOwn) {
  HttpClient http(endpoint_);
  EXPECT_EQ(http.get("/").body, "0 connections\n");
  EXPECT_EQ(http.get("/").body, "0 connections\n");
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Embedding, HandsOverRequestsForTheRelay) {
  HttpClient http(endpoint_);
  EXPECT_EQ(http.get("/").status, 200);
  const HttpResponse health = http.get("/health");
  EXPECT_EQ(nlohmann::json::parse(health.body).at("status"), "ok");
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Embedding, HandsOverUpgradesWithWhatCameBehindThem) {
  RawSocket bob(endpoint_);
  bob.upgrade(target("bob00001"), "", ping_frame("in"));
  EXPECT_TRUE(bob.frame().is(Opcode::kPong));
  RawSocket alice(endpoint_);
  const std::string message = R"({"from":"demo:alice001","to":"demo:bob00001","payload":"hello"})";
  alice.upgrade(target("alice001"), "", text_frame(message));
  EXPECT_EQ(bob.frame().payload, message);
}

TEST_F(Embedding, AsksItsOwnClassForKeys) {
  EXPECT_EQ(refusal_of(endpoint_, "/demo/alice001?key=other-key-1"), key_rejected());
}

TEST_F(Embedding, SendsPeersAwayBeforeItEnds) {
  RawSocket alice(endpoint_);
  alice.upgrade(target("alice001"), "", ping_frame("in"));
  alice.frame();
  program_.signal(SIGTERM);
  EXPECT_EQ(alice.frame().close_code(), 1012);
  alice.reset();
  const auto ended = program_.await_exit();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
}

}  // namespace
}  // namespace plugboard::test
