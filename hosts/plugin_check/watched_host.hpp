// The relay's side of one plugin instance, as strict as the ABI's words allow: it does what host.h
// says, and reports whatever a plugin does with it that it must not. Never destroyed in earnest: a
// plugin may call its table to the end.
#pragma once

#include <plugboard/plugboard.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "plugin_check/borrowed.hpp"
#include "plugin_check/errands.hpp"
#include "plugin_check/open_questions.hpp"

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

  /// A new one, which stays for good.
  [[nodiscard]] static WatchedHost& make(std::string instance_name, Options options);
  WatchedHost(const WatchedHost&) = delete;
  WatchedHost& operator=(const WatchedHost&) = delete;
  ~WatchedHost() = delete;

  [[nodiscard]] const plugboard_host* table() const { return table_; }
  [[nodiscard]] const Options& options() const { return options_; }

  /// From now on every bound has been reached, and every peer has gone.
  void run_short() { short_ = true; }

  /// What the instance has been asked.
  [[nodiscard]] OpenQuestions& questions() { return questions_; }

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
  bool wind_up(std::chrono::milliseconds time) { return errands_.wind_up(time); }
  /// The instance has been destroyed: whoever calls from now on must not.
  void destroyed();
  /// Forgets everything, for the next instance.
  void reset();

 private:
  WatchedHost(std::string instance_name, Options options);

  static WatchedHost& self(const plugboard_host* host) {
    return *static_cast<WatchedHost*>(host->context);
  }
  static void fill(plugboard_host& table);
  static void fill_life(plugboard_host& table);
  static void fill_peers(plugboard_host& table);
  static void fill_routing(plugboard_host& table);
  /// Whether a call may be answered.
  bool enter(const char* function);
  plugboard_status log(std::int32_t level, plugboard_bytes text);
  [[nodiscard]] std::map<plugboard_peer, TestPeer> peers() const;

  const Options options_;
  const std::string instance_name_;
  Borrowed memory_;  // of the table, for good
  const plugboard_host* table_ = nullptr;

  OpenQuestions questions_;
  Errands& errands_;  // never destroyed
  std::atomic<bool> short_ = false;
  mutable std::mutex mutex_;
  // All below: guarded by mutex_.
  bool destroyed_ = false;
  std::map<plugboard_peer, TestPeer> peers_;
  std::map<plugboard_peer, std::uint64_t> peer_data_;
  std::vector<std::string> secrets_;
  std::vector<Problem> problems_;
};

}  // namespace plugboard::plugin_check
