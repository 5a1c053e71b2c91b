// A question that plugins still owe an answer to, held by whoever waits for it.
#pragma once

#include <memory>

namespace plugboard::extension {

class Inquiry;

/// Ends the question when destroyed: the plugin that is being asked is told (`cancel`), its late
/// answer goes nowhere, and no further plugin is asked. Empty if the answer came at once.
///
/// Rules for the `done` callbacks that questions are asked with:
/// - It is called exactly once, unless the question is cancelled before.
/// - It is called within the asking call if every plugin answered at once; the `Question` that the
///   call then returns is empty. Otherwise it is called on a thread of this room, perhaps before
///   the asking call has returned, but never within a call of a plugin and with no lock held. It
///   must not block: handing the answer to the connection's own thread is what it is for.
/// - Once `cancel` or the destructor has returned, it will not be started. One that had already
///   begun on another thread may still be running, so it must own (or weakly refer to) what it
///   touches.
class Question {
 public:
  Question() = default;
  explicit Question(std::shared_ptr<Inquiry> inquiry) : inquiry_(std::move(inquiry)) {}
  Question(Question&&) noexcept = default;
  Question& operator=(Question&& other) noexcept;
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  ~Question() { cancel(); }

  /// Any thread, though not two at a time for one object. Calls nothing of the plugin itself.
  void cancel();

  /// Whether there is something to wait for (it may have been answered meanwhile).
  explicit operator bool() const { return inquiry_ != nullptr; }

 private:
  std::shared_ptr<Inquiry> inquiry_;
};

}  // namespace plugboard::extension
