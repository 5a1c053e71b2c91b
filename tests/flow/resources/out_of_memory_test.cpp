// What the relay does when the system has no memory to give.
#include <sys/resource.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "flow/suite.hpp"
#include "support/frame.hpp"
#include "support/sanitizer.hpp"

namespace plugboard::test {
namespace {

constexpr rlim_t kMiB = 1024 * 1024;

rlim_t address_space(const RelayProcess& relay) {
  std::ifstream statistics("/proc/" + std::to_string(relay.pid()) + "/statm");
  rlim_t pages = 0;
  statistics >> pages;
  return pages * 4096;
}

/// The relay may map so much more than it has.
void leave_memory(const RelayProcess& relay, rlim_t more) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(relay.pid(), RLIMIT_AS, nullptr, &limit), 0);
  limit.rlim_cur = more == RLIM_INFINITY ? limit.rlim_max : address_space(relay) + more;
  ASSERT_EQ(::prlimit(relay.pid(), RLIMIT_AS, &limit, nullptr), 0);
}

/// Clients that each begin a large message and never end it have taken all there was.
class OutOfMemory : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "sanitizers map the whole address space";
    for (int i = 0; i < 60; ++i) {
      greedy_.push_back(std::make_unique<RawSocket>(relay_.endpoint()));
      greedy_.back()->upgrade("/pwa/" + fresh_id());
    }
    leave_memory(relay_, 8 * kMiB);
    FrameToSend beginning{.payload = std::string(3 * kMiB, 'x')};
    beginning.fin = false;
    for (const auto& client : greedy_) client->try_send(beginning.bytes());
    ASSERT_TRUE(relay_.await_log("could not be served")) << relay_.standard_error();
  }

  void TearDown() override { leave_memory(relay_, RLIM_INFINITY); }

  RelayProcess relay_{{.server = "max_message = \"16 MiB\"\n"}};
  Peer peer_{relay_.endpoint(), fresh_id()};
  std::vector<std::unique_ptr<RawSocket>> greedy_;
};

TEST_F(OutOfMemory, TheConnectionsThatAskForTooMuchAreEndedAndOthersAreServed) {
  for (int i = 0; i < 100; ++i) {
    const std::string sent = peer_.send(peer_.address(), i);
    EXPECT_EQ(peer_.receive(), sent);
  }
}

TEST_F(OutOfMemory, NothingIsLeftOfThem) {
  leave_memory(relay_, RLIM_INFINITY);
  greedy_.clear();
  EXPECT_NO_THROW(Peer(relay_.endpoint(), fresh_id()));
  EXPECT_TRUE(await([&] {
    const auto health = nlohmann::json::parse(HttpClient(relay_.endpoint()).get("/health").body);
    return health.at("connections").at("pwa").at("active") == 1;
  }));
}

}  // namespace
}  // namespace plugboard::test
