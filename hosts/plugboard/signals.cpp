#include "signals.hpp"

#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include "commands.hpp"

namespace plugboard::program {

struct Signals::Asked {
  std::mutex mutex;
  std::condition_variable changed;
  bool reload = false;
  bool stop = false;
};

Signals::Signals() : asked_(std::make_shared<Asked>()) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Left to itself, since a signal may come for as long as there is a process.
  std::thread([signals, asked = asked_] {
    for (bool told = false;;) {
      int signal = 0;
      if (sigwait(&signals, &signal) != 0) continue;
      if (signal != SIGHUP && std::exchange(told, true)) ::_exit(kFine);
      const std::lock_guard lock(asked->mutex);
      (signal == SIGHUP ? asked->reload : asked->stop) = true;
      asked->changed.notify_one();
    }
  }).detach();
}

Signals::~Signals() = default;

Demand Signals::next(std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(asked_->mutex);
  const auto any = [this] { return asked_->stop || asked_->reload; };
  if (timeout) {
    asked_->changed.wait_for(lock, *timeout, any);
  } else {
    asked_->changed.wait(lock, any);
  }
  if (std::exchange(asked_->stop, false)) return Demand::kStop;
  return std::exchange(asked_->reload, false) ? Demand::kReload : Demand::kNone;
}

}  // namespace plugboard::program
