// Work to be done later, once or many times: any callable without arguments, also one that can only
// be moved.
#ifndef PLUGBOARD_TASK_HPP
#define PLUGBOARD_TASK_HPP

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#pragma GCC visibility push(hidden)
namespace plugboard {

class Task {
 public:
  Task() = default;

  // Implicit, since it stands in for the callable itself.
  template <std::invocable F>
  requires(!std::same_as<std::remove_cvref_t<F>, Task>)
      Task(F&& work)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
      : work_(std::make_unique<Model<std::decay_t<F>>>(std::forward<F>(work))) {}

  explicit operator bool() const noexcept { return work_ != nullptr; }
  void operator()() { work_->run(); }

 private:
  struct Work {
    Work() = default;
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct Model final : Work {
    explicit Model(F f) : work(std::move(f)) {}
    void run() override { work(); }
    F work;
  };

  std::unique_ptr<Work> work_;
};

}  // namespace plugboard
#pragma GCC visibility pop

#endif
