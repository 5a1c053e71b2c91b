// Peers that come and go: what a whole life of a connection costs.
#include <cmath>
#include <memory>
#include <vector>

#include "load/connection.hpp"
#include "load/errors.hpp"
#include "load/frame.hpp"
#include "load/modes.hpp"
#include "load/protocol.hpp"

namespace plugboard::load {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;

/// A number of slots, in each of which one connection follows the other.
class Cycles final : public ConnectionOwner {
 public:
  Cycles(const Options& options, Loop& loop, const Target& target)
      : options_(options), loop_(loop), target_(target), started_at_(options.concurrency) {
    for (std::size_t i = 0; i < options.concurrency; ++i) {
      slots_.push_back(std::make_unique<Connection>(loop, *this, i));
      free_.push_back(i);
    }
  }

  Report run() {
    CpuMeter cpu(options_.pid);
    cpu.start();
    const Nanoseconds start = now_ns();
    const Nanoseconds stop = start + from_seconds(options_.seconds);
    const Nanoseconds give_up = stop + from_seconds(options_.drain);
    loop_.run([&] {
      const Nanoseconds now = now_ns();
      if (now >= give_up) {
        errors_.add("connections that did not end in time");
        return Loop::kStop;
      }
      if (now >= stop) return free_.size() == slots_.size() ? Loop::kStop : give_up;
      reopen();
      return stop;
    });
    const double seconds = static_cast<double>(now_ns() - start) / 1e9;
    cpu.stop();
    return {{"mode", "connect"},
            {"url", options_.url},
            {"concurrency", options_.concurrency},
            {"measured_seconds", seconds},
            {"cycles", cycles_},
            {"cycles_per_second", std::llround(static_cast<double>(cycles_) / seconds)},
            {"open_latency_us", latency_report(open_latencies_)},
            {"cpu_us", cpu.report(cycles_, "cycle")},
            {"errors", errors_report(errors_)}};
  }

 private:
  void reopen() {
    // Only between turns, so that no event of an old connection reaches its successor's slot.
    std::vector<std::size_t> free;
    free.swap(free_);
    for (const std::size_t slot : free) {
      started_at_[slot] = now_ns();
      slots_[slot]->open(target_, peer_id('c', options_.first + slot));
    }
  }

  void on_open(Connection& connection) override {
    std::string frame;
    append_frame(frame, kPing, "registered?");
    connection.send(frame);
  }

  void on_pong(Connection& connection) override {
    open_latencies_.record(now_ns() - started_at_[connection.index()]);
    connection.close();
  }

  void on_message(Connection& /*connection*/, std::string_view payload) override {
    errors_.add(kind_of(payload) == MessageKind::kError ? payload : "a message nobody asked for");
  }

  void on_end(Connection& connection, std::string_view why, bool expected) override {
    if (expected) {
      ++cycles_;
    } else {
      errors_.add(why);
    }
    free_.push_back(connection.index());
  }

  const Options& options_;
  Loop& loop_;
  const Target& target_;
  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<std::size_t> free_;
  std::vector<Nanoseconds> started_at_;
  Histogram open_latencies_;
  Errors errors_;
  std::uint64_t cycles_ = 0;
};

}  // namespace

Report run_connect(const Options& options) {
  Loop loop(kBuffer);
  const Target target = Target::resolve(Url::parse(options.url), options.channel, options.key);
  return Cycles(options, loop, target).run();
}

}  // namespace plugboard::load
