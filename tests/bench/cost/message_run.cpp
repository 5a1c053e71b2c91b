#include "bench/cost/message_run.hpp"

#include <stdexcept>
#include <utility>

namespace plugboard::bench {
namespace {

std::string message(std::string_view from, std::string_view to, std::size_t size) {
  std::string text = "{\"from\":\"pwa:";
  text += from;
  text += "\",\"to\":\"pwa:";
  text += to;
  text += "\",\"payload\":\"";
  constexpr std::string_view kFiller = "The quick brown fox jumps over the lazy dog. ";
  for (std::size_t i = 0; text.size() + 2 < size; ++i) text += kFiller[i % kFiller.size()];
  return text + "\"}";
}

/// The receiving side of a frame: no mask.
std::size_t received_size(std::size_t payload) { return payload + (payload < 126 ? 2 : 4); }

}  // namespace

MessageRun::MessageRun(std::string name, bool plugins, const MessageTraffic& traffic)
    : Run(std::move(name), plugins), traffic_(traffic) {
  for (std::size_t i = 0; i < traffic_.pairs; ++i) {
    const std::string from = peer_id('a', i);
    const std::string to = peer_id('b', i);
    senders_.push_back(std::make_unique<ClientEnd>(relay(), from, query()));
    receivers_.push_back(std::make_unique<ClientEnd>(relay(), to, query()));
    const std::string frame = masked_frame(0x1, message(from, to, traffic_.size));
    frames_.emplace_back();
    for (std::size_t n = 0; n < traffic_.window; ++n) frames_.back() += frame;
  }
}

void MessageRun::round() {
  for (std::size_t i = 0; i < senders_.size(); ++i) senders_[i]->write(frames_[i]);
  for (int turns = 0; !all_received(); ++turns) {
    if (turns == 100) throw std::runtime_error("messages are missing");
    relay().turn(0);
  }
  for (const auto& receiver : receivers_) {
    if (!receiver->take_received().ends_with("\"}")) {
      throw std::runtime_error("something else than the messages came");
    }
  }
}

bool MessageRun::all_received() {
  const std::size_t expected = received_size(traffic_.size) * traffic_.window;
  bool all = true;
  for (const auto& receiver : receivers_) all = receiver->receive() == expected && all;
  return all;
}

}  // namespace plugboard::bench
