// Hooks that verify a peer before it is registered.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Manifest with_doorman(const std::string& plugin_lines = "") {
  return {.plugins = doorman_table(plugin_lines),
          .chain =
              "key_store = \"open\"\nhook = [\"doorman\"]\n"
              "http = [\"doorman\"]\n"};
}

class ConnectingVerify : public SharedRelay<ConnectingVerify> {
 public:
  static Manifest manifest() { return with_doorman(); }
};

TEST_F(ConnectingVerify, LetsInWhomTheHookDoesNotRefuse) {
  EXPECT_NO_THROW(Peer(endpoint(), fresh_id()));
}

TEST_F(ConnectingVerify, ADenialHasDefaults) {
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/denied001"),
            refused("VERIFY_FAILED", "Peer verification failed", 1008, "Verify failed"));
}

TEST_F(ConnectingVerify, ADenialCanHaveItsOwnCodeMessageAndClose) {
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/refused1"),
            refused("NOT_TODAY", "Come back tomorrow", 4321, "Not today"));
}

TEST_F(ConnectingVerify, AHookThatFailsIsARefusal) {
  for (const char* id : {"failing01", "throwing1"}) {
    RawSocket client(endpoint());
    client.upgrade(std::string("/pwa/") + id);
    ReceivedFrame frame = client.frame();
    if (frame.is(Opcode::kText)) frame = client.frame();
    EXPECT_TRUE(frame.is(Opcode::kClose)) << id;
    EXPECT_EQ(frame.close_code(), 1011) << id;
    EXPECT_EQ(frame.close_reason(), "Internal verification error") << id;
  }
}

TEST_F(ConnectingVerify, TheHookSeesTheRequestAndWhoMadeIt) {
  const Refusal refusal = refusal_of(endpoint(), "/pwa/mirror%30%31?key=some-key-1&x=%20y",
                                     {.headers = {{"X-Mirror", "what was sent"}}});
  EXPECT_EQ(refusal.error.at("payload").at("code"), "VERIFY_FAILED");
  const auto seen =
      nlohmann::json::parse(refusal.error.at("payload").at("message").get<std::string>());
  EXPECT_EQ(seen, nlohmann::json({{"address", "pwa:mirror01"},
                                  {"channel", "pwa"},
                                  {"id", "mirror01"},
                                  {"client", "127.0.0.1"},
                                  {"target", "/pwa/mirror%30%31?key=some-key-1&x=%20y"},
                                  {"query", "key=some-key-1&x=%20y"},
                                  {"key", "some-key-1"},
                                  {"header", "what was sent"}}));
}

TEST_F(ConnectingVerify, ARefusedPeerIsNeverOnline) {
  Peer watcher(endpoint(), fresh_id());
  EXPECT_EQ(watcher.watch("pwa:denied001"), peer_status("pwa:denied001", false));
  refusal_of(endpoint(), "/pwa/denied001");
  watcher.fence();
}

TEST_F(ConnectingVerify, TheUrlIsJudgedFirst) {
  EXPECT_EQ(refusal_of(endpoint(), "/nowhere/denied001"), invalid_url());
}

TEST(ConnectingVerifySkipped, AHookThatMayFailLetsPeersIn) {
  const RelayProcess relay(with_doorman("on_error = \"skip\"\n"));
  EXPECT_NO_THROW(Peer(relay.endpoint(), "failing01"));
  EXPECT_NO_THROW(Peer(relay.endpoint(), "throwing1"));
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/denied001").close_code, 1008);
}

TEST(ConnectingVerifyTimeout, AHookThatDoesNotAnswerInTimeHasFailed) {
  const RelayProcess relay(with_doorman("timeout = \"200ms\"\n"));
  RawSocket client(relay.endpoint());
  client.upgrade("/pwa/held0001");
  ReceivedFrame frame = client.frame();
  if (frame.is(Opcode::kText)) frame = client.frame();
  EXPECT_EQ(frame.close_code(), 1011);
  EXPECT_EQ(frame.close_reason(), "Internal verification error");
}

}  // namespace
}  // namespace plugboard::test
