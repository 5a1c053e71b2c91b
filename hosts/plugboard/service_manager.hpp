// What a service manager (systemd, or anything of its protocol) is told: that the relay is ready,
// reads its manifest again, stops, and is alive. One datagram for each on the socket that the
// environment names; nothing where it names none. See sd_notify(3). The control thread's.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plugboard::program {

class ServiceManager {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  ServiceManager();

  /// `status` is a line for people. After start-up, and after each reload whatever came of it.
  void ready(std::string_view status) const;
  void reloading() const;
  void stopping() const;
  void alive() const;

  /// How often it wants to hear that the relay is alive; nothing if it does not ask.
  [[nodiscard]] std::optional<std::chrono::milliseconds> patience() const { return patience_; }

 private:
  void tell(std::string_view state) const;

  std::string socket_;  // empty: nobody listens
  std::optional<std::chrono::milliseconds> patience_;
};

}  // namespace plugboard::program
