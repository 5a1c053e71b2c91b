// The relay's side of one plugin instance, as strict as the ABI's words allow: it does what host.h
// says, and reports whatever a plugin does with it that it must not. Has threads for jobs and
// timers of its own. Never destroyed in earnest: a plugin may call its table to the end.
#pragma once

#include <plugboard/plugboard.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "extension/answer.hpp"
#include "plugin_check/borrowed.hpp"

namespace plugboard::plugin_check {

/// What a plugin said in problem().
struct Problem {
  std::string pointer;
  std::string sentence;
};

/// A connection that there is for the plugin.
struct TestPeer {
  std::string channel;
  std::string id;
  std::string client_address;
  std::string key_name;
  std::string attributes;
  std::uint32_t flags = 0;
};

class WatchedHost {
 public:
  struct Options {
    bool later = false;  ///< of a later minor version: longer tables, unknown flags
    std::size_t workers = 4;
  };

  explicit WatchedHost(std::string instance_name, Options options);
  WatchedHost(const WatchedHost&) = delete;
  WatchedHost& operator=(const WatchedHost&) = delete;
  ~WatchedHost() = delete;

  [[nodiscard]] const plugboard_host* table() const { return table_; }
  [[nodiscard]] const Options& options() const { return options_; }

  /// From now on every bound has been reached, and every peer has gone.
  void run_short() { short_ = true; }

  // --- Questions --------------------------------------------------------------------------------

  /// `function`: which is asked; a literal.
  plugboard_token open_question(extension::Asked asked, const char* function);
  /// What the call with that token returned.
  void returned(plugboard_token token, plugboard_status status);
  /// Nobody waits for the answer any more. True if it was still owed.
  bool forget(plugboard_token token);
  /// Whether everything that was to be completed has been.
  [[nodiscard]] bool all_answered() const;
  /// Waits for that.
  bool await_answers(std::chrono::milliseconds time) const;
  /// The same for one question.
  bool await_answer(plugboard_token token, std::chrono::milliseconds time) const;
  /// Tokens that are still owed an answer, with the function asked.
  [[nodiscard]] std::vector<std::pair<plugboard_token, const char*>> owed() const;
  /// How a question was answered, PLUGBOARD_PENDING if it was not.
  [[nodiscard]] plugboard_status answer(plugboard_token token) const;
  /// The data of a blob that was found.
  [[nodiscard]] std::string blob(plugboard_token token) const;

  // --- Peers and messages -----------------------------------------------------------------------

  plugboard_peer add_peer(TestPeer peer);
  void change_peer(plugboard_peer handle, TestPeer peer);
  void remove_peer(plugboard_peer peer);
  /// What the plugin keeps with it; 0: nothing.
  [[nodiscard]] std::uint64_t peer_data(plugboard_peer peer) const;
  [[nodiscard]] plugboard_peer_info info(Borrowed& borrowed, plugboard_peer handle,
                                         const TestPeer& peer) const;
  /// The routing of the message that this thread is asking about; null: none.
  void set_routing(plugboard_routing* routing);

  /// Texts that a plugin must never write into the log.
  void keep_secret(std::string text);

  // --- Life -------------------------------------------------------------------------------------

  [[nodiscard]] std::vector<Problem> take_problems();
  /// What comes before destroy: no timers any more, and the jobs accepted are run. False if they do
  /// not end in `time`.
  bool wind_up(std::chrono::milliseconds time);
  /// The instance has been destroyed: whoever calls from now on must not.
  void destroyed();
  /// Forgets everything, for the next instance.
  void reset();

 private:
  struct OpenQuestion {
    extension::Asked asked;
    const char* function;
    bool completed = false;
    bool by_return = false;  // by what its call returned
    bool forgotten = false;
    plugboard_status status = PLUGBOARD_PENDING;
    std::string blob = {};
  };
  struct Job {
    void (*function)(void*);
    void* context;
  };
  struct Timer {
    std::chrono::steady_clock::time_point due;
    std::chrono::nanoseconds period{0};
    void (*fire)(void*) = nullptr;
    void* context = nullptr;
    bool stopped = false;
    std::thread::id firing;
  };

  static WatchedHost& self(const plugboard_host* host) {
    return *static_cast<WatchedHost*>(host->context);
  }
  static void fill(plugboard_host& table);
  /// Whether a call may be answered.
  bool enter(const char* function);
  void work();
  void keep_time();

  plugboard_status log(std::int32_t level, plugboard_bytes text);
  plugboard_status complete(plugboard_token token, plugboard_status status, const void* result);
  plugboard_status timer_start(std::uint64_t delay_ns, std::uint64_t period_ns, void (*fire)(void*),
                               void* context, plugboard_timer* timer);
  plugboard_status timer_stop(plugboard_timer timer);
  [[nodiscard]] std::map<plugboard_peer, TestPeer> peers() const;

  const Options options_;
  const std::string instance_name_;
  Borrowed memory_;  // of the table, for good
  const plugboard_host* table_ = nullptr;

  std::atomic<bool> short_ = false;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // All below: guarded by mutex_.
  bool destroyed_ = false;
  std::map<plugboard_token, OpenQuestion> questions_;
  std::size_t unanswered_ = 0;
  std::map<plugboard_peer, TestPeer> peers_;
  std::map<plugboard_peer, std::uint64_t> peer_data_;
  std::vector<std::string> secrets_;
  std::vector<Problem> problems_;
  std::deque<Job> jobs_;
  std::size_t busy_workers_ = 0;
  std::map<plugboard_timer, Timer> timers_;
};

}  // namespace plugboard::plugin_check
