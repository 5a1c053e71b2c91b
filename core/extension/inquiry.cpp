#include "extension/inquiry.hpp"

#include <string>

namespace plugboard::extension {

void call_cancel(Instance& instance, plugboard_token token) {
  const auto cancel = instance.descriptor().functions.cancel;
  if (cancel == nullptr) return;
  instance.notify("cancel", Timing::kMayBlock, [&] { cancel(instance.self(), token); });
}

void tell_cancelled(std::shared_ptr<Instance> instance, plugboard_token token) {
  RoomThreads& threads = instance->threads();
  threads.courier.post([instance = std::move(instance), token] { call_cancel(*instance, token); });
}

Answer returned_answer(Instance& instance, Asked asked, plugboard_status status,
                       TokenTable::Closed closed) {
  if (closed == TokenTable::Closed::kAlsoAnswered) {
    // Two answers that may differ: neither can be trusted.
    instance.failed(
        "a question was answered through the host, and its call did not return PENDING");
    return Answer{PLUGBOARD_ERROR};
  }
  if (!may_return(asked, status)) {
    instance.failed("a call returned " + std::to_string(status) + ", which is no answer to it");
    return Answer{PLUGBOARD_ERROR};
  }
  if (status == PLUGBOARD_ERROR) {
    instance.counters().errors.fetch_add(1, std::memory_order_relaxed);
  }
  return Answer{status};
}

Question& Question::operator=(Question&& other) noexcept {
  if (this != &other) {
    cancel();
    inquiry_ = std::move(other.inquiry_);
  }
  return *this;
}

void Question::cancel() {
  if (inquiry_ == nullptr) return;
  inquiry_->cancel();
  inquiry_.reset();
}

}  // namespace plugboard::extension
