// The questions that an instance has been asked, each to be answered once: by what its call
// returns, or by a completion. Reports answers that the ABI does not allow. Any thread.
#pragma once

#include <plugboard/plugboard.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "extension/answer.hpp"

namespace plugboard::plugin_check {

class OpenQuestions {
 public:
  /// `function`: which is asked; a literal.
  plugboard_token open(extension::Asked asked, const char* function);
  /// What the call with that token returned.
  void returned(plugboard_token token, plugboard_status status);
  /// As the host's `complete`.
  plugboard_status complete(plugboard_token token, plugboard_status status, const void* result);
  /// Nobody waits for the answer any more. True if it was still owed.
  bool forget(plugboard_token token);

  /// Waits until everything that was to be completed has been; false after `time`.
  bool await_all(std::chrono::milliseconds time) const;
  /// The same for one question.
  bool await_one(plugboard_token token, std::chrono::milliseconds time) const;
  /// Tokens that are still owed an answer, with the function asked.
  [[nodiscard]] std::vector<std::pair<plugboard_token, const char*>> owed() const;
  /// How a question was answered, PLUGBOARD_PENDING if it was not.
  [[nodiscard]] plugboard_status answer(plugboard_token token) const;
  /// The data of a blob that was found.
  [[nodiscard]] std::string blob(plugboard_token token) const;

  void forget_all();

 private:
  struct Question {
    extension::Asked asked;
    const char* function;
    bool completed = false;
    bool by_return = false;  // by what its call returned
    bool forgotten = false;
    plugboard_status status = PLUGBOARD_PENDING;
    std::string blob = {};
  };

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Guarded by mutex_.
  std::map<plugboard_token, Question> questions_;
  std::size_t unanswered_ = 0;
};

}  // namespace plugboard::plugin_check
