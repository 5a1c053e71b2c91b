// Whether the database answers, for the log: said when it changes, not with every question. Any
// thread.
#pragma once

#include <chrono>
#include <mutex>
#include <plugboard/plugin.hpp>
#include <string>

namespace plugboard::sql {

class Health {
 public:
  /// `place`: as in DatabaseUrl.
  Health(Host host, std::string place) : host_(host), place_(std::move(place)) {}

  void failed(const std::string& sentence);
  void succeeded();

  /// Says nothing from now on, since the host may go.
  void fall_silent();

 private:
  using Clock = std::chrono::steady_clock;

  /// Between two failures told, so that a database that keeps coming and going fills no log.
  static constexpr std::chrono::seconds kPause{1};

  std::mutex mutex_;
  Host host_;
  const std::string place_;
  bool silent_ = false;
  bool failing_ = false;  // and it has been told
  std::string told_;      // the latest failure in the log
  Clock::time_point told_at_{};
};

}  // namespace plugboard::sql
