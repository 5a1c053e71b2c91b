// What the peer room costs: finding, registering and leaving, appending and sending.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "peer/fake_peer.hpp"
#include "peer/registry.hpp"

namespace plugboard::peer {
namespace {

std::string id(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "p" + std::string(9 - digits.size(), '0') + digits;
}

/// A registry with `range(0)` peers.
class Registered : public benchmark::Fixture {
 public:
  void SetUp(benchmark::State& state) override {
    const auto count = static_cast<std::size_t>(state.range(0));
    for (std::size_t i = 0; i < count; ++i) {
      peers_.emplace_back(new FakePeer(channel_, id(i)));
      peers_.back()->open();
      registry_.add(*peers_.back(), false, {}, dispatch_);
      addresses_.emplace_back(peers_.back()->address());
    }
  }
  void TearDown(benchmark::State& /*state*/) override {
    for (const FakeRef& peer : peers_) registry_.remove(*peer, dispatch_);
    peers_.clear();
    addresses_.clear();
  }

 protected:
  /// A different one each time, far from the one before in memory.
  std::size_t next() { return at_ = (at_ + 7919) % peers_.size(); }

  Channel channel_{"pwa", 0};
  Registry registry_;
  Dispatch dispatch_{1 << 20};
  std::vector<FakeRef> peers_;
  std::vector<std::string> addresses_;
  std::size_t at_ = 0;
};

BENCHMARK_DEFINE_F(Registered, Find)(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(registry_.find(addresses_[next()]));
}
BENCHMARK_REGISTER_F(Registered, Find)->Arg(10)->Arg(1'000)->Arg(100'000);

BENCHMARK_DEFINE_F(Registered, RemoveAndAdd)(benchmark::State& state) {
  for (auto _ : state) {
    FakePeer& peer = *peers_[next()];
    registry_.remove(peer, dispatch_);
    registry_.add(peer, false, {}, dispatch_);
  }
}
BENCHMARK_REGISTER_F(Registered, RemoveAndAdd)->Arg(10)->Arg(1'000)->Arg(100'000);

void OutboxAppendAndConsume(benchmark::State& state) {
  const std::string frame(static_cast<std::size_t>(state.range(0)), 'x');
  Outbox outbox;
  for (auto _ : state) {
    constexpr int kBatch = 64;
    for (int i = 0; i < kBatch; ++i) outbox.append_frame(frame);
    std::string_view parts[16];
    while (!outbox.empty()) {
      std::size_t sent = 0;
      const std::size_t count = outbox.gather(parts);
      for (std::size_t i = 0; i < count; ++i) sent += parts[i].size();
      outbox.consume(sent);
    }
  }
  state.SetItemsProcessed(state.iterations() * 64);
}
BENCHMARK(OutboxAppendAndConsume)->Arg(66)->Arg(1028);

/// A watcher beside `range(0)` others of the same peer, which comes and goes.
BENCHMARK_DEFINE_F(Registered, TellWatchers)(benchmark::State& state) {
  const FakeRef flapping(new FakePeer(channel_, "flapping"));
  flapping->open();
  for (const FakeRef& peer : peers_) {
    peer->begin_frames();
    registry_.watch(*peer, flapping->address(), 10, dispatch_);
  }
  for (auto _ : state) {
    registry_.add(*flapping, false, {}, dispatch_);
    registry_.remove(*flapping, dispatch_);
    dispatch_.flush();
    for (const FakeRef& peer : peers_) peer->received.clear();
  }
  state.SetItemsProcessed(state.iterations() * 2 * state.range(0));
  for (const FakeRef& peer : peers_) registry_.drop_watches(*peer);
}
BENCHMARK_REGISTER_F(Registered, TellWatchers)->Arg(1)->Arg(100)->Arg(1'000);

}  // namespace
}  // namespace plugboard::peer
