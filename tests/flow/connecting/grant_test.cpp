// What a key allows beyond opening the door, and stores that cannot answer.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Manifest with_doorman(const std::string& server = "") {
  return {.server = server,
          .channels = "[[channel]]\nname = \"pwa\"\n[[channel]]\nname = \"chat\"\n",
          .plugins = doorman_table(),
          .chain = "key_store = [\"doorman\"]\nhttp = [\"doorman\"]\n"};
}

class ConnectingGrant : public SharedRelay<ConnectingGrant> {
 public:
  static Manifest manifest() { return with_doorman(); }

 protected:
  static std::string code_of(const Refusal& refusal) {
    return refusal.error.at("payload").at("code");
  }
};

TEST_F(ConnectingGrant, WithoutBoundsOpensEverything) {
  EXPECT_NO_THROW(Peer(endpoint(), fresh_id(), {.channel = "chat", .query = "key=unbounded-key"}));
}

TEST_F(ConnectingGrant, OpensTheChannelsItNames) {
  EXPECT_NO_THROW(Peer(endpoint(), fresh_id(), {.query = "key=channel-pwa-key"}));
}

TEST_F(ConnectingGrant, KeepsOtherChannelsShut) {
  const Refusal refusal = refusal_of(endpoint(), "/chat/alice001?key=channel-pwa-key");
  EXPECT_EQ(code_of(refusal), "FORBIDDEN_CHANNEL");
  EXPECT_EQ(refusal.close_code, 1008);
  EXPECT_EQ(refusal.close_reason, "Forbidden");
}

TEST_F(ConnectingGrant, GivesTheIdsThatItsPatternMatches) {
  EXPECT_NO_THROW(Peer(endpoint(), "alice007", {.query = "key=id-alice-key"}));
}

TEST_F(ConnectingGrant, GivesNoOtherId) {
  for (const char* id : {"bob00001", "alice0071", "xalice007"}) {
    const Refusal refusal = refusal_of(endpoint(), std::string("/pwa/") + id + "?key=id-alice-key");
    EXPECT_EQ(code_of(refusal), "FORBIDDEN_ID") << id;
    EXPECT_EQ(refusal.close_code, 1008);
    EXPECT_EQ(refusal.close_reason, "Forbidden");
  }
}

TEST_F(ConnectingGrant, AnUnknownChannelIsAnInvalidUrlWhateverTheGrant) {
  EXPECT_EQ(refusal_of(endpoint(), "/nowhere/alice001?key=channel-pwa-key"), invalid_url());
}

TEST_F(ConnectingGrant, ReachBoundsWhomAPeerMayAddress) {
  Peer bounded(endpoint(), fresh_id(), {.query = "key=reach-pwa-key"});
  Peer near(endpoint(), fresh_id(), {.query = "key=unbounded-key"});
  Peer far(endpoint(), fresh_id(), {.channel = "chat", .query = "key=unbounded-key"});
  bounded.send(far.address(), "too far");
  EXPECT_EQ(bounded.receive_json().at("payload").at("code"), "FORBIDDEN_ADDRESS");
  const std::string message = bounded.send(near.address(), "near enough");
  EXPECT_EQ(near.receive(), message);
  far.fence();
}

TEST_F(ConnectingGrant, ReachBoundsWhomAPeerMayWatch) {
  Peer bounded(endpoint(), fresh_id(), {.query = "key=reach-pwa-key"});
  EXPECT_EQ(bounded.watch("chat:somebody").at("payload").at("code"), "FORBIDDEN_ADDRESS");
  EXPECT_EQ(bounded.watch("pwa:somebody"), peer_status("pwa:somebody", false));
}

TEST_F(ConnectingGrant, ThatHasExpiredIsADeny) {
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/alice001?key=expired-key"), key_rejected());
}

TEST_F(ConnectingGrant, ThatExpiresClosesItsPeersAsRevoked) {
  Peer peer(endpoint(), fresh_id(), {.query = "key=expiring-key"});
  EXPECT_EQ(await_refusal(peer.socket()),
            refused("KEY_REVOKED", "Access key revoked", 1008, "Key revoked"));
}

TEST_F(ConnectingGrant, ThatIsRevokedClosesItsPeersAndNoOthers) {
  Peer revoked(endpoint(), fresh_id(), {.query = "key=revocable-key"});
  Peer other(endpoint(), fresh_id(), {.query = "key=unbounded-key"});
  HttpClient(endpoint()).request("POST", "/doorman/revoke");
  EXPECT_EQ(await_refusal(revoked.socket()),
            refused("KEY_REVOKED", "Access key revoked", 1008, "Key revoked"));
  other.fence();
}

TEST_F(ConnectingGrant, AStoreThatCannotAnswerIsNeverAnOpenDoor) {
  for (const char* key : {"broken-key", "throwing-key"}) {
    const Refusal refusal = refusal_of(endpoint(), std::string("/pwa/alice001?key=") + key);
    EXPECT_EQ(code_of(refusal), "KEY_STORE_UNAVAILABLE") << key;
    EXPECT_EQ(refusal.close_code, 1013);
    EXPECT_EQ(refusal.close_reason, "Try again later");
  }
}

TEST(ConnectingGrantRejectUpgrade, AStoreThatCannotAnswerIsServiceUnavailable) {
  const RelayProcess relay(with_doorman("on_invalid_key = \"reject-upgrade\"\n"));
  EXPECT_EQ(upgrade_status(relay.endpoint(), "/pwa/alice001?key=broken-key"), 503);
}

TEST(ConnectingGrantChain, AStoreBehindOneThatCannotAnswerMayStillAllowOrDeny) {
  Manifest manifest = with_doorman();
  manifest.plugins += plugin_table("env-keys", "key-store-env", "variable = \"TEST_KEYS\"");
  manifest.chain = "key_store = [\"doorman\", \"env-keys\"]\n";
  const RelayProcess relay(manifest, {{"TEST_KEYS", "broken-key,elsewhere-key"}});
  EXPECT_NO_THROW(Peer(relay.endpoint(), fresh_id(), {.query = "key=broken-key"}));
  EXPECT_NO_THROW(Peer(relay.endpoint(), fresh_id(), {.query = "key=elsewhere-key"}));
  EXPECT_EQ(
      refusal_of(relay.endpoint(), "/pwa/alice001?key=throwing-key").error.at("payload").at("code"),
      "KEY_STORE_UNAVAILABLE");
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/alice001?key=nobodys-key"), key_rejected());
}

}  // namespace
}  // namespace plugboard::test
