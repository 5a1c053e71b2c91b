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
    rests_.resize(options.concurrency);
    events_.joined = [this] { joined(*slots_[current_]); };
    events_.message = [this](std::string_view message) { errors_.add(message); };
    events_.answer = [this](std::string_view frames) { slots_[current_]->send(frames); };
    events_.refused = [this](std::string_view why) { errors_.add(why); };
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
            {"protocol", options_.protocol},
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
    if (target_.dialect != nullptr) {
      rests_[connection.index()].clear();
      frame = target_.dialect->greeting(peer_id('c', options_.first + connection.index()));
    } else {
      append_frame(frame, kPing, "registered?");
    }
    connection.send(frame);
  }

  void on_pong(Connection& connection) override {
    if (target_.dialect == nullptr) joined(connection);
  }

  void joined(Connection& connection) {
    open_latencies_.record(now_ns() - started_at_[connection.index()]);
    connection.close();
  }

  void on_message(Connection& connection, std::string_view payload) override {
    if (target_.dialect != nullptr) {
      current_ = connection.index();
      target_.dialect->take(payload, rests_[current_], events_);
      return;
    }
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
  DialectEvents events_;
  std::size_t current_ = 0;         // the connection whose data a dialect takes
  std::vector<std::string> rests_;  // for the dialect, by connection
  Histogram open_latencies_;
  Errors errors_;
  std::uint64_t cycles_ = 0;
};

}  // namespace

Report run_connect(const Options& options) {
  Loop loop(kBuffer);
  const auto dialect = make_dialect(options.protocol);
  const Target target =
      Target::resolve(Url::parse(options.url), options.channel, options.key, dialect.get());
  return Cycles(options, loop, target).run();
}

}  // namespace plugboard::load
