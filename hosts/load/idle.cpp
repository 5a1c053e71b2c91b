// Connections that say nothing: what each costs in memory, and in CPU time while it is held.
#include <stdexcept>
#include <vector>

#include "load/crowd.hpp"
#include "load/frame.hpp"
#include "load/modes.hpp"
#include "load/protocol.hpp"

namespace plugboard::load {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;

/// Each peer sends itself one message and gets it back.
void touch_all(Loop& loop, Crowd& crowd, Errors& errors) {
  std::size_t back = 0;
  crowd.on_message([&](std::size_t, std::string_view) { ++back; });
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    const std::string self = crowd.address(i);
    std::string frame;
    append_frame(frame, kText, routed_message(self, self, "touched"));
    crowd.at(i).send(frame);
  }
  const Nanoseconds give_up = now_ns() + from_seconds(30);
  loop.run([&] {
    if (back >= crowd.size()) return Loop::kStop;
    if (now_ns() < give_up) return give_up;
    errors.add("messages to oneself that did not come back");
    return Loop::kStop;
  });
}

}  // namespace

Report run_idle(const Options& options) {
  Loop loop(kBuffer);
  const auto dialect = make_dialect(options.protocol);
  const Target target =
      Target::resolve(Url::parse(options.url), options.channel, options.key, dialect.get());
  if (options.touch && dialect != nullptr) {
    throw std::invalid_argument("--touch is for Plugboard's own protocol");
  }
  Errors errors;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < options.connections; ++i) {
    ids.push_back(peer_id('i', options.first + i));
  }
  Report report{{"mode", "idle"},
                {"url", options.url},
                {"protocol", options.protocol},
                {"connections", options.connections},
                {"touched", options.touch}};

  Memory before;
  if (options.pid != 0) before = memory(options.pid);
  CpuMeter opening(options.pid);
  opening.start();
  Crowd crowd(loop, target, ids, errors);
  crowd.open(Fence::kPing);
  if (options.touch) touch_all(loop, crowd, errors);
  opening.stop();
  report["opening_cpu_us"] = opening.report(options.connections, "connection");
  if (options.pid != 0) {
    report["memory_bytes"] = memory_report(before, memory(options.pid), options.connections);
  }

  CpuMeter holding(options.pid);
  holding.start();
  const Nanoseconds until = now_ns() + from_seconds(options.seconds);
  loop.run([&] { return now_ns() >= until || crowd.broken() ? Loop::kStop : until; });
  holding.stop();
  report["held_seconds"] = options.seconds;
  report["holding_cpu_us"] = holding.report(options.connections, "connection");
  report["errors"] = errors_report(errors);
  return report;
}

}  // namespace plugboard::load
