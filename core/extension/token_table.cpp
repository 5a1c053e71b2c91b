#include "extension/token_table.hpp"

#include <algorithm>
#include <utility>

namespace plugboard::extension {

TokenTable::TokenTable(std::size_t limit)
    : limit_(std::clamp<std::size_t>(limit, 1, std::size_t{1} << kIndexBits)) {}

plugboard_token TokenTable::open(Asked asked) {
  const std::lock_guard lock(mutex_);
  if (slots_.size() - free_.size() >= limit_) return 0;
  std::uint32_t index = 0;
  if (free_.size() > kRest || slots_.size() == std::size_t{1} << kIndexBits) {
    index = free_.front();
    free_.pop_front();
  } else {
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  Slot& slot = slots_[index];
  ++slot.generation;
  slot.state = State::kCalling;
  slot.asked = asked;
  slot.reading = false;
  return slot.generation << kIndexBits | index;
}

TokenTable::Slot* TokenTable::find(plugboard_token token) {
  const std::size_t index = token & ((1u << kIndexBits) - 1);
  if (index >= slots_.size()) return nullptr;
  Slot& slot = slots_[index];
  return slot.generation == token >> kIndexBits && slot.state != State::kFree ? &slot : nullptr;
}

void TokenTable::free(plugboard_token token, Slot& slot, bool ended_by_plugin) {
  slot.state = State::kFree;
  slot.ended_by_plugin = ended_by_plugin;
  slot.answer = {};
  slot.sink.reset();
  free_.push_back(static_cast<std::uint32_t>(token & ((1u << kIndexBits) - 1)));
}

TokenTable::Closed TokenTable::close(plugboard_token token) {
  Answer unwanted;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  Slot* const slot = find(token);
  if (slot == nullptr) return Closed::kGone;
  const bool also = slot->state == State::kAnswered || slot->reading;
  unwanted = std::move(slot->answer);
  free(token, *slot, true);
  return also ? Closed::kAlsoAnswered : Closed::kYes;
}

std::optional<Answer> TokenTable::take(plugboard_token token) {
  const std::lock_guard lock(mutex_);
  Slot* const slot = find(token);
  if (slot == nullptr || slot->state != State::kAnswered) return std::nullopt;
  std::optional<Answer> answer = std::move(slot->answer);
  free(token, *slot, true);
  return answer;
}

TokenTable::Parked TokenTable::park(plugboard_token token, std::shared_ptr<AnswerSink> sink,
                                    Answer& answer) {
  const std::lock_guard lock(mutex_);
  Slot* const slot = find(token);
  if (slot == nullptr) return Parked::kGone;
  if (slot->state == State::kAnswered) {
    answer = std::move(slot->answer);
    free(token, *slot, true);
    return Parked::kAnswered;
  }
  slot->state = State::kParked;
  slot->sink = std::move(sink);
  return Parked::kWaiting;
}

bool TokenTable::is_open(plugboard_token token) {
  const std::lock_guard lock(mutex_);
  return find(token) != nullptr;
}

bool TokenTable::abandon(plugboard_token token) {
  Answer unwanted;
  std::shared_ptr<AnswerSink> sink;
  const std::lock_guard lock(mutex_);
  Slot* const slot = find(token);
  if (slot == nullptr) return false;
  unwanted = std::move(slot->answer);
  sink = std::move(slot->sink);
  free(token, *slot, false);
  return true;
}

TokenTable::Completion TokenTable::complete(plugboard_token token, plugboard_status status,
                                            const void* result) {
  constexpr auto kTwice = "a question was answered a second time";
  Asked asked = Asked::kKey;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t index = token & ((1u << kIndexBits) - 1);
    const std::uint64_t generation = token >> kIndexBits;
    if (index >= slots_.size() || generation == 0 || generation > slots_[index].generation) {
      return {PLUGBOARD_INVALID, "an answer came for a question that was never asked"};
    }
    Slot& slot = slots_[index];
    if (generation < slot.generation) return {PLUGBOARD_GONE};
    if (slot.state == State::kFree) {
      if (slot.ended_by_plugin) return {PLUGBOARD_INVALID, kTwice};
      slot.ended_by_plugin = true;
      return {PLUGBOARD_GONE};
    }
    if (slot.state == State::kAnswered || slot.reading) return {PLUGBOARD_INVALID, kTwice};
    slot.reading = true;
    asked = slot.asked;
  }

  // Without the lock: patterns are compiled and texts are checked here.
  auto read = read_answer(asked, status, result);
  Completion completion;
  Answer answer;
  if (auto* problem = std::get_if<std::string>(&read)) {
    completion = {PLUGBOARD_INVALID, std::move(*problem)};
  } else {
    answer = std::get<Answer>(std::move(read));
  }

  std::shared_ptr<AnswerSink> sink;
  {
    const std::lock_guard lock(mutex_);
    Slot* const slot = find(token);
    if (slot == nullptr) {
      if (completion.status == PLUGBOARD_OK) completion.status = PLUGBOARD_GONE;
      return completion;
    }
    slot->reading = false;
    if (slot->state == State::kCalling) {
      slot->answer = std::move(answer);
      slot->state = State::kAnswered;
      return completion;
    }
    sink = std::move(slot->sink);
    free(token, *slot, true);
  }
  sink->answered(token, std::move(answer));
  return completion;
}

std::size_t TokenTable::in_flight() const {
  const std::lock_guard lock(mutex_);
  return slots_.size() - free_.size();
}

}  // namespace plugboard::extension
