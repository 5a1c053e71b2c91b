#include "plugin_check/open_questions.hpp"

#include <utility>

#include "plugin_check/handle.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check {

plugboard_token OpenQuestions::open(extension::Asked asked, const char* function) {
  const std::lock_guard lock(mutex_);
  const plugboard_token token = next_handle();
  questions_[token] = {asked, function};
  ++unanswered_;
  return token;
}

void OpenQuestions::returned(plugboard_token token, plugboard_status status) {
  const std::lock_guard lock(mutex_);
  Question& question = questions_[token];
  if (status == PLUGBOARD_PENDING) return;
  if (question.completed) {
    // The plugin may have been told to hurry while it was about to answer by returning.
    if (question.forgotten) return;
    reporter::finding("completes-twice", question.function,
                      "completes its token, and returns " + std::to_string(status) +
                          " as if it had not: only PENDING goes with a completion");
    return;
  }
  question.completed = true;
  question.by_return = true;
  question.status = status;
  --unanswered_;
  changed_.notify_all();
  if (status < PLUGBOARD_OK || status > PLUGBOARD_UNSUPPORTED) {
    reporter::finding("unknown-code", question.function,
                      "returns " + std::to_string(status) + ", which is no status");
  } else if (!extension::may_return(question.asked, status)) {
    reporter::finding("unfit-answer", question.function,
                      "returns " + std::to_string(status) + ", which is no answer to the question");
  }
}

plugboard_status OpenQuestions::complete(plugboard_token token, plugboard_status status,
                                         const void* result) {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(token);
  if (found == questions_.end()) {
    reporter::finding("completes-unknown-token", "complete",
                      "is called with a token that was never given out to this instance");
    return PLUGBOARD_INVALID;
  }
  Question& question = found->second;
  if (question.completed) {
    if (question.forgotten && question.by_return) return PLUGBOARD_GONE;
    reporter::finding("completes-twice", question.function,
                      "was answered already, and its token is completed again");
    return PLUGBOARD_INVALID;
  }
  question.completed = true;
  question.status = status;
  --unanswered_;
  changed_.notify_all();
  // "With any status", once nobody waits.
  if (question.forgotten) return PLUGBOARD_GONE;
  if (status < PLUGBOARD_OK || status > PLUGBOARD_UNSUPPORTED) {
    reporter::finding("unknown-code", question.function,
                      "is completed with " + std::to_string(status) + ", which is no status");
    return PLUGBOARD_INVALID;
  }
  auto read = extension::read_answer(question.asked, status, result);
  if (const auto* problem = std::get_if<std::string>(&read)) {
    reporter::finding("unfit-answer", question.function, "is completed unusably: " + *problem);
    return PLUGBOARD_INVALID;
  }
  if (auto* blob = std::get_if<std::string>(&std::get<extension::Answer>(read).result)) {
    question.blob = std::move(*blob);
  }
  return PLUGBOARD_OK;
}

bool OpenQuestions::forget(plugboard_token token) {
  const std::lock_guard lock(mutex_);
  Question& question = questions_[token];
  if (question.completed) return false;
  question.forgotten = true;
  return true;
}

bool OpenQuestions::await_all(std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return unanswered_ == 0; });
}

bool OpenQuestions::await_one(plugboard_token token, std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return questions_.at(token).completed; });
}

std::vector<std::pair<plugboard_token, const char*>> OpenQuestions::owed() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<plugboard_token, const char*>> owed;
  for (const auto& [token, question] : questions_) {
    if (!question.completed) owed.emplace_back(token, question.function);
  }
  return owed;
}

plugboard_status OpenQuestions::answer(plugboard_token token) const {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(token);
  return found == questions_.end() ? PLUGBOARD_PENDING : found->second.status;
}

std::string OpenQuestions::blob(plugboard_token token) const {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(token);
  return found == questions_.end() ? std::string() : found->second.blob;
}

void OpenQuestions::forget_all() {
  const std::lock_guard lock(mutex_);
  questions_.clear();
  unanswered_ = 0;
}

}  // namespace plugboard::plugin_check
