// The outcome of a run: one JSON object, which also prints as a table.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "load/errors.hpp"
#include "load/histogram.hpp"
#include "load/process_probe.hpp"

namespace plugboard::load {

/// Members keep their order. Units stand in their names.
using Report = nlohmann::ordered_json;

/// Percentiles in microseconds; `null` values if nothing was recorded.
Report latency_report(const Histogram& latencies);

Report errors_report(const Errors& errors);

/// One line for each value, with the path to it.
void print_table(const Report& report, std::ostream& out);

/// Takes the server's (and this program's) CPU time between two points.
class CpuMeter {
 public:
  /// `pid` 0: the server is not measured.
  explicit CpuMeter(int pid) : pid_(pid) {}

  void start();
  void stop();

  /// `events` is what the CPU time is shared out over, `event` its name in the singular.
  [[nodiscard]] Report report(std::uint64_t events, const char* event) const;

 private:
  int pid_;
  CpuTime server_start_;
  CpuTime server_;
  CpuTime own_start_;
  CpuTime own_;
};

/// Memory before and after, and what that is for each of `connections`; empty without a pid.
Report memory_report(const Memory& before, const Memory& after, std::size_t connections);

}  // namespace plugboard::load
