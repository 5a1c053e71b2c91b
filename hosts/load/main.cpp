// plugboard-load: puts a relay under load and says what that cost the relay.
// Exit codes: 0 fine; 1 something was lost, damaged or refused, or the server is not there; 2 bad
// usage.
#include <sched.h>
#include <sys/resource.h>

#include <cerrno>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <system_error>

#include "load/modes.hpp"

namespace plugboard::load {
namespace {

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void keep_to_cpu(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (::sched_setaffinity(0, sizeof(set), &set) != 0) {
    throw std::system_error(errno, std::generic_category(), "CPU " + std::to_string(cpu));
  }
}

Report run(const Options& options) {
  switch (options.mode) {
    case Mode::kIdle:
      return run_idle(options);
    case Mode::kConnect:
      return run_connect(options);
    case Mode::kPresence:
      if (options.protocol != "plugboard") {
        throw std::invalid_argument("presence is measured in Plugboard's own protocol");
      }
      return run_presence(options);
    default:
      return run_traffic(options);
  }
}

void write(const Report& report, const std::string& json) {
  if (json == "-") {
    std::cout << report.dump(2) << "\n";
    return;
  }
  print_table(report, std::cout);
  if (json.empty()) return;
  std::ofstream out(json);
  out << report.dump(2) << "\n";
  out.close();
  if (!out) throw std::runtime_error("cannot write " + json);
}

int main_of(int argc, char** argv) {
  NoRun no_run;
  const std::optional<Options> options = parse_options(argc, argv, no_run);
  if (!options) return no_run.code;
  try {
    raise_file_limit();
    if (options->cpu >= 0) keep_to_cpu(options->cpu);
    const Report report = run(*options);
    write(report, options->json);
    return is_clean(report) ? 0 : 1;
  } catch (const std::invalid_argument& error) {
    std::cerr << "plugboard-load: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "plugboard-load: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace
}  // namespace plugboard::load

int main(int argc, char** argv) { return plugboard::load::main_of(argc, argv); }
