#include "extension/control_call.hpp"

#include <pthread.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace plugboard::extension {

bool run_with_deadline(std::chrono::milliseconds deadline, std::function<void()> work) {
  struct Call {
    std::mutex mutex;
    std::condition_variable returned;
    bool done = false;
  };
  const auto call = std::make_shared<Call>();
  std::thread thread([call, work = std::move(work)]() mutable {
    work();
    work = nullptr;  // what it owns goes before anybody hears of the end
    const std::lock_guard lock(call->mutex);
    call->done = true;
    call->returned.notify_all();
  });
  pthread_setname_np(thread.native_handle(), "pb-control");
  bool done = false;
  {
    std::unique_lock lock(call->mutex);
    done = call->returned.wait_for(lock, deadline, [&] { return call->done; });
  }
  if (done) {
    thread.join();
  } else {
    thread.detach();
  }
  return done;
}

}  // namespace plugboard::extension
