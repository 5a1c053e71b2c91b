// What every message passes through allocates nothing. A program of its own, since it counts what
// the whole process allocates.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "extension/fake_plugin.hpp"
#include "extension/hook_chain.hpp"
#include "extension/key_chain.hpp"
#include "extension/limiter_chain.hpp"

namespace {
thread_local std::uint64_t allocations = 0;
}  // namespace

// Not inlined, as compilers would then complain of memory from malloc that delete is to free.
#define PLUGBOARD_NOINLINE __attribute__((noinline))

PLUGBOARD_NOINLINE void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size);  // NOLINT(cppcoreguidelines-no-malloc)
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
PLUGBOARD_NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
PLUGBOARD_NOINLINE void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace plugboard::extension::test {
namespace {

/// Allocations of this thread while `work` runs.
template <class Work>
std::uint64_t allocations_of(const Work& work) {
  const std::uint64_t before = allocations;
  work();
  return allocations - before;
}

class NoReplacement final : public ReplacementJudge {
 public:
  plugboard_status judge(std::string_view, std::string&) override { return PLUGBOARD_INVALID; }
};

TEST(HotPath, TheCounterCounts) {
  EXPECT_GE(allocations_of([] { std::string(1000, 'x').clear(); }), 1u);
}

TEST(HotPath, AMessageThroughAHookAllocatesNothing) {
  FakePlugin hook;
  hook.routed_message = [](auto&&...) { return PLUGBOARD_NEXT; };
  Stage stage;
  auto links = std::make_shared<HookLinks>();
  HookLink link = stage.link<HookLink>(hook, "a");
  link.table = *link.instance->kinds().hook;
  links->hooks.push_back(link);
  links->routers.push_back(link);
  const HookChain hooks(links);
  const plugboard_message message = {sizeof message, 0, 7, {"pwa:a", 5}, {"pwa:b", 5}, {"{}", 2}};
  NoReplacement judge;
  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 1000; ++i) {
                Routing routing(judge);
                ASSERT_EQ(hooks.routed_message(message, routing),
                          HookChain::RouteVerdict::kForward);
              }
            }),
            0u);
}

TEST(HotPath, AChargedMessageAllocatesNothing) {
  FakePlugin limiter;
  limiter.connect = [](auto&&...) { return PLUGBOARD_OK; };
  limiter.renew = [](std::uint64_t, const plugboard_usage&, plugboard_lease& lease) {
    lease.messages = 10;
    lease.bytes = PLUGBOARD_LEASE_UNLIMITED;
    lease.valid_ns = UINT64_MAX;
    return PLUGBOARD_OK;
  };
  Stage stage;
  LimiterLink link = stage.link<LimiterLink>(limiter, "a");
  link.table = *link.instance->kinds().rate_limiter;
  const LimiterChain limits({link});
  auto ticket = std::get<LimiterTicket>(limits.connect("192.0.2.7", 1));
  ASSERT_EQ(ticket.charge(100, 2), Charge::kAllowed);  // the first brings the lease
  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 1000; ++i) {
                ASSERT_EQ(ticket.charge(100, 2), Charge::kAllowed);
              }
            }),
            0u);
}

TEST(HotPath, AStoreThatAnswersAtOnceCostsNoAllocation) {
  FakePlugin store;
  store.lookup = [](auto&&...) { return PLUGBOARD_OK; };
  Stage stage;
  auto links = std::make_shared<KeyStoreLinks>();
  KeyStoreLink link = stage.link<KeyStoreLink>(store, "a");
  link.table = *link.instance->kinds().key_store;
  link.form = {sizeof(plugboard_key_form), PLUGBOARD_KEY_ALPHABET_ID, 8, 64};
  links->stores.push_back(link);
  const KeyChain keys(links);
  bool allowed = false;
  const auto ask = [&] {
    const Question question =
        keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", 7},
                 [&](const KeyVerdict& verdict) { allowed = verdict.admission.store() == "a"; });
  };
  for (int i = 0; i < 200; ++i) ask();  // the table of open questions has its size
  EXPECT_EQ(allocations_of(ask), 0u);
  EXPECT_TRUE(allowed);
}

}  // namespace
}  // namespace plugboard::extension::test
