// A relay that does what a test says, step by step, for what no well-behaved one does. The test's
// thread; every step has a deadline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/deadline.hpp"
#include "support/http_message.hpp"

namespace plugboard::test {

/// One connection of a client.
class Visit {
 public:
  class Inside;
  explicit Visit(std::unique_ptr<Inside> inside);
  ~Visit();
  Visit(Visit&&) noexcept;
  Visit& operator=(Visit&&) = delete;
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  /// Of the upgrade request.
  [[nodiscard]] std::string target() const;
  [[nodiscard]] std::string header(std::string_view name) const;

  /// Upgrades. With `protocol`, says so.
  void accept(const std::string& protocol = "");
  /// Answers with an HTTP status instead.
  void refuse(unsigned status, const HttpHeaders& headers = {});

  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  void send_error(std::string_view code, std::string_view message);
  /// The next message. Throws when the connection ends first.
  std::string receive();
  /// The next frame, which has to be an empty ping. Not to be mixed with `receive`.
  void await_ping();
  /// Says goodbye and waits for the client's half.
  void close(std::uint16_t code, std::string_view reason);
  /// Waits for the client's goodbye and returns its code; 1006 if there was none.
  std::uint16_t await_close();
  /// Cuts the connection.
  void drop();

 private:
  std::unique_ptr<Inside> inside_;
};

class ScriptedRelay {
 public:
  ScriptedRelay();
  ~ScriptedRelay();
  ScriptedRelay(const ScriptedRelay&) = delete;
  ScriptedRelay& operator=(const ScriptedRelay&) = delete;

  [[nodiscard]] std::string url() const;

  /// The next connection, its request read. Throws when none comes in time.
  Visit next();
  /// The same, upgraded.
  Visit next_accepted();
  /// A connection whose request is never read.
  Visit next_unread();
  /// Whether a connection comes within that time.
  bool comes_within(std::chrono::milliseconds time);

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace plugboard::test
