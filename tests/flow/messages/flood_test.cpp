// Clients that make the relay answer and never read the answers: what waits for them stays bounded,
// and everybody else is served.
#include <cstdlib>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

/// A relay built with AddressSanitizer keeps what it frees for a while, which is not what is
/// measured here.
Environment without_quarantine() {
  const char* given = std::getenv("ASAN_OPTIONS");  // NOLINT(concurrency-mt-unsafe)
  return {{"ASAN_OPTIONS",
           (given == nullptr ? std::string() : given + std::string(":")) + "quarantine_size_mb=1"}};
}

struct Flood {
  const char* name;
  /// What the client repeats: frames, each of which is worth an answer.
  std::string frame;
  const char* slow_consumer;
};

class AnswersThatNobodyReads : public testing::TestWithParam<Flood> {};

TEST_P(AnswersThatNobodyReads, StayBounded) {
  const RelayProcess relay(
      {.server = std::string("outbox_limit = \"256 KiB\"\nmax_message = \"64 KiB\"\n") +
                 "slow_consumer = \"" + GetParam().slow_consumer + "\"\n"},
      without_quarantine());
  RawSocket flooder(relay.endpoint(), {.receive_buffer = 4096});
  flooder.upgrade("/pwa/flooder1", "", ping_frame("in"));
  ASSERT_TRUE(flooder.frame().is(Opcode::kPong));
  std::string burst;
  while (burst.size() < 256 * 1024) burst += GetParam().frame;
  const std::int64_t before = relay.resident_bytes();
  // Sixty-four MiB, or what the relay takes of them before it ends the connection.
  for (int i = 0; i < 256; ++i) {
    if (flooder.send_until(burst, Deadline()) < burst.size()) break;
  }
  EXPECT_LT(relay.resident_bytes() - before, 32 * kMiB);
  Peer other(relay.endpoint(), fresh_id());
  const std::string message = other.send(other.address(), "still served");
  EXPECT_EQ(other.receive(), message);
}

const std::string kForeign = text_frame(R"({"from":"pwa:somebody","to":"pwa:somebody"})");
const std::string kWatch = text_frame(watch("pwa:somebody"));
const std::string kSelf = text_frame(routed("pwa:flooder1", "pwa:flooder1", "echo"));

INSTANTIATE_TEST_SUITE_P(
    Kinds, AnswersThatNobodyReads,
    testing::Values(Flood{"PongsClose", ping_frame(std::string(125, 'p')), "close"},
                    Flood{"PongsDrop", ping_frame(std::string(125, 'p')), "drop"},
                    Flood{"ErrorsClose", kForeign, "close"}, Flood{"ErrorsDrop", kForeign, "drop"},
                    Flood{"StatusesClose", kWatch, "close"}, Flood{"StatusesDrop", kWatch, "drop"},
                    Flood{"EchoesClose", kSelf, "close"}, Flood{"EchoesDrop", kSelf, "drop"}),
    [](const auto& flood) { return flood.param.name; });

TEST(AnswersToHttpThatNobodyReads, StayBounded) {
  const RelayProcess relay({}, without_quarantine());
  RawSocket flooder(relay.endpoint(), {.receive_buffer = 4096});
  std::string burst;
  while (burst.size() < 256 * 1024) burst += "GET /stats HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::int64_t before = relay.resident_bytes();
  // The relay stops reading at some point; what counts is that it does not collect the answers.
  for (int i = 0; i < 128; ++i) {
    if (flooder.send_until(burst, Deadline(std::chrono::milliseconds(500))) < burst.size()) break;
  }
  EXPECT_LT(relay.resident_bytes() - before, 32 * kMiB);
  EXPECT_EQ(HttpClient(relay.endpoint()).get("/health").status, 200);
}

}  // namespace
}  // namespace plugboard::test
