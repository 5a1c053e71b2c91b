// A value that many threads read while a new one takes its place, such as the config in force or a
// table of keys. Readers keep the value they got for as long as they hold the pointer.
#ifndef PLUGBOARD_CURRENT_HPP
#define PLUGBOARD_CURRENT_HPP

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#pragma GCC visibility push(hidden)
namespace plugboard {

template <class T>
class Current {
 public:
  explicit Current(T value) : value_(std::make_shared<const T>(std::move(value))) {}
  explicit Current(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  /// [any], also [io]: held up only while a pointer is swapped.
  std::shared_ptr<const T> get() const {
    const std::shared_lock lock(mutex_);
    return value_;
  }

  /// Puts a new value in place and returns the old one.
  std::shared_ptr<const T> exchange(std::shared_ptr<const T> value) {
    const std::unique_lock lock(mutex_);
    return std::exchange(value_, std::move(value));
  }
  void set(T value) { exchange(std::make_shared<const T>(std::move(value))); }

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace plugboard
#pragma GCC visibility pop

#endif
