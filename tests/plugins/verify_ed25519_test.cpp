#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "plugins/shipped_plugin.hpp"
#include "verify-ed25519/base64url.hpp"
#include "verify-ed25519/identity.hpp"
#include "verify-ed25519/nonce_table.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;

// RFC 8032, section 7.1, test 1.
constexpr std::array<unsigned char, 32> kSeed = {
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
const std::string kPublicKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const std::string kNonce = "0123456789abcdef";
constexpr std::chrono::milliseconds kNow{1'700'000'000'000};

std::string base64url(const std::string& bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4 && i * 4 / 3 + j <= (bytes.size() * 8 - 1) / 6; ++j) {
      text += kAlphabet[(group >> (18 - 6 * j)) & 63];
    }
  }
  return text;
}

// By OpenSSL, as a client would.
std::string sign(const std::string& text) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, kSeed.data(), kSeed.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get());
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return base64url(signature);
}

struct Attempt {
  std::string channel = "pwa";
  std::string id = kPublicKey;
  std::string time = std::to_string(kNow.count());
  std::string nonce = kNonce;
  std::string audience{};

  std::string query() const { return query_with(signature()); }
  std::string query_with(const std::string& signature_text) const {
    return "ts=" + time + "&nonce=" + nonce + "&sig=" + signature_text;
  }
  std::string signature() const {
    return sign("plugboard-v1|" + audience + "|" + channel + "|" + id + "|" + time + "|" + nonce);
  }
};

class VerifyEd25519 : public ::testing::Test {
 protected:
  void SetUp() override { host.set_unix_time(kNow); }

  void start(const std::string& config = "{}") {
    hook = std::make_unique<ShippedPlugin>("verify-ed25519", host, config);
  }
  testing::Answer verify(const Attempt& attempt) { return verify(attempt, attempt.query()); }
  testing::Answer verify(const Attempt& attempt, const std::string& query) {
    return hook->verify({.channel = attempt.channel, .id = attempt.id}, query);
  }
  // "CODE: message" of a refusal; "let in" of a peer that is.
  std::string verdict(const Attempt& attempt) { return verdict(attempt, attempt.query()); }
  std::string verdict(const Attempt& attempt, const std::string& query) {
    const auto answer = verify(attempt, query);
    if (answer.status == Status::kNext) return "let in";
    return answer.denial ? answer.denial->code + ": " + answer.denial->message : "no reason";
  }

  testing::TestHost host;
  std::unique_ptr<ShippedPlugin> hook;
};

// --- Who is let in -------------------------------------------------------------------------------

TEST_F(VerifyEd25519, LetsInWhoSigns) {
  start();
  EXPECT_EQ(verify({}).status, Status::kNext);
}

TEST_F(VerifyEd25519, LetsInTheVectorsOfTheDocumentation) {
  start();
  EXPECT_EQ(verdict({},
                    "ts=1700000000000&nonce=0123456789abcdef&sig="
                    "bG7g-aD8GVhQllEcQvu5FvF1PGSLwvgphBy9YI4ZeS42ZuDEyc--"
                    "GEFHODZddL63mndcrywv8fbjZQhhK78YDw"),
            "let in");
  start(R"({"audience":"relay.example"})");
  EXPECT_EQ(verdict({.id = kPublicKey + "-phone"},
                    "ts=1700000000000&nonce=0123456789abcdef&sig="
                    "T_XkKF2VI8vgbTYqtaIDoNTZ656GuACoBArABA26CAvUuS48yIItC4WXR0vFSt1T6Wbm3ne0jNj"
                    "M3kL0JFNYDg"),
            "let in");
}

TEST_F(VerifyEd25519, LetsInSeveralConnectionsOfOneIdentity) {
  start();
  EXPECT_EQ(verdict({.id = kPublicKey + "-phone", .nonce = "nonce-of-the-phone"}), "let in");
  EXPECT_EQ(verdict({.id = kPublicKey + "-laptop", .nonce = "nonce-of-the-laptop"}), "let in");
}

TEST_F(VerifyEd25519, OtherParametersDoNotMatter) {
  start();
  EXPECT_EQ(verdict({}, "key=abc&" + Attempt{}.query() + "&x=y"), "let in");
}

TEST_F(VerifyEd25519, AsksTheFollowingHooksToo) {
  start();
  EXPECT_NE(verify({}).status, Status::kOk);
}

TEST_F(VerifyEd25519, AcceptsTheShortestAndTheLongestNonce) {
  start();
  EXPECT_EQ(verdict({.nonce = std::string(16, 'n')}), "let in");
  EXPECT_EQ(verdict({.nonce = std::string(64, 'n')}), "let in");
}

// --- What is signed ------------------------------------------------------------------------------

