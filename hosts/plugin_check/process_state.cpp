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

/// Looks again and again, for the system tells of no thread's end, until `enough` or `time` is up.
template <class Look, class Enough>
auto await(std::chrono::milliseconds time, Look&& look, Enough&& enough) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  auto seen = look();
  while (!enough(seen) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    seen = look();
  }
  return seen;
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

bool ProcessState::within(const ProcessState& most) const {
  const bool heap_within = !heap_bytes || !most.heap_bytes || *heap_bytes < *most.heap_bytes;
  return threads < most.threads && descriptors < most.descriptors && heap_within;
}

ProcessState settled_state(const ProcessState& most, std::chrono::milliseconds time) {
  return await(time, process_state, [&](const ProcessState& state) { return state.within(most); });
}

std::size_t settled_threads(std::size_t threads, std::chrono::milliseconds time) {
  return await(
      time, [] { return count_entries("/proc/self/task"); },
      [&](std::size_t count) { return count <= threads; });
}

}  // namespace plugboard::plugin_check
