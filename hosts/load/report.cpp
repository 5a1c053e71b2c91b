#include "load/report.hpp"

#include <unistd.h>

#include <cmath>
#include <iomanip>
#include <string>

namespace plugboard::load {
namespace {

/// Three decimals are finer than anything that is measured here.
double rounded(double value) { return std::round(value * 1000) / 1000; }

void print_value(const std::string& path, const Report& value, std::ostream& out) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      std::string member_path = path;
      if (!path.empty()) member_path += '.';
      member_path += name;
      print_value(member_path, member, out);
    }
    return;
  }
  constexpr int kNameWidth = 44;
  out << std::left << std::setw(kNameWidth) << path << " "
      << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
}

}  // namespace

Report latency_report(const Histogram& latencies) {
  Report report{{"count", latencies.count()}};
  const auto add = [&](const char* name, double nanoseconds) {
    report[name] = latencies.count() == 0 ? Report(nullptr) : Report(rounded(nanoseconds / 1000));
  };
  add("mean", latencies.mean());
  for (const auto& [name, share] :
       {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}) {
    add(name, static_cast<double>(latencies.percentile(share)));
  }
  add("max", static_cast<double>(latencies.max()));
  return report;
}

Report errors_report(const Errors& errors) {
  Report report{{"total", errors.total()}};
  for (const auto& [what, count] : errors.counts()) report["kinds"][what] = count;
  return report;
}

void print_table(const Report& report, std::ostream& out) { print_value("", report, out); }

void CpuMeter::start() {
  own_start_ = cpu_time(::getpid());
  if (pid_ != 0) server_start_ = cpu_time(pid_);
}

void CpuMeter::stop() {
  if (pid_ != 0) server_ = cpu_time(pid_) - server_start_;
  own_ = cpu_time(::getpid()) - own_start_;
}

Report CpuMeter::report(std::uint64_t events, const char* event) const {
  const std::string each = std::string("per_") + event;
  Report report = Report::object();
  const auto add = [&](const char* who, const CpuTime& used) {
    report[who] = {{"user", rounded(used.user_us)}, {"system", rounded(used.system_us)}};
    report[who][each] = events == 0
                            ? Report(nullptr)
                            : Report(rounded(used.total_us() / static_cast<double>(events)));
  };
  if (pid_ != 0) add("server", server_);
  add("generator", own_);
  return report;
}

Report memory_report(const Memory& before, const Memory& after, std::size_t connections) {
  const auto each = [&](std::int64_t from, std::int64_t to) {
    return std::llround(static_cast<double>(to - from) / static_cast<double>(connections));
  };
  return {{"rss_before", before.rss},
          {"rss_after", after.rss},
          {"pss_before", before.pss},
          {"pss_after", after.pss},
          {"rss_per_connection", each(before.rss, after.rss)},
          {"pss_per_connection", each(before.pss, after.pss)}};
}

}  // namespace plugboard::load
