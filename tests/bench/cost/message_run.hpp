// Pairs of peers, in each of which some messages go one way in a round.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/cost/client_end.hpp"
#include "bench/cost/run.hpp"

namespace plugboard::bench {

struct MessageTraffic {
  std::size_t pairs;
  std::size_t window;  // messages of each pair in a round
  std::size_t size;    // bytes of a message, with its envelope
};

class MessageRun final : public Run {
 public:
  MessageRun(std::string name, bool plugins, const MessageTraffic& traffic);

 private:
  void round() override;
  bool all_received();

  MessageTraffic traffic_;
  std::vector<std::unique_ptr<ClientEnd>> senders_;
  std::vector<std::unique_ptr<ClientEnd>> receivers_;
  std::vector<std::string> frames_;  // what each sender writes in a round
};

}  // namespace plugboard::bench
