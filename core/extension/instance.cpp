#include "extension/instance.hpp"

#include <pthread.h>

#include <cstring>
#include <mutex>
#include <thread>

#include "extension/bytes.hpp"
#include "extension/control_call.hpp"
#include "extension/log_text.hpp"

namespace plugboard::extension {
namespace {

/// Instances that could not be ended, kept reachable to the end of the process.
void leave_alone(Instance* instance) {
  static std::mutex mutex;
  static auto* const left = new std::vector<Instance*>;
  const std::lock_guard lock(mutex);
  left->push_back(instance);
}

std::chrono::steady_clock::time_point after(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// Hands `task` to a thread of its own, through the control thread: whoever lets go of an instance
/// must not wait, not even for a thread to start.
bool start_task(RoomThreads& threads, std::function<void()> task) {
  return threads.control.post([task = std::move(task)]() mutable {
    std::thread thread(std::move(task));
    pthread_setname_np(thread.native_handle(), "pb-control");
    thread.detach();  // RoomThreads::wait_for_instances waits for its effect
  });
}

}  // namespace

std::shared_ptr<Instance> Instance::make(std::shared_ptr<RoomThreads> threads,
                                         HostServices& services,
                                         std::shared_ptr<const Library> library, std::string name,
                                         const InstanceOptions& options) {
  auto* const instance =
      new Instance(std::move(threads), services, std::move(library), std::move(name), options);
  instance->threads_->instance_made(instance);
  return std::shared_ptr<Instance>(instance, let_go);
}

Instance::Instance(std::shared_ptr<RoomThreads> threads, HostServices& services,
                   std::shared_ptr<const Library> library, std::string name,
                   const InstanceOptions& options)
    : threads_(std::move(threads)),
      services_(services),
      library_(std::move(library)),
      name_(std::move(name)),
      io_budget_ns_(static_cast<std::uint64_t>(options.io_budget.count())),
      complaints_(services, name_),
      slowness_(services, name_),
      tokens_(options.max_in_flight),
      peer_data_(services),
      lane_(threads_->workers.make_lane(options.max_queued)),
      timers_(threads_->timers, *lane_,
              [this](PluginTimers::Fire fire, void* context) {
                notify("a timer", Timing::kMayBlock, [&] { fire(context); });
              }),
      events_(*lane_, options.max_queued),
      host_(HostTable::make(*this, services, options.relay_version)) {}

Instance::~Instance() = default;

void Instance::let_go(Instance* instance) {
  const std::shared_ptr<RoomThreads> threads = instance->threads_;
  if (!start_task(*threads, [threads, instance] { end(*threads, instance); })) {
    // The room has ended, and with it all that could be waited for.
    leave_alone(instance);
  }
}

void Instance::end(RoomThreads& threads, Instance* instance) {
  if (instance->created_) instance->drain();
  instance->timers_.stop_all();
  bool ended = instance->lane_->close(after(threads.control_timeout));
  if (!ended) {
    instance->log(PLUGBOARD_LOG_ERROR, "its jobs do not end: it is left as it is");
  } else if (instance->created_) {
    const Problems problems = instance->control(
        "destroy", [self = instance->self_, destroy = instance->descriptor().functions.destroy] {
          destroy(self);
          return PLUGBOARD_OK;
        });
    for (const PluginProblem& problem : problems) {
      instance->log(PLUGBOARD_LOG_ERROR, problem.sentence);
    }
    ended = problems.empty();
  }
  ended = instance->host_.shut(after(threads.control_timeout)) && ended;
  threads.instance_gone(instance);
  if (ended) {
    delete instance;
  } else {
    leave_alone(instance);
  }
}

Instance::Problems Instance::control(const char* function, std::function<plugboard_status()> call) {
  struct Outcome {
    std::mutex mutex;
    plugboard_status status = PLUGBOARD_ERROR;
    std::string threw;
  };
  const std::string name(function);
  if (in_control_.exchange(true)) {
    return {{"", name + " cannot be called: an earlier call has not returned"}};
  }
  const auto outcome = std::make_shared<Outcome>();
  host_.gather_problems();
  // A call that does not return keeps the instance: it is not ended before. In `end` nobody can
  // keep it any more, and then it is never freed.
  const bool returned =
      run_with_deadline(threads_->control_timeout,
                        [this, outcome, call = std::move(call), pin = weak_from_this().lock()] {
                          plugboard_status status = PLUGBOARD_ERROR;
                          std::string threw;
                          try {
                            status = call();
                          } catch (const std::exception& exception) {
                            threw = std::string("threw an exception: ") + exception.what();
                          } catch (...) {
                            threw = "threw an exception";
                          }
                          in_control_.store(false);
                          const std::lock_guard lock(outcome->mutex);
                          outcome->status = status;
                          outcome->threw = std::move(threw);
                        });
  Problems problems = host_.take_problems();
  if (!returned) {
    counters_.timeouts.fetch_add(1, std::memory_order_relaxed);
    problems.push_back({"", name + " has not returned within " +
                                std::to_string(threads_->control_timeout.count()) + " ms"});
    return problems;
  }
  const std::lock_guard lock(outcome->mutex);
  if (outcome->threw.empty() && outcome->status == PLUGBOARD_OK) {
    // It went on all the same.
    for (const PluginProblem& problem : problems) log(PLUGBOARD_LOG_WARN, problem.sentence);
    return {};
  }
  counters_.errors.fetch_add(1, std::memory_order_relaxed);
  if (!outcome->threw.empty()) {
    problems.push_back({"", name + " " + outcome->threw});
  } else if (problems.empty()) {
    problems.push_back({"", name + " failed with status " + std::to_string(outcome->status) +
                                ", without saying why"});
  }
  return problems;
}

Instance::Problems Instance::create(const std::string& config) {
  return control("create", [this, config] {
    plugboard_instance* made = nullptr;
    const plugboard_status status =
        descriptor().functions.create(host_.table(), to_bytes(config), &made);
    if (status == PLUGBOARD_OK) {
      // Also where the call has been given up meanwhile: what it made is destroyed then.
      self_ = made;
      created_ = true;
    }
    return status;
  });
}

Instance::Problems Instance::prepare(const std::string& config) {
  // A call that is given up may still succeed one day. Whoever comes second, it or the giving up,
  // sees to the abort.
  enum State { kCalling, kGivenUp, kPrepared };
  const auto state = std::make_shared<std::atomic<State>>(kCalling);
  Problems problems = control("prepare", [this, config, state] {
    const plugboard_status status = descriptor().functions.prepare(self_, to_bytes(config));
    if (status == PLUGBOARD_OK && state->exchange(kPrepared) == kGivenUp) {
      descriptor().functions.abort(self_);
    }
    return status;
  });
  if (!problems.empty() && state->exchange(kGivenUp) == kPrepared) abort();
  return problems;
}

void Instance::commit() {
  control_or_log("commit", [this] { descriptor().functions.commit(self_); });
}

void Instance::abort() {
  control_or_log("abort", [this] { descriptor().functions.abort(self_); });
}

void Instance::drain() {
  if (std::exchange(drained_, true)) return;
  peer_data_.retire();
  if (descriptor().functions.drain == nullptr) return;
  control_or_log("drain", [this] { descriptor().functions.drain(self_); });
}

Instance::Problems Instance::check(const std::string& config) {
  if (descriptor().functions.check == nullptr) return {};
  return control("check", [this, config] {
    return descriptor().functions.check(host_.table(), to_bytes(config));
  });
}

void Instance::control_or_log(const char* function, std::function<void()> call) {
  const Problems problems = control(function, [call = std::move(call)] {
    call();
    return PLUGBOARD_OK;
  });
  for (const PluginProblem& problem : problems) log(PLUGBOARD_LOG_ERROR, problem.sentence);
}

Instance::Problems Instance::read_key_form(plugboard_key_form& form) {
  constexpr std::uint64_t kMaxKeyBytes = 8192;
  const auto read = kinds().key_store ? kinds().key_store->key_form : nullptr;
  if (read == nullptr) return {};
  // The call's own copy, as it may be given up.
  const auto copy = std::make_shared<plugboard_key_form>(form);
  Problems problems = control("key_form", [this, read, copy] { return read(self_, copy.get()); });
  if (!problems.empty()) return problems;
  if (copy->alphabet > PLUGBOARD_KEY_ALPHABET_VISIBLE || copy->min_size == 0 ||
      copy->min_size > copy->max_size || copy->max_size > kMaxKeyBytes) {
    return {
        {"", "its key_form names an unknown alphabet, or sizes that are not within 1 to 8,192"}};
  }
  form = *copy;
  return {};
}

Instance::Problems Instance::read_blob_limits(BlobLimits& limits) {
  const auto read = kinds().blob_store ? kinds().blob_store->limits : nullptr;
  if (read == nullptr) return {};
  struct Limits {
    plugboard_blob_limits given = {};
    BlobLimits copied;
  };
  const auto call = std::make_shared<Limits>();
  call->copied = limits;
  Problems problems = control("limits", [this, read, call] {
    call->given = {sizeof call->given, call->copied.require_key ? PLUGBOARD_BLOB_REQUIRE_KEY : 0,
                   call->copied.max_size, to_bytes(call->copied.route_prefix)};
    const plugboard_status status = read(self_, &call->given);
    if (status != PLUGBOARD_OK) return status;
    // Borrowed until the next call: copied here, on the thread of this one.
    std::string route;
    if (readable(call->given.route_prefix, BlobLimits::kMaxRouteBytes)) {
      route = view(call->given.route_prefix);
    }
    call->copied = {call->given.max_size, std::move(route),
                    (call->given.flags & PLUGBOARD_BLOB_REQUIRE_KEY) != 0};
    return status;
  });
  if (!problems.empty()) return problems;
  if (std::string problem = blob_limits_problem(call->copied); !problem.empty()) {
    return {{"", "its limits cannot be used: " + problem}};
  }
  limits = std::move(call->copied);
  return {};
}

void Instance::failed(std::string_view sentence) {
  counters_.errors.fetch_add(1, std::memory_order_relaxed);
  complaints_.add(PLUGBOARD_LOG_ERROR, sentence);
}

void Instance::overloaded() {
  counters_.refused.fetch_add(1, std::memory_order_relaxed);
  complaints_.add(PLUGBOARD_LOG_ERROR, "too many questions wait for it: no more are asked");
}

void Instance::timed_out() {
  counters_.timeouts.fetch_add(1, std::memory_order_relaxed);
  complaints_.add(PLUGBOARD_LOG_ERROR, "a question was not answered in time");
}

void Instance::event_dropped() {
  counters_.dropped_events.fetch_add(1, std::memory_order_relaxed);
  complaints_.add(PLUGBOARD_LOG_ERROR, "too many events wait for it: some are dropped");
}

void Instance::misused(std::string_view sentence) {
  counters_.misuses.fetch_add(1, std::memory_order_relaxed);
  complaints_.add(PLUGBOARD_LOG_ERROR, sentence);
}

void Instance::log(std::int32_t level, std::string_view text) {
  services_.log(level, name_, log_text(text));
}

void Instance::threw(const char* function, const char* what) {
  std::string sentence = std::string(function) + " threw an exception";
  if (*what != '\0') sentence += std::string(": ") + what;
  failed(sentence);
}

void Instance::measured(const char* function, Timing timing, std::uint64_t start_ns) {
  const std::uint64_t now = services_.monotonic_ns();
  const std::uint64_t time_ns = now > start_ns ? now - start_ns : 0;
  counters_.time_ns.add(timing == Timing::kFrame ? time_ns * kSample : time_ns);
  if (timing == Timing::kMayBlock || time_ns <= io_budget_ns_) return;
  counters_.slow.fetch_add(1, std::memory_order_relaxed);
  slowness_.add(PLUGBOARD_LOG_WARN, std::string(function) + " kept an I/O thread for " +
                                        std::to_string(time_ns / 1'000) +
                                        " us, and every peer of that thread waiting");
}

nlohmann::json Instance::stats() {
  const auto load = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  return {{"library", library_->descriptor.name},
          {"version", library_->descriptor.version},
          {"calls", counters_.calls.sum()},
          {"errors", load(counters_.errors)},
          {"timeouts", load(counters_.timeouts)},
          {"refused", load(counters_.refused)},
          {"misuses", load(counters_.misuses)},
          {"slowCalls", load(counters_.slow)},
          {"droppedEvents", load(counters_.dropped_events)},
          {"revoked", load(counters_.revocations)},
          {"inFlight", tokens_.in_flight()},
          {"queued", lane_->waiting() + events_.waiting()},
          {"timeMs", static_cast<double>(counters_.time_ns.sum()) / 1e6}};
}

Enrolment::~Enrolment() {
  RoomThreads& threads = instance_->threads();
  start_task(threads, [instance = std::move(instance_)] { instance->drain(); });
}

}  // namespace plugboard::extension
