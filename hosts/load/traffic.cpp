#include "load/traffic.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "load/frame.hpp"
#include "load/modes.hpp"

namespace plugboard::load {
namespace {

constexpr std::size_t kSmallestBuffer = 1024 * 1024;

std::vector<std::string> pair_ids(const Options& options) {
  std::vector<std::string> ids;
  for (const char letter : {'a', 'b'}) {
    for (std::size_t i = 0; i < options.pairs; ++i)
      ids.push_back(peer_id(letter, options.first + i));
  }
  return ids;
}

const char* mode_name(Mode mode) {
  if (mode == Mode::kPaced) return "paced";
  return mode == Mode::kPingPong ? "ping-pong" : "throughput";
}

}  // namespace

Traffic::Traffic(const Options& options)
    : options_(options),
      loop_(std::max(kSmallestBuffer, options.size * 2 + 65536)),
      dialect_(make_dialect(options.protocol)),
      target_(
          Target::resolve(Url::parse(options.url), options.channel, options.key, dialect_.get())),
      cpu_(options.pid) {
  if (options.deflate) target_.expander = std::make_shared<Expander>();
}

void Traffic::make_flows() {
  // Connections 0 to P-1 are the first peers of the pairs, P to 2P-1 the second ones.
  const std::size_t pairs = options_.pairs;
  const auto packing = [this](std::size_t to) {
    if (dialect_ == nullptr) return Packing{.wrapping = {}, .deflated = options_.deflate};
    return Packing{.wrapping = dialect_->wrapping(crowd_->id(to), options_.size),
                   .batched = dialect_->batches()};
  };
  const auto body = make_body(options_.shape, options_.size, crowd_->address(0),
                              crowd_->address(pairs), packing(pairs));
  std::uint8_t opcode = options_.binary ? kBinary : kText;
  if (dialect_ != nullptr) opcode = dialect_->opcode();
  flow_of_receiver_.assign(2 * pairs, SIZE_MAX);
  const auto add = [&](std::size_t from, std::size_t to) {
    flow_of_receiver_[to] = flows_.size();
    flows_.emplace_back(crowd_->at(from), FlowMessage(crowd_->address(from), crowd_->address(to),
                                                      body, opcode, packing(to)));
  };
  for (std::size_t i = 0; i < pairs; ++i) add(i, pairs + i);
  if (options_.mode == Mode::kPingPong) {
    for (std::size_t i = 0; i < pairs; ++i) add(pairs + i, i);
  }
  ring_ = options_.mode == Mode::kThroughput ? options_.window : 1;
  sent_at_.assign(flows_.size() * ring_, 0);
  owed_.assign(flows_.size(), 0);
}

Report Traffic::run() {
  crowd_ = std::make_unique<Crowd>(loop_, target_, pair_ids(options_), errors_);
  crowd_->on_message([this](std::size_t connection, std::string_view payload) {
    on_message(connection, payload);
  });
  crowd_->open(Fence::kWatch);
  make_flows();

  start_ = now_ns();
  measure_from_ = start_ + from_seconds(options_.warmup);
  measure_to_ = measure_from_ + from_seconds(options_.seconds);
  if (options_.mode != Mode::kPaced) {
    const std::size_t window = options_.mode == Mode::kThroughput ? options_.window : 1;
    for (std::size_t i = 0; i < options_.pairs; ++i) {
      for (std::size_t n = 0; n < window; ++n) owe(i);
    }
  }
  loop_.run([this] { return turn(); });
  return report();
}

Nanoseconds Traffic::turn() {
  const Nanoseconds now = now_ns();
  if (phase_ == Phase::kWarmup && now >= measure_from_) {
    phase_ = Phase::kMeasuring;
    measured_ = now;
    received_at_start_ = counts_.received;
    cpu_.start();
  }
  if (phase_ == Phase::kMeasuring && now >= measure_to_) {
    cpu_.stop();
    measured_ = now - measured_;
    received_at_stop_ = counts_.received;
    phase_ = Phase::kDraining;
  }
  if (crowd_->broken()) {
    if (phase_ == Phase::kDraining) return Loop::kStop;
    throw std::runtime_error("a peer was lost: " + errors_.counts().begin()->first);
  }
  if (phase_ == Phase::kDraining) {
    const Nanoseconds give_up = measure_to_ + from_seconds(options_.drain);
    return all_arrived() || now >= give_up ? Loop::kStop : give_up;
  }
  Nanoseconds next = phase_ == Phase::kWarmup ? measure_from_ : measure_to_;
  if (options_.mode == Mode::kPaced) {
    if (now >= look_at_) look_at_ = owe_due(now);
    next = std::min(next, look_at_);
  }
  send_owed();
  return next;
}

Nanoseconds Traffic::owe_due(Nanoseconds now) {
  const double interval = 1e9 / options_.rate;
  const auto due = static_cast<std::uint64_t>(
      std::floor(static_cast<double>(std::min(now, measure_to_) - start_) / interval) + 1);
  for (; paced_so_far_ < due; ++paced_so_far_) owe(paced_so_far_ % options_.pairs);
  const Nanoseconds next =
      start_ + static_cast<Nanoseconds>(std::ceil(static_cast<double>(due) * interval));
  return std::max(next, now + static_cast<Nanoseconds>(options_.tick_us * 1000));
}

void Traffic::owe(std::size_t index) {
  if (owed_[index]++ == 0) owing_.push_back(index);
}

void Traffic::send_owed() {
  if (owing_.empty()) return;
  const Nanoseconds now = now_ns();
  for (const std::size_t index : owing_) {
    const std::size_t count = std::exchange(owed_[index], 0);
    Flow& flow = flows_[index];
    if (options_.mode != Mode::kPaced) {
      for (std::size_t n = 0; n < count; ++n) {
        sent_at_[index * ring_ + (flow.next() + n) % ring_] = now;
      }
    }
    flow.send(count, counts_);
  }
  owing_.clear();
}

Nanoseconds Traffic::sent_at(std::size_t flow, std::uint64_t number) const {
  if (options_.mode != Mode::kPaced) return sent_at_[flow * ring_ + number % ring_];
  // The time at which it was due, however late this program or the server was.
  const double position = static_cast<double>(number * options_.pairs + flow);
  return start_ + static_cast<Nanoseconds>(position * 1e9 / options_.rate);
}

void Traffic::on_message(std::size_t connection, std::string_view payload) {
  const std::size_t index = flow_of_receiver_.empty() ? SIZE_MAX : flow_of_receiver_[connection];
  if (index == SIZE_MAX) {
    errors_.add("a message for a peer that nobody writes to");
    return;
  }
  const Flow::Arrival arrival = flows_[index].receive(payload, counts_);
  if (arrival.known) {
    const Nanoseconds since = sent_at(index, arrival.number);
    if (since >= measure_from_ && since < measure_to_) latencies_.record(now_ns() - since);
  }
  if (phase_ == Phase::kDraining) return;
  if (options_.mode == Mode::kThroughput) owe(index);
  if (options_.mode == Mode::kPingPong) owe((index + options_.pairs) % flows_.size());
}

bool Traffic::all_arrived() const { return counts_.received + counts_.damaged >= counts_.sent; }

Report Traffic::report() const {
  const double seconds = static_cast<double>(measured_) / 1e9;
  const std::uint64_t measured = received_at_stop_ - received_at_start_;
  const std::uint64_t arrived = counts_.received + counts_.damaged;
  Report report{{"mode", mode_name(options_.mode)},
                {"url", options_.url},
                {"protocol", options_.protocol},
                {"pairs", options_.pairs},
                {"message_bytes", options_.size},
                {"shape", options_.shape == Shape::kJson ? "json" : "string"},
                {"frames", options_.binary ? "binary" : "text"}};
  if (options_.mode == Mode::kThroughput) report["window"] = options_.window;
  if (options_.mode == Mode::kPaced) report["rate_per_second"] = options_.rate;
  report["measured_seconds"] = seconds;
  report["messages"] = {{"sent", counts_.sent},
                        {"received", counts_.received},
                        {"measured", measured},
                        {"per_second", std::llround(static_cast<double>(measured) / seconds)},
                        {"lost", counts_.sent > arrived ? counts_.sent - arrived : 0},
                        {"reordered", counts_.reordered},
                        {"damaged", counts_.damaged},
                        {"rewritten", counts_.rewritten}};
  report["latency_us"] = latency_report(latencies_);
  report["cpu_us"] = cpu_.report(measured, "message");
  report["errors"] = errors_report(errors_);
  return report;
}

Report run_traffic(const Options& options) { return Traffic(options).run(); }

}  // namespace plugboard::load
