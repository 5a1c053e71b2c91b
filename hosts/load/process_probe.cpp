#include "load/process_probe.hpp"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace plugboard::load {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string proc(pid_t pid, const char* name) {
  return read_file("/proc/" + std::to_string(pid) + "/" + name);
}

}  // namespace

CpuTime parse_stat(std::string_view line, long ticks_per_second) {
  // The program's name stands in brackets and may hold anything, brackets too.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string_view::npos) throw std::runtime_error("not a line of /proc/PID/stat");
  std::istringstream fields{std::string(line.substr(name_end + 1))};
  std::string skipped;
  constexpr int kFieldsBetween = 11;  // state (3rd) to cmajflt (13th)
  for (int i = 0; i < kFieldsBetween; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  if (!(fields >> user >> system)) throw std::runtime_error("not a line of /proc/PID/stat");
  const double tick_us = 1e6 / static_cast<double>(ticks_per_second);
  return {.user_us = user * tick_us, .system_us = system * tick_us};
}

std::int64_t parse_kilobytes(std::string_view text, std::string_view name) {
  const std::string label = std::string(name) + ":";
  std::size_t at = text.starts_with(label) ? 0 : text.find("\n" + label);
  if (at == std::string_view::npos) return -1;
  at = text.find_first_of("0123456789", at);
  if (at == std::string_view::npos) return -1;
  std::int64_t kilobytes = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), kilobytes);
  return kilobytes * 1024;
}

CpuTime cpu_time(pid_t pid) {
  const std::string line = proc(pid, "stat");
  if (line.empty()) throw std::runtime_error("no process " + std::to_string(pid));
  return parse_stat(line, ::sysconf(_SC_CLK_TCK));
}

Memory memory(pid_t pid) {
  const std::int64_t rss = parse_kilobytes(proc(pid, "status"), "VmRSS");
  if (rss < 0) throw std::runtime_error("no memory figures of process " + std::to_string(pid));
  const std::int64_t pss = parse_kilobytes(proc(pid, "smaps_rollup"), "Pss");
  return {.rss = rss, .pss = pss < 0 ? rss : pss};
}

}  // namespace plugboard::load
