#include "plugin_check/process_state.hpp"

#include <malloc.h>

#include <filesystem>
#include <iterator>
#include <thread>

namespace plugboard::plugin_check {
namespace {

std::size_t count_entries(const char* folder) {
  std::error_code ignored;
  const std::filesystem::directory_iterator entries(folder, ignored);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

ProcessState process_state() {
  ProcessState state;
  state.threads = count_entries("/proc/self/task");
  state.descriptors = count_entries("/proc/self/fd");
  const struct mallinfo2 heap = ::mallinfo2();
  if (heap.uordblks != 0) state.heap_bytes = heap.uordblks + heap.hblkhd;
  return state;
}

std::size_t settled_threads(std::size_t threads, std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  std::size_t now = count_entries("/proc/self/task");
  while (now > threads && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    now = count_entries("/proc/self/task");
  }
  return now;
}

}  // namespace plugboard::plugin_check
