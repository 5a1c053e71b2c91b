// One [[plugin]] table of the manifest, come to life: the plugin's instance and all that the room
// keeps for it.
//
// Whoever may still call the plugin or wait for it holds a shared pointer. When the last one goes,
// on whatever thread, a thread of the room ends the instance: its jobs are run, its timers stopped,
// it is destroyed and its host table shut. So no call is running when the plugin's destroy is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "extension/blob_store.hpp"
#include "extension/complaints.hpp"
#include "extension/counters.hpp"
#include "extension/credential_table.hpp"
#include "extension/event_queue.hpp"
#include "extension/host_table.hpp"
#include "extension/library.hpp"
#include "extension/peer_data.hpp"
#include "extension/plugin_timers.hpp"
#include "extension/room_threads.hpp"
#include "extension/token_table.hpp"
#include "extension/worker_pool.hpp"

namespace plugboard::extension {

/// What instances are made with, the same for all of a room.
struct InstanceOptions {
  std::string relay_version;
  std::size_t max_in_flight = 1024;
  std::size_t max_queued = 1024;
  std::chrono::nanoseconds io_budget = std::chrono::milliseconds(5);
};

/// Which thread a call is made on and how often, so how its duration is watched.
enum class Timing : std::uint8_t {
  kIo,       ///< every call is measured, and held against the budget
  kFrame,    ///< as kIo, but only some calls are measured
  kMayBlock  ///< measured, without a budget
};

class Instance : public std::enable_shared_from_this<Instance> {
 public:
  /// `services`: the relay's, or a narrower view of it; outlives the threads. Does not call the
  /// plugin yet.
  [[nodiscard]] static std::shared_ptr<Instance> make(std::shared_ptr<RoomThreads> threads,
                                                      HostServices& services,
                                                      std::shared_ptr<const Library> library,
                                                      std::string name,
                                                      const InstanceOptions& options);

  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Library& library() const { return *library_; }
  [[nodiscard]] const std::shared_ptr<const Library>& shared_library() const { return library_; }
  [[nodiscard]] const Descriptor& descriptor() const { return library_->descriptor; }
  [[nodiscard]] const KindTables& kinds() const { return library_->descriptor.kinds; }
  [[nodiscard]] bool blocking() const { return library_->descriptor.blocking(); }
  /// What the plugin's functions take as their first argument; set by `create`.
  [[nodiscard]] plugboard_instance* self() const { return self_; }

  [[nodiscard]] RoomThreads& threads() { return *threads_; }
  [[nodiscard]] HostServices& services() { return services_; }
  [[nodiscard]] TokenTable& tokens() { return tokens_; }
  [[nodiscard]] CredentialTable& credentials() { return credentials_; }
  [[nodiscard]] PeerData& peer_data() { return peer_data_; }
  [[nodiscard]] PluginTimers& timers() { return timers_; }
  [[nodiscard]] EventQueue& events() { return events_; }
  [[nodiscard]] WorkerPool::Lane& lane() { return *lane_; }
  [[nodiscard]] InstanceCounters& counters() { return counters_; }
  [[nodiscard]] HostTable& host() { return host_; }

  // Life, one call at a time. [control] Problems that are empty mean that all went well. A call
  // that does not return in time is given up, and so are all later ones.
  using Problems = std::vector<PluginProblem>;
  [[nodiscard]] Problems create(const std::string& config);
  [[nodiscard]] Problems prepare(const std::string& config);
  void commit();
  void abort();
  void drain();
  /// The plugin's check, for an instance that is never created.
  [[nodiscard]] Problems check(const std::string& config);
  /// The keys that it takes as a key store.
  [[nodiscard]] Problems read_key_form(plugboard_key_form& form);
  /// Its limits as a blob store; `limits` holds the defaults, and stays as it is if there are
  /// problems.
  [[nodiscard]] Problems read_blob_limits(BlobLimits& limits);

  /// Calls a function of the plugin that decides. An exception counts as ERROR. `function` names it
  /// for the log; a literal.
  template <class Call>
  plugboard_status decide(const char* function, Timing timing, Call&& call) {
    counters_.calls.add(1);
    const Stopwatch watch(*this, function, timing);
    try {
      return std::forward<Call>(call)();
    } catch (const std::exception& exception) {
      threw(function, exception.what());
    } catch (...) {
      threw(function, "");
    }
    return PLUGBOARD_ERROR;
  }

  /// The same for a function that returns nothing.
  template <class Call>
  void notify(const char* function, Timing timing, Call&& call) {
    decide(function, timing, [&] {
      std::forward<Call>(call)();
      return PLUGBOARD_OK;
    });
  }

  /// Counts an error of the plugin and logs it, though not more often than is good.
  void failed(std::string_view sentence);
  /// The same for a question that was not asked, since too many wait already.
  void overloaded();
  /// The same for a question whose time is up.
  void timed_out();
  /// The same for an event that was dropped, since too many wait already.
  void event_dropped();
  /// Counts a call of the host that the plugin should not have made, and logs it likewise.
  void misused(std::string_view sentence);
  /// A line in the log under the instance's name, always.
  void log(std::int32_t level, std::string_view text);

  /// What Extensions::stats says about it.
  [[nodiscard]] nlohmann::json stats();

 private:
  /// Measures one call.
  class Stopwatch {
   public:
    Stopwatch(Instance& instance, const char* function, Timing timing)
        : instance_(instance), function_(function), timing_(timing) {
      if (timing == Timing::kFrame && !sampled()) return;
      measuring_ = true;
      start_ns_ = instance.services_.monotonic_ns();
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() {
      if (measuring_) instance_.measured(function_, timing_, start_ns_);
    }

   private:
    /// One call in kSample of each thread.
    static bool sampled() {
      thread_local std::uint32_t calls = 0;
      return ++calls % kSample == 0;
    }

    Instance& instance_;
    const char* function_;
    Timing timing_;
    bool measuring_ = false;
    std::uint64_t start_ns_ = 0;
  };

  static constexpr std::uint32_t kSample = 64;

  Instance(std::shared_ptr<RoomThreads> threads, HostServices& services,
           std::shared_ptr<const Library> library, std::string name,
           const InstanceOptions& options);
  ~Instance();

  static void let_go(Instance* instance);
  static void end(RoomThreads& threads, Instance* instance);

  [[nodiscard]] Problems control(const char* function, std::function<plugboard_status()> call);
  void control_or_log(const char* function, std::function<void()> call);
  void measured(const char* function, Timing timing, std::uint64_t start_ns);
  void threw(const char* function, const char* what);

  const std::shared_ptr<RoomThreads> threads_;
  HostServices& services_;
  const std::shared_ptr<const Library> library_;
  const std::string name_;
  const std::uint64_t io_budget_ns_;
  InstanceCounters counters_;
  Complaints complaints_;
  Complaints slowness_;
  TokenTable tokens_;
  CredentialTable credentials_;
  PeerData peer_data_;
  std::unique_ptr<WorkerPool::Lane> lane_;
  PluginTimers timers_;
  EventQueue events_;
  HostTable& host_;
  plugboard_instance* self_ = nullptr;
  bool created_ = false;
  std::atomic<bool> in_control_ = false;  // a control call is going on, or has not returned
  bool drained_ = false;
};

/// Keeps an instance in service: held by the snapshots whose chains it serves in. With the last of
/// them it is drained.
class Enrolment {
 public:
  explicit Enrolment(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {}
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;
  ~Enrolment();

  [[nodiscard]] const std::shared_ptr<Instance>& instance() const { return instance_; }

 private:
  std::shared_ptr<Instance> instance_;
};

}  // namespace plugboard::extension
