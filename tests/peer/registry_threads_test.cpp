// The registry under many threads that contend for few addresses: connections that replace each
// other while they watch and unwatch. Run under ThreadSanitizer, it also shows that locks are taken
// in one order.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "peer/registry.hpp"

namespace plugboard::peer {
namespace {

constexpr int kThreads = 4;
constexpr int kIds = 6;
constexpr int kLives = 5000;
constexpr std::size_t kMaxWatches = 100;
constexpr std::size_t kOutboxLimit = 1 << 20;

std::string id_of(int number) { return "peer000" + std::to_string(number); }
std::string address_of(int number) { return "pwa:" + id_of(number); }

/// Counts the bytes that it is sent. Its presence goes on when its thread asks it to, as the
/// relay's connections do it on their own loop.
class CountingPeer final : public Peer {
 public:
  CountingPeer(Channel& channel, std::string_view id) {
    set_name(channel, id);
    open();
  }

  std::atomic<std::size_t> received{0};
  std::atomic<bool> presence_due{false};

 private:
  void write_locked() override {
    received += outbox_.bytes();
    outbox_.clear();
  }
  std::size_t write_past_outbox_locked(std::span<const std::string_view> frames) override {
    std::size_t size = 0;
    for (const std::string_view frame : frames) size += frame.size();
    received += size;
    return size;
  }
  void on_finish() override {}
  void on_relayed_locked(std::uint64_t /*bytes*/) override {}
  void continue_presence() override { presence_due = true; }
};
using CountingRef = boost::intrusive_ptr<CountingPeer>;

class RegistryThreads : public testing::Test {
 protected:
  Channel channel{"pwa", 0};
  Registry registry;

  CountingRef joined(const std::string& id, Dispatch& dispatch) {
    CountingRef peer(new CountingPeer(channel, id));
    registry.add(*peer, false, {}, dispatch);
    dispatch.flush_all();
    return peer;
  }

  void leave(CountingPeer& peer, Dispatch& dispatch) {
    peer.lose(EndReason::closed);
    registry.remove(peer, dispatch);
    registry.drop_watches(peer);
    dispatch.flush_all();
  }

  void go_on(CountingPeer& peer, Dispatch& dispatch) {
    if (peer.presence_due.exchange(false)) registry.continue_presence(peer, dispatch);
    dispatch.flush_all();
  }

  template <class Body>
  static void on_threads(const Body& body) {
    std::vector<std::thread> threads;
    for (int number = 0; number < kThreads; ++number) {
      threads.emplace_back([&body, number] { body(number); });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(RegistryThreads, NothingIsLeftOfConnectionsThatReplaceEachOtherWhileTheyWatch) {
  on_threads([this](int thread) {
    std::mt19937 random(static_cast<unsigned>(thread));
    const auto pick = [&](int below) {
      return std::uniform_int_distribution<int>(0, below - 1)(random);
    };
    Dispatch dispatch(kOutboxLimit);
    for (int life = 0; life < kLives; ++life) {
      const CountingRef peer = joined(id_of(pick(kIds)), dispatch);
      for (int step = pick(12); step > 0; --step) {
        switch (pick(5)) {
          case 0:
            registry.watch(*peer, address_of(pick(kIds)), kMaxWatches, dispatch);
            break;
          case 1:
            registry.unwatch(*peer, address_of(pick(kIds)));
            break;
          case 2:
            registry.watch_channel(*peer, channel, kMaxWatches, dispatch);
            break;
          case 3:
            registry.unwatch_channel(*peer, channel);
            break;
          default:
            go_on(*peer, dispatch);
            break;
        }
      }
      leave(*peer, dispatch);
    }
  });
  EXPECT_EQ(registry.size(), 0U);
  EXPECT_EQ(registry.watched(), 0U);
  EXPECT_EQ(channel.active(), 0U);
}

}  // namespace
}  // namespace plugboard::peer
