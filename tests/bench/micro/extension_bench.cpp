// What plugins cost a message beside their own work: charging a lease, passing hooks.
#include <benchmark/benchmark.h>

#include "extension/fake_plugin.hpp"
#include "extension/hook_chain.hpp"
#include "extension/limiter_chain.hpp"

namespace plugboard::extension::test {
namespace {

class NoReplacement final : public ReplacementJudge {
 public:
  plugboard_status judge(std::string_view, std::string&) override { return PLUGBOARD_INVALID; }
};

void HooksPassed(benchmark::State& state) {
  FakePlugin hook;
  hook.routed_message = [](auto&&...) { return PLUGBOARD_NEXT; };
  Stage stage;
  auto links = std::make_shared<HookLinks>();
  for (int i = 0; i < state.range(0); ++i) {
    HookLink link = stage.link<HookLink>(hook, "hook" + std::to_string(i));
    link.table = *link.instance->kinds().hook;
    links->hooks.push_back(link);
    links->routers.push_back(link);
  }
  const HookChain hooks(links);
  const plugboard_message message = {sizeof message, 0, 7, {"pwa:a", 5}, {"pwa:b", 5}, {"{}", 2}};
  NoReplacement judge;
  for (auto _ : state) {
    Routing routing(judge);
    benchmark::DoNotOptimize(hooks.routed_message(message, routing));
  }
}
BENCHMARK(HooksPassed)->Arg(0)->Arg(1)->Arg(2)->Arg(5)->Arg(10);

/// Leases of `range(0)` messages.
void MessageCharged(benchmark::State& state) {
  FakePlugin limiter;
  limiter.connect = [](auto&&...) { return PLUGBOARD_OK; };
  limiter.renew = [&state](std::uint64_t, const plugboard_usage&, plugboard_lease& lease) {
    lease.messages = static_cast<std::uint64_t>(state.range(0));
    lease.bytes = PLUGBOARD_LEASE_UNLIMITED;
    lease.valid_ns = UINT64_MAX;
    return PLUGBOARD_OK;
  };
  Stage stage;
  LimiterLink link = stage.link<LimiterLink>(limiter, "limits");
  link.table = *link.instance->kinds().rate_limiter;
  const LimiterChain limits({link});
  auto ticket = std::get<LimiterTicket>(limits.connect("192.0.2.7", 1));
  for (auto _ : state) benchmark::DoNotOptimize(ticket.charge(100, 2));
}
BENCHMARK(MessageCharged)->Arg(1)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace plugboard::extension::test
