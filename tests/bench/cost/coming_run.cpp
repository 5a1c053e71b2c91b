#include "bench/cost/coming_run.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace plugboard::bench {
namespace {

constexpr std::string_view kId = "c0000000";
constexpr int kPatience = 1000;
const std::string_view kNormalClose("\x03\xe8", 2);

}  // namespace

ComingRun::ComingRun(std::string name, bool plugins, std::size_t watchers)
    : Run(std::move(name), plugins) {
  const std::string watch = "{\"type\":\"watch\",\"address\":\"pwa:" + std::string(kId) + "\"}";
  for (std::size_t i = 0; i < watchers; ++i) {
    watchers_.push_back(std::make_unique<ClientEnd>(relay(), peer_id('w', i), query()));
    watchers_.back()->write(masked_frame(0x1, watch));
  }
  await_told();
}

void ComingRun::round() {
  ClientEnd peer(relay(), kId, query());
  await_told();
  peer.write(masked_frame(0x8, kNormalClose));
  for (int turns = 0; !peer.ended(); ++turns) {
    if (turns == kPatience) throw std::runtime_error("the relay does not end the connection");
    relay().turn(0);
  }
  await_told();
}

void ComingRun::await_told() {
  for (const auto& watcher : watchers_) {
    for (int turns = 0; watcher->receive() == 0; ++turns) {
      if (turns == kPatience) throw std::runtime_error("a watcher is not told");
      relay().turn(0);
    }
    if (watcher->take_received().find("peer-status") == std::string::npos) {
      throw std::runtime_error("a watcher is told something else");
    }
  }
}

}  // namespace plugboard::bench
