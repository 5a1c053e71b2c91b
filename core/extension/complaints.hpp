// Log lines about one plugin that could come with every message: at most one a second is written,
// and the next says how many were left out. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "extension/host_services.hpp"

namespace plugboard::extension {

class Complaints {
 public:
  Complaints(HostServices& services, std::string instance)
      : services_(services), instance_(std::move(instance)) {}

  /// `level`: PLUGBOARD_LOG_...; `text`: a clause for people, any characters.
  void add(std::int32_t level, std::string_view text);

 private:
  HostServices& services_;
  const std::string instance_;
  std::atomic<std::uint64_t> next_ns_ = 0;
  std::atomic<std::uint64_t> left_out_ = 0;
};

}  // namespace plugboard::extension
