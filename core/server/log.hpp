// The relay's log: one line an event, to stderr, as text or JSON (manifest table [log]). Lines go
// through a bounded queue to a thread of their own, so that whoever logs never waits for a slow
// terminal or a full disk; if the queue is full, the oldest lines are lost. Any thread.
#pragma once

#include <memory>
#include <string_view>

#include "manifest/manifest.hpp"

namespace plugboard::server {

class Log {
 public:
  explicit Log(const manifest::Log& settings);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void configure(const manifest::Log& settings);

  /// `level`: PLUGBOARD_LOG_...; `source`: a plugin instance's name, empty for the relay itself.
  void line(int level, std::string_view source, std::string_view text);
  void info(std::string_view text);
  void warn(std::string_view text);
  void error(std::string_view text);

  /// Writes out what is queued.
  void flush();

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace plugboard::server
