// A peer that comes and goes, and those who watch it.
#pragma once

#include <memory>
#include <vector>

#include "bench/cost/client_end.hpp"
#include "bench/cost/run.hpp"

namespace plugboard::bench {

class ComingRun final : public Run {
 public:
  ComingRun(std::string name, bool plugins, std::size_t watchers);

 private:
  void round() override;
  /// Turns until every watcher has been told once more.
  void await_told();

  std::vector<std::unique_ptr<ClientEnd>> watchers_;
};

}  // namespace plugboard::bench
