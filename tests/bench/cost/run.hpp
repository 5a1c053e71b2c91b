// One kind of traffic, in rounds that are all alike, and what it costs.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/cost/relay_in_hand.hpp"

namespace plugboard::bench {

class Run {
 public:
  /// `plugins`: with key store, limiter and hook, as users run it; else bare.
  Run(std::string name, bool plugins);
  virtual ~Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// After some rounds that do not count. `events`: what the cost is shared out over, and how many
  /// of them a round has.
  [[nodiscard]] nlohmann::ordered_json cost(std::size_t rounds, const char* events,
                                            std::size_t in_a_round);

 protected:
  virtual void round() = 0;

  [[nodiscard]] RelayInHand& relay() { return relay_; }
  /// Of every client's URL.
  [[nodiscard]] const std::string& query() const { return query_; }

 private:
  std::string name_;
  std::string query_;
  RelayInHand relay_;
};

/// Of seven digits behind a letter.
[[nodiscard]] std::string peer_id(char letter, std::size_t number);

}  // namespace plugboard::bench
