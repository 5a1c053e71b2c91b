// Pairs that exchange messages: as fast as a window allows, back and forth, or at a fixed rate.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "load/crowd.hpp"
#include "load/flow.hpp"
#include "load/options.hpp"
#include "load/report.hpp"

namespace plugboard::load {

class Traffic {
 public:
  explicit Traffic(const Options& options);

  Report run();

 private:
  void make_flows();
  void on_message(std::size_t connection, std::string_view payload);
  /// Lets flow `index` send one more at the end of this turn.
  void owe(std::size_t index);
  void send_owed();
  /// Owes what is due by `now`; the point at which to look again.
  Nanoseconds owe_due(Nanoseconds now);
  Nanoseconds turn();
  [[nodiscard]] Nanoseconds sent_at(std::size_t flow, std::uint64_t number) const;
  [[nodiscard]] bool all_arrived() const;
  [[nodiscard]] Report report() const;

  const Options options_;
  Loop loop_;
  std::unique_ptr<const Dialect> dialect_;
  Target target_;
  Errors errors_;
  std::unique_ptr<Crowd> crowd_;
  std::vector<Flow> flows_;
  /// By the number of the receiving connection.
  std::vector<std::size_t> flow_of_receiver_;
  /// Times at which the messages under way were sent, a ring for each flow.
  std::vector<Nanoseconds> sent_at_;
  std::size_t ring_ = 1;
  std::vector<std::size_t> owed_;
  std::vector<std::size_t> owing_;
  FlowCounts counts_;
  Histogram latencies_;
  CpuMeter cpu_;
  std::uint64_t paced_so_far_ = 0;
  Nanoseconds look_at_ = 0;
  std::uint64_t received_at_start_ = 0;
  std::uint64_t received_at_stop_ = 0;
  Nanoseconds start_ = 0;
  Nanoseconds measure_from_ = 0;
  Nanoseconds measure_to_ = 0;
  Nanoseconds measured_ = 0;
  enum class Phase { kWarmup, kMeasuring, kDraining } phase_ = Phase::kWarmup;
};

}  // namespace plugboard::load
