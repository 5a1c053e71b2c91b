// The relay's log: one line an event, to stderr, as text or JSON (manifest table [log]), or to a
// function of the program that embeds the relay. Lines go
// through a bounded queue to a thread of their own, so that whoever logs never waits for a slow
// terminal or a full disk; if the queue is full, the oldest lines are lost. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "manifest/manifest.hpp"

namespace plugboard::server {

/// One line, valid while it is told.
struct LogEntry {
  std::chrono::system_clock::time_point time;
  int level;                // PLUGBOARD_LOG_...
  std::string_view source;  // a plugin instance's name, empty for the relay itself
  std::string_view text;
};

/// Takes the lines in place of stderr, on the log's own thread. What it throws is lost.
using LogFunction = std::function<void(const LogEntry&)>;

class Log {
 public:
  explicit Log(const manifest::Log& settings, LogFunction function = {});
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
