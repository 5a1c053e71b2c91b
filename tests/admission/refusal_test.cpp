#include "admission/refusal.hpp"

#include <gtest/gtest.h>
#include <plugboard/hook.h>

#include <chrono>
#include <ostream>
#include <string>

#include "wire/close.hpp"

namespace plugboard::admission {
namespace {

using namespace std::chrono_literals;

/// A refusal as the protocol words it.
struct Row {
  const char* name;
  Refusal refusal;
  std::uint32_t step;
  const char* code;
  const char* message;  ///< nullptr: some English sentence
  std::uint16_t close_code;
  const char* close_reason;
  unsigned http_status;

  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }
};

class RefusalRow : public testing::TestWithParam<Row> {};

TEST_P(RefusalRow, HasItsStep) {
  EXPECT_EQ(static_cast<std::uint32_t>(GetParam().refusal.step), GetParam().step);
}

TEST_P(RefusalRow, HasItsErrorFrame) {
  EXPECT_EQ(GetParam().refusal.code, GetParam().code);
  if (GetParam().message != nullptr) {
    EXPECT_EQ(GetParam().refusal.message, GetParam().message);
  }
  EXPECT_FALSE(GetParam().refusal.message.empty());
}

TEST_P(RefusalRow, HasItsClose) {
  EXPECT_EQ(GetParam().refusal.close_code, GetParam().close_code);
  EXPECT_EQ(GetParam().refusal.close_reason, GetParam().close_reason);
}

TEST_P(RefusalRow, HasItsHttpStatus) {
  EXPECT_EQ(GetParam().refusal.http_status, GetParam().http_status);
}

TEST_P(RefusalRow, CanBeToldSomehow) {
  const Refusal& refusal = GetParam().refusal;
  EXPECT_TRUE(refusal.http_status != 0 || wire::valid_close_code(refusal.close_code));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusalRow,
    testing::Values(Row{"ServerFull", server_full(), PLUGBOARD_STEP_SERVER_LIMITS, "SERVER_FULL",
                        nullptr, 0, "", 503},
                    Row{"Draining", draining(10s), PLUGBOARD_STEP_SERVER_LIMITS, "DRAINING",
                        nullptr, 0, "", 503},
                    Row{"RequestTimeout", request_timeout(), PLUGBOARD_STEP_SERVER_LIMITS,
                        "REQUEST_TIMEOUT", nullptr, 0, "", 408},
                    Row{"OriginRefused", origin_refused(), PLUGBOARD_STEP_CLIENT_ADDRESS,
                        "ORIGIN_REFUSED", nullptr, 0, "", 403},
                    Row{"ConnectLimit", too_many_connections(Step::connect_limit, 5s),
                        PLUGBOARD_STEP_CONNECT_LIMIT, "RATE_LIMITED", "Too many connections", 1008,
                        "Rate limited", 429},
                    Row{"AdmitLimit", too_many_connections(Step::admit_limit, 5s),
                        PLUGBOARD_STEP_ADMIT_LIMIT, "RATE_LIMITED", "Too many connections", 1008,
                        "Rate limited", 429},
                    Row{"KeyIllFormed", key_ill_formed(), PLUGBOARD_STEP_KEY, "INVALID_KEY",
                        "Missing or invalid access key", 1008, "Invalid key", 403},
                    Row{"KeyRejected", key_rejected(), PLUGBOARD_STEP_KEY, "INVALID_KEY",
                        "Access key rejected", 1008, "Invalid key", 403},
                    Row{"KeyStoreUnavailable", key_store_unavailable(), PLUGBOARD_STEP_KEY,
                        "KEY_STORE_UNAVAILABLE", nullptr, 1013, "Try again later", 503},
                    Row{"InvalidUrl", invalid_url(), PLUGBOARD_STEP_URL, "INVALID_URL",
                        "Invalid connection URL", 1002, "Invalid URL", 0},
                    Row{"ForbiddenChannel", forbidden_channel(), PLUGBOARD_STEP_URL,
                        "FORBIDDEN_CHANNEL", nullptr, 1008, "Forbidden", 0},
                    Row{"ForbiddenId", forbidden_id(), PLUGBOARD_STEP_URL, "FORBIDDEN_ID", nullptr,
                        1008, "Forbidden", 0},
                    Row{"VerificationDenied", verification_denied(), PLUGBOARD_STEP_VERIFY,
                        "VERIFY_FAILED", "Peer verification failed", 1008, "Verify failed", 0},
                    Row{"VerificationDeniedInAHooksWords",
                        verification_denied("CLOCK_SKEW", "Too late", 4001, "Skewed"),
                        PLUGBOARD_STEP_VERIFY, "CLOCK_SKEW", "Too late", 4001, "Skewed", 0},
                    Row{"VerificationFailed", verification_failed(), PLUGBOARD_STEP_VERIFY,
                        "VERIFY_FAILED", "Peer verification failed", 1011,
                        "Internal verification error", 0},
                    Row{"IdInUse", id_in_use(), PLUGBOARD_STEP_DUPLICATE, "ID_IN_USE",
                        "ID already connected on this channel", 1008, "ID in use", 0},
                    Row{"KeyRevoked", key_revoked(Step::verify), PLUGBOARD_STEP_VERIFY,
                        "KEY_REVOKED", "Access key revoked", 1008, "Key revoked", 0}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Refusal, TellsWhenToTryAgain) {
  EXPECT_EQ(draining(10s).retry_after, 10s);
  EXPECT_EQ(too_many_connections(Step::connect_limit, 5s).retry_after, 5s);
  EXPECT_TRUE(server_full().retry_after.has_value());
}

TEST(Refusal, TellsToTryAgainInSomeSecondsWhereNothingIsKnown) {
  EXPECT_GT(too_many_connections(Step::connect_limit, 0ms).retry_after, 0ms);
}

}  // namespace
}  // namespace plugboard::admission
