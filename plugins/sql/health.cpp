#include "sql/health.hpp"

namespace plugboard::sql {

void Health::failed(const std::string& sentence) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (silent_ || (failing_ && sentence == told_) || now - told_at_ < kPause) return;
  failing_ = true;
  told_ = sentence;
  told_at_ = now;
  host_.warn(place_ + " cannot be asked: " + sentence);
}

void Health::succeeded() {
  const std::lock_guard lock(mutex_);
  if (silent_ || !failing_) return;
  failing_ = false;
  host_.info(place_ + " answers again");
}

void Health::fall_silent() {
  const std::lock_guard lock(mutex_);
  silent_ = true;
}

}  // namespace plugboard::sql