TEST_F(VerifyEd25519, RefusesTheSignatureOfAnotherText) {
  start();
  const std::string wrong = "VERIFY_FAILED: The signature is wrong";
  const std::string good = Attempt{}.signature();
  EXPECT_EQ(verdict({.channel = "ext"}, Attempt{}.query_with(good)), wrong);
  EXPECT_EQ(verdict({.id = kPublicKey + "-x"}, Attempt{}.query_with(good)), wrong);
  EXPECT_EQ(verdict({}, Attempt{.time = "1700000000001"}.query_with(good)), wrong);
  EXPECT_EQ(verdict({}, Attempt{.nonce = "0123456789abcdeF"}.query_with(good)), wrong);
  EXPECT_EQ(verdict({.audience = "other"}), wrong);
}

TEST_F(VerifyEd25519, RefusesASignatureForAnotherAudience) {
  start(R"({"audience":"relay.example"})");
  EXPECT_EQ(verdict({.audience = "relay.example"}), "let in");
  EXPECT_EQ(verdict({.audience = ""}), "VERIFY_FAILED: The signature is wrong");
}

TEST_F(VerifyEd25519, RefusesTheSignatureOfAnotherKey) {
  start();
  // The key of RFC 8032, section 7.1, test 2.
  EXPECT_EQ(verdict({.id = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"}),
            "VERIFY_FAILED: The signature is wrong");
}

TEST_F(VerifyEd25519, ARefusedSignatureDoesNotUseUpTheNonce) {
  start();
  EXPECT_NE(verdict({}, Attempt{}.query_with(std::string(86, 'A'))), "let in");
  EXPECT_EQ(verdict({}), "let in");
}

// --- The id --------------------------------------------------------------------------------------

TEST_F(VerifyEd25519, RefusesIdsThatDoNotBeginWithAKey) {
  start();
  const std::string no_key =
      "VERIFY_FAILED: The id must begin with an Ed25519 public key in base64url";
  EXPECT_EQ(verdict({.id = "alice001"}), no_key);
  EXPECT_EQ(verdict({.id = kPublicKey.substr(0, 42)}), no_key);
  EXPECT_EQ(verdict({.id = kPublicKey + "x"}), no_key);
  EXPECT_EQ(verdict({.id = kPublicKey + "_phone"}), no_key);
  EXPECT_EQ(verdict({.id = kPublicKey + "-"}), no_key);
  EXPECT_EQ(verdict({.id = "+" + kPublicKey.substr(1)}), no_key);
}

TEST_F(VerifyEd25519, RefusesOtherSpellingsOfTheKey) {
  start();
  ASSERT_EQ(kPublicKey.back(), 'o');  // its two spare bits can be set in three other ways
  for (const char last : {'p', 'q', 'r'}) {
    const std::string id = kPublicKey.substr(0, 42) + last;
    EXPECT_EQ(verdict({.id = id}).substr(0, 13), "VERIFY_FAILED") << id;
    EXPECT_FALSE(verify_ed25519::public_key_of(id).has_value()) << id;
  }
}

TEST(PublicKeyOf, RefusesPointsThatAreNotReduced) {
  std::string p(32, '\xFF');  // 2^255 - 19, little-endian
  p.front() = '\xED';
  p.back() = '\x7F';
  EXPECT_FALSE(verify_ed25519::public_key_of(base64url(p)).has_value());
  p.back() = '\xFF';  // with the sign of x
  EXPECT_FALSE(verify_ed25519::public_key_of(base64url(p)).has_value());
  p.front() = '\xEB';
  EXPECT_TRUE(verify_ed25519::public_key_of(base64url(p)).has_value());
  p.back() = '\x7E';
  p.front() = '\xFF';
  EXPECT_TRUE(verify_ed25519::public_key_of(base64url(p)).has_value());
}

TEST(PublicKeyOf, RefusesPointsOfSmallOrderForWhichAnyoneCanSign) {
  std::string zero(32, '\0');
  std::string one = zero;
  one.front() = '\x01';
  std::string minus_one(32, '\xFF');
  minus_one.front() = '\xEC';
  minus_one.back() = '\x7F';
  // The points of order 8, as base64url.
  std::string order_8 = "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU";
  std::string other_of_order_8 = "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o";
  std::vector<std::string> ids{order_8, other_of_order_8};
  for (std::string point : {zero, one, minus_one}) {
    ids.push_back(base64url(point));
    point.back() = static_cast<char>(point.back() | '\x80');
    ids.push_back(base64url(point));
  }
  for (const std::string& id : ids) {
    ASSERT_EQ(id.size(), 43U);
    EXPECT_FALSE(verify_ed25519::public_key_of(id).has_value()) << id;
  }
}

TEST(Base64Url, IsDecoded) {
  using verify_ed25519::decode_base64url;
  EXPECT_EQ(decode_base64url(""), "");
  EXPECT_EQ(decode_base64url("Zg"), "f");
  EXPECT_EQ(decode_base64url("Zm8"), "fo");
  EXPECT_EQ(decode_base64url("Zm9v"), "foo");
  EXPECT_EQ(decode_base64url("-_-_"), "\xfb\xff\xbf");
}

TEST(Base64Url, HasOneSpelling) {
  using verify_ed25519::decode_base64url;
  for (const char* other : {"Z", "Zh", "Zm9", "Zg==", "+/+/", "Zm 8", "Zm8\n"}) {
    EXPECT_FALSE(decode_base64url(other).has_value()) << other;
  }
}

// --- The query -----------------------------------------------------------------------------------

TEST_F(VerifyEd25519, RefusesQueriesThatLackAPart) {
  start();
  const std::string lacks = "VERIFY_FAILED: The URL needs ts, nonce and sig";
  const std::string sig = "&sig=" + Attempt{}.signature();
  EXPECT_EQ(verdict({}, ""), lacks);
  EXPECT_EQ(verdict({}, "nonce=" + kNonce + sig), lacks);
  EXPECT_EQ(verdict({}, "ts=1700000000000" + sig), lacks);
  EXPECT_EQ(verdict({}, "ts=1700000000000&nonce=" + kNonce), lacks);
}

TEST_F(VerifyEd25519, RefusesTimesThatAreNone) {
  start();
  for (const auto* time : {"", "now", "-1", "+1", "01700000000000", "1700000000000.5",
                           "1700000000000 ", "1700000000000000000"}) {
    EXPECT_EQ(verdict({.time = time}), "VERIFY_FAILED: ts must be Unix time in milliseconds")
        << time;
  }
}

TEST_F(VerifyEd25519, RefusesNoncesThatAreNone) {
  start();
  for (const auto& nonce :
       {std::string(15, 'n'), std::string(65, 'n'), std::string("0123456789abcde%21")}) {
    EXPECT_EQ(verdict({.nonce = nonce}), "VERIFY_FAILED: nonce must be 16 to 64 of A-Z a-z 0-9 _ -")
        << nonce;
  }
}

TEST_F(VerifyEd25519, RefusesSignaturesThatAreNone) {
  start();
  for (const std::string& sig :
       {std::string(), std::string(85, 'A'), std::string(88, 'A'), Attempt{}.signature() + "=="}) {
    EXPECT_EQ(verdict({}, Attempt{}.query_with(sig)),
              "VERIFY_FAILED: sig must be 64 bytes in base64url without padding")
        << sig;
  }
}

// --- Time ----------------------------------------------------------------------------------------

TEST_F(VerifyEd25519, AcceptsClocksThatAreOffByTheSkewAndNoMore) {
  start();
  EXPECT_EQ(verdict({.time = "1699999940000"}), "let in");
  EXPECT_EQ(verdict({.time = "1700000060000", .nonce = "another-nonce-00"}), "let in");
  EXPECT_EQ(verdict({.time = "1699999939999"}),
            "CLOCK_SKEW: ts is too far from the relay's time, which is 1700000000000");
  EXPECT_EQ(verdict({.time = "1700000060001"}),
            "CLOCK_SKEW: ts is too far from the relay's time, which is 1700000000000");
}

TEST_F(VerifyEd25519, TakesTheSkewFromItsConfig) {
  start(R"({"max_skew":"1s","replay_window":"2s"})");
  EXPECT_EQ(verdict({.time = "1699999998999"}).substr(0, 10), "CLOCK_SKEW");
  EXPECT_EQ(verdict({.time = "1699999999000"}), "let in");
}

TEST_F(VerifyEd25519, RefusesAReplayWindowThatIsTooShort) {
  EXPECT_EQ(refusal("verify-ed25519", R"({"max_skew":"60s","replay_window":"119s"})"),
            "/replay_window: must be at least twice max_skew");
}

// --- Replays -------------------------------------------------------------------------------------

TEST_F(VerifyEd25519, RefusesANonceThatWasUsed) {
  start();
  EXPECT_EQ(verdict({}), "let in");
  EXPECT_EQ(verdict({}), "VERIFY_FAILED: The nonce was used before");
  EXPECT_EQ(verdict({.time = "1700000000001"}), "VERIFY_FAILED: The nonce was used before");
}

TEST_F(VerifyEd25519, RefusesAReplayAsLongAsItsTimeIsGood) {
  start();
  const Attempt early{.time = "1700000060000"};  // signed by a clock that is fast
  EXPECT_EQ(verdict(early), "let in");
  for (int seconds = 0; seconds < 120; seconds += 10) {
    host.advance(10s);
    EXPECT_NE(verdict(early), "let in");
  }
  host.advance(1s);
  EXPECT_EQ(verdict(early).substr(0, 10), "CLOCK_SKEW");
}

TEST_F(VerifyEd25519, ANonceCanBeUsedAgainAfterTheReplayWindow) {
  start();
  EXPECT_EQ(verdict({}), "let in");
  host.advance(121s);
  EXPECT_EQ(verdict({.time = "1700000121000"}), "let in");
}

TEST_F(VerifyEd25519, UsedNoncesSurviveAReload) {
  start();
  EXPECT_EQ(verdict({}), "let in");
  EXPECT_TRUE(hook->reconfigure(R"({"max_skew":"30s"})"));
  EXPECT_EQ(verdict({}), "VERIFY_FAILED: The nonce was used before");
}

TEST(NonceTable, BelongsToTheKey) {
  verify_ed25519::NonceTable table(10);
  const verify_ed25519::PublicKey one{1};
  const verify_ed25519::PublicKey two{2};
  using Outcome = verify_ed25519::NonceTable::Outcome;
  EXPECT_EQ(table.use(one, "n", 5ms, 0ns, 10s), Outcome::kFresh);
  EXPECT_EQ(table.use(two, "n", 5ms, 0ns, 10s), Outcome::kFresh);
  EXPECT_EQ(table.use(one, "n", 5ms, 0ns, 10s), Outcome::kUsed);
}

TEST(NonceTable, NeverLetsANonceBeUsedTwiceThoughItIsFull) {
  verify_ed25519::NonceTable table(100);
  const verify_ed25519::PublicKey key{};
  using Outcome = verify_ed25519::NonceTable::Outcome;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(table.use(key, std::to_string(i), std::chrono::milliseconds(i), 0ns, 10s),
              Outcome::kFresh);
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_NE(table.use(key, std::to_string(i), std::chrono::milliseconds(i), 0ns, 10s),
              Outcome::kFresh);
  }
}

TEST(NonceTable, TakesOnlyWhatIsNewerThanWhatItHadToForget) {
  verify_ed25519::NonceTable table(2);
  const verify_ed25519::PublicKey key{};
  using Outcome = verify_ed25519::NonceTable::Outcome;
  (void)table.use(key, "a", 10ms, 0ns, 10s);
  (void)table.use(key, "b", 20ms, 0ns, 10s);
  (void)table.use(key, "c", 30ms, 0ns, 10s);  // "a" is forgotten
  EXPECT_EQ(table.use(key, "d", 10ms, 0ns, 10s), Outcome::kTooOld);
  EXPECT_EQ(table.use(key, "d", 11ms, 0ns, 10s), Outcome::kFresh);
}

TEST(NonceTable, HasRoomAgainWhenTheWindowIsOver) {
  verify_ed25519::NonceTable table(2);
  const verify_ed25519::PublicKey key{};
  using Outcome = verify_ed25519::NonceTable::Outcome;
  (void)table.use(key, "a", 10ms, 0ns, 10s);
  (void)table.use(key, "b", 10ms, 0ns, 10s);
  EXPECT_EQ(table.use(key, "c", 10ms, 11s, 10s), Outcome::kFresh);
  EXPECT_EQ(table.use(key, "d", 10ms, 11s, 10s), Outcome::kFresh);
}

// --- Channels and reload -------------------------------------------------------------------------

TEST_F(VerifyEd25519, LeavesOtherChannelsAlone) {
  start(R"({"channels":["signed"]})");
  EXPECT_EQ(verdict({.channel = "pwa", .id = "alice001"}, ""), "let in");
  EXPECT_EQ(verdict({.channel = "signed", .id = "alice001"}, "").substr(0, 13), "VERIFY_FAILED");
}

TEST_F(VerifyEd25519, TakesANewConfig) {
  start();
  EXPECT_TRUE(hook->reconfigure(R"({"audience":"relay.example"})"));
  EXPECT_EQ(verdict({}), "VERIFY_FAILED: The signature is wrong");
  EXPECT_EQ(verdict({.audience = "relay.example"}), "let in");
}

TEST_F(VerifyEd25519, RefusesAnAudienceThatCouldBeTakenForTwoParts) {
  EXPECT_TRUE(std::holds_alternative<std::vector<std::string>>(
      described_config(shipped("verify-ed25519"), R"({"audience":"a|b"})")));
}

TEST_F(VerifyEd25519, OfManyThreadsWithOneNonceOneIsLetIn) {
  start();
  const std::string query = Attempt{}.query();
  std::atomic<int> let_in = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) let_in += verify({}, query).status == Status::kNext;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(let_in, 1);
}

}  // namespace
}  // namespace plugboard::test
