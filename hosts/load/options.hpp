// What a run is told on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "load/message.hpp"

namespace plugboard::load {

enum class Mode { kThroughput, kPingPong, kPaced, kIdle, kConnect, kPresence };

struct Options {
  Mode mode = Mode::kThroughput;
  std::string url = "ws://127.0.0.1:8080";
  std::string channel = "pwa";
  std::string key;
  /// `plugboard`, or one that make_dialect knows.
  std::string protocol = "plugboard";
  /// Of the server, for its CPU time and memory; 0: not measured.
  int pid = 0;
  /// The CPU that this program keeps to; -1: any.
  int cpu = -1;
  /// A file for the JSON report, `-` for standard output; empty: none.
  std::string json;
  /// Number of the first peer, so that several runs can share a channel.
  std::size_t first = 0;

  double seconds = 5;
  double warmup = 1;
  /// How long a run waits for what is still under way at its end.
  double drain = 10;

  std::size_t pairs = 100;
  std::size_t window = 8;
  std::size_t size = 64;
  Shape shape = Shape::kString;
  bool binary = false;
  bool deflate = false;
  double rate = 10'000;
  /// Microseconds between two looks at what is due; 0 looks the moment the next message is due.
  double tick_us = 0;
  std::size_t connections = 1'000;
  bool touch = false;
  std::size_t peers = 1;  ///< that come and go at once
  std::size_t concurrency = 16;
};

/// Nothing to run: print `text` and exit with `code` (help, or bad usage).
struct NoRun {
  int code = 0;
};

/// Reads the command line. On help or bad usage it has printed what there is to say.
std::optional<Options> parse_options(int argc, char** argv, NoRun& no_run);

}  // namespace plugboard::load
