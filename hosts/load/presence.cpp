// Peers that come and go at once while many watch them: what it costs to tell each watcher of each.
#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include "load/crowd.hpp"
#include "load/frame.hpp"
#include "load/modes.hpp"
#include "load/protocol.hpp"

namespace plugboard::load {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;

class Flapping final : public ConnectionOwner {
 public:
  Flapping(const Options& options, Loop& loop, const Target& target, Crowd& watchers,
           Errors& errors)
      : options_(options),
        loop_(loop),
        target_(target),
        watchers_(watchers),
        errors_(errors),
        expected_total_(watchers.size() * options.peers) {
    for (std::size_t i = 0; i < options.peers; ++i) {
      ids_.push_back(peer_id('f', options.first + i));
      flappers_.push_back(std::make_unique<Connection>(loop, *this, i));
    }
    watchers_.on_message(
        [this](std::size_t, std::string_view payload) { on_status(kind_of(payload)); });
  }

  Report run() {
    watch();
    CpuMeter cpu(options_.pid);
    cpu.start();
    const Nanoseconds start = now_ns();
    const Nanoseconds stop = start + from_seconds(options_.seconds);
    const std::uint64_t told_before = told_total_;
    while (now_ns() < stop && errors_.total() == 0) {
      flap(MessageKind::kOnline);
      flap(MessageKind::kOffline);
    }
    const double seconds = static_cast<double>(now_ns() - start) / 1e9;
    cpu.stop();
    const std::uint64_t told = told_total_ - told_before;
    return {{"mode", "presence"},
            {"url", options_.url},
            {"watchers", watchers_.size()},
            {"peers", flappers_.size()},
            {"measured_seconds", seconds},
            {"statuses", told},
            {"statuses_per_second", std::llround(static_cast<double>(told) / seconds)},
            {"latency_us", latency_report(latencies_)},
            {"cpu_us", cpu.report(told, "status")},
            {"errors", errors_report(errors_)}};
  }

 private:
  void watch() {
    std::string frames;
    for (const std::string& id : ids_) {
      append_frame(frames, kText, watch_message(target_.address_of(id)));
    }
    await_statuses(MessageKind::kOffline, [&] {
      for (std::size_t i = 0; i < watchers_.size(); ++i) watchers_.at(i).send(frames);
    });
  }

  void flap(MessageKind to) {
    changed_at_ = now_ns();
    await_statuses(to, [&] {
      for (std::size_t i = 0; i < flappers_.size(); ++i) {
        if (to == MessageKind::kOnline) {
          flappers_[i]->open(target_, ids_[i]);
        } else {
          flappers_[i]->close();
        }
      }
    });
  }

  template <typename Change>
  void await_statuses(MessageKind expected, Change change) {
    expected_ = expected;
    told_ = 0;
    change();
    const Nanoseconds give_up = now_ns() + from_seconds(options_.drain);
    loop_.run([&] {
      // Also until the peers' own connections have followed, so that they can turn round at once.
      if ((told_ == expected_total_ && settled(expected == MessageKind::kOnline)) ||
          errors_.total() > 0)
        return Loop::kStop;
      if (now_ns() < give_up) return give_up;
      errors_.add("watchers who were not told in time");
      return Loop::kStop;
    });
  }

  bool settled(bool open) const {
    return std::all_of(flappers_.begin(), flappers_.end(),
                       [&](const auto& flapper) { return flapper->is_open() == open; });
  }

  void on_status(MessageKind kind) {
    if (kind != expected_ || told_ == expected_total_) {
      errors_.add("a status that was not to be expected");
      return;
    }
    ++told_;
    ++told_total_;
    if (changed_at_ != 0) latencies_.record(now_ns() - changed_at_);
  }

  void on_open(Connection& /*connection*/) override {}
  void on_pong(Connection& /*connection*/) override {}
  void on_message(Connection& /*connection*/, std::string_view payload) override {
    errors_.add(payload);
  }
  void on_end(Connection& /*connection*/, std::string_view why, bool expected) override {
    if (!expected) errors_.add(why);
  }

  const Options& options_;
  Loop& loop_;
  const Target& target_;
  Crowd& watchers_;
  Errors& errors_;
  std::size_t expected_total_;  // statuses for one change of all
  std::vector<std::string> ids_;
  std::vector<std::unique_ptr<Connection>> flappers_;
  MessageKind expected_ = MessageKind::kOffline;
  std::size_t told_ = 0;
  std::uint64_t told_total_ = 0;
  Nanoseconds changed_at_ = 0;
  Histogram latencies_;
};

}  // namespace

Report run_presence(const Options& options) {
  Loop loop(kBuffer);
  const Target target = Target::resolve(Url::parse(options.url), options.channel, options.key);
  Errors errors;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < options.connections; ++i) {
    ids.push_back(peer_id('w', options.first + i));
  }
  Crowd watchers(loop, target, ids, errors);
  watchers.open(Fence::kPing);
  return Flapping(options, loop, target, watchers, errors).run();
}

}  // namespace plugboard::load
