// The questions that one plugin instance has been asked and still owes an answer to.
//
// A token is open from `open` until exactly one of these ends it, and whoever ended it goes on with
// the question:
//   close    its call returned something else than PENDING
//   park     its call returned PENDING and the answer had come before
//   complete the plugin answered a parked token (the sink is told)
//   abandon  the connection went, or time is up: a later answer gets GONE
#pragma once

#include <plugboard/abi.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "extension/answer.hpp"

namespace plugboard::extension {

/// Whoever waits for an answer that comes later.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;

  /// On the plugin's thread, within its call of host->complete, with no lock held: only queues.
  virtual void answered(plugboard_token token, Answer answer) = 0;
};

/// Any thread.
class TokenTable {
 public:
  /// `limit`: tokens open at a time, at most 65,536.
  explicit TokenTable(std::size_t limit);

  /// A new token, or 0 if too many are open.
  [[nodiscard]] plugboard_token open(Asked asked);

  enum class Closed {
    kYes,           ///< the caller goes on with what the call returned
    kAlsoAnswered,  ///< the caller goes on, but the plugin completed the token as well
    kGone,          ///< abandoned meanwhile: somebody else goes on
  };
  [[nodiscard]] Closed close(plugboard_token token);

  /// Ends the token with the answer that has come already; nothing if none has.
  [[nodiscard]] std::optional<Answer> take(plugboard_token token);

  enum class Parked {
    kAnswered,  ///< `answer` holds what had come already; the caller goes on
    kWaiting,   ///< `sink` will be told
    kGone,      ///< abandoned meanwhile: somebody else goes on
  };
  [[nodiscard]] Parked park(plugboard_token token, std::shared_ptr<AnswerSink> sink,
                            Answer& answer);

  [[nodiscard]] bool is_open(plugboard_token token);

  /// True if the token was open: the caller goes on, and tells the plugin.
  [[nodiscard]] bool abandon(plugboard_token token);

  /// What host->complete came to, and a sentence for the log where the plugin did wrong.
  struct Completion {
    plugboard_status status = PLUGBOARD_OK;
    std::string problem = {};
  };
  [[nodiscard]] Completion complete(plugboard_token token, plugboard_status status,
                                    const void* result);

  [[nodiscard]] std::size_t in_flight() const;

 private:
  enum class State : std::uint8_t {
    kFree,
    kCalling,   // the call has not returned
    kAnswered,  // the call has not returned, but the answer is here
    kParked,
  };

  struct Slot {
    std::uint64_t generation = 0;
    State state = State::kFree;
    Asked asked = Asked::kKey;
    bool reading = false;         // complete() is copying an answer for it
    bool ended_by_plugin = true;  // how the latest token ended, while free
    Answer answer;
    std::shared_ptr<AnswerSink> sink;
  };

  static constexpr unsigned kIndexBits = 16;
  // Slots are used again as late as this many others allow, so that a second completion is told
  // from a late one.
  static constexpr std::size_t kRest = 64;

  [[nodiscard]] Slot* find(plugboard_token token);
  void free(plugboard_token token, Slot& slot, bool ended_by_plugin);

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::deque<Slot> slots_;
  std::deque<std::uint32_t> free_;  // the longest unused first
};

}  // namespace plugboard::extension
