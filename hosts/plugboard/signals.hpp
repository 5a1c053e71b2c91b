// The signals that a server answers to: SIGHUP, and SIGTERM or SIGINT. A thread of its own takes
// them, so that the second one that ends a server does so at once, whatever goes on: a slow start,
// a plugin that hangs in a reload, the end itself.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

namespace plugboard::program {

enum class Demand { kNone, kReload, kStop };

class Signals {
 public:
  /// Blocks them for this thread and all that it starts from now on. They are taken until the
  /// process ends.
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// What has been asked for and was not told before, stopping first; kNone after `timeout` (none:
  /// waits for ever). Several of the same kind may be told once. The main thread.
  Demand next(std::optional<std::chrono::milliseconds> timeout);

 private:
  struct Asked;
  std::shared_ptr<Asked> asked_;
};

}  // namespace plugboard::program
