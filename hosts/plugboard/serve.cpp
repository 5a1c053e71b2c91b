// `plugboard serve`: runs the relay until it is told to stop.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <system_error>
#include <variant>

#include "commands.hpp"
#include "file_watch.hpp"
#include "manifest/environment.hpp"
#include "manifest/reader.hpp"
#include "server/relay.hpp"
#include "service_manager.hpp"
#include "signals.hpp"

namespace plugboard::program {
namespace {

using std::chrono::milliseconds;

// How often the watched manifest is looked at, and how often draining goes on.
constexpr milliseconds kWatchStep{500};
constexpr milliseconds kDrainStep{20};

// Tells the service manager that the relay is alive, as long as it is, in time for its patience.
class Watchdog {
 public:
  Watchdog(const ServiceManager& manager, server::Relay& relay) : manager_(manager), relay_(relay) {
    if (const auto patience = manager.patience()) step_ = std::max(*patience / 4, milliseconds(1));
  }

  /// How long the control thread may wait for something else.
  std::optional<milliseconds> step() const { return step_; }

  void look() {
    const auto now = std::chrono::steady_clock::now();
    if (!step_ || now < due_) return;
    due_ = now + *step_;
    if (relay_.alive()) manager_.alive();
  }

 private:
  const ServiceManager& manager_;
  server::Relay& relay_;
  std::optional<milliseconds> step_;
  std::chrono::steady_clock::time_point due_;
};

std::optional<std::filesystem::path> find_manifest(const std::filesystem::path& named) {
  if (!named.empty()) return named;
  for (const char* usual : {"plugboard.toml", "/etc/plugboard/plugboard.toml"}) {
    std::error_code ignored;
    if (std::filesystem::exists(usual, ignored)) return usual;
  }
  return std::nullopt;
}

void tell(const std::vector<manifest::Diagnostic>& diagnostics) {
  std::cerr << manifest::to_text(diagnostics) << std::flush;
}

void raise_file_limit(server::Log& log, std::uint32_t max_connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  // Besides connections there are listeners, loops, logs and what plugins open.
  constexpr rlim_t kBesides = 100;
  if (limit.rlim_cur != RLIM_INFINITY && max_connections + kBesides > limit.rlim_cur) {
    log.warn("server.max_connections is " + std::to_string(max_connections) +
             ", but this process may open only " + std::to_string(limit.rlim_cur) +
             " files: raise the limit (ulimit -Hn, LimitNOFILE) or lower max_connections");
  }
}

void reload(server::Relay& relay, server::Log& log, const std::filesystem::path& file,
            bool& watching) {
  auto read = manifest::read_file(file, manifest::process_environment());
  std::vector<manifest::Diagnostic> problems;
  if (const auto* good = std::get_if<manifest::Manifest>(&read)) {
    problems = relay.reload(*good);
    if (problems.empty()) {
      watching = good->server.reload == manifest::ReloadTrigger::kWatch;
      log.info("reloaded " + file.string());
      return;
    }
  } else {
    problems = std::get<std::vector<manifest::Diagnostic>>(std::move(read));
  }
  for (const manifest::Diagnostic& problem : problems) {
    if (problem.severity == manifest::Severity::kError) log.error(problem.text());
  }
  log.error("not reloaded: everything stays as it was");
}

/// Until the relay is to stop.
void run(server::Relay& relay, server::Log& log, Signals& signals,
         const std::filesystem::path& file, FileWatch& watch, bool watching,
         const ServiceManager& manager, Watchdog& watchdog) {
  for (;;) {
    std::optional<milliseconds> wait = watchdog.step();
    if (watching) wait = std::min(wait.value_or(kWatchStep), kWatchStep);
    const Demand demand = signals.next(wait);
    if (demand == Demand::kStop) return;
    watchdog.look();
    if (demand == Demand::kReload || (watching && watch.changed())) {
      manager.reloading();
      watch.reset();
      reload(relay, log, file, watching);
      manager.ready("serving");
    }
  }
}

void drain(server::Relay& relay, Signals& signals, Watchdog& watchdog) {
  relay.drain();
  while (!relay.drained()) {
    watchdog.look();
    signals.next(kDrainStep);
  }
}

}  // namespace

int serve(const ServeOptions& options) {
  const auto file = find_manifest(options.config);
  if (!file) {
    std::cerr << "plugboard: no manifest: neither ./plugboard.toml nor "
                 "/etc/plugboard/plugboard.toml exists; name one with --config FILE\n";
    return kBadUsage;
  }
  FileWatch watch(*file);
  auto read = manifest::read_file(*file, manifest::process_environment());
  if (const auto* problems = std::get_if<std::vector<manifest::Diagnostic>>(&read)) {
    tell(*problems);
    return kBadUsage;
  }
  const auto& manifest = std::get<manifest::Manifest>(read);

  Signals signals;
  server::Log log(manifest.log);
  raise_file_limit(log, manifest.server.max_connections);
  server::Relay relay(log, {.plugin_path = options.plugin_path, .version = PLUGBOARD_VERSION});
  try {
    if (const auto problems = relay.start(manifest); !problems.empty()) {
      tell(problems);
      return kBadUsage;
    }
  } catch (const std::system_error& error) {
    std::cerr << "plugboard: " << error.what() << "\n";
    return kRuntimeFailure;
  }
  for (const std::string& address : relay.addresses()) {
    std::cout << "listening on " << address << "\n";
  }
  std::cout.flush();
  const ServiceManager manager;
  manager.ready("serving");

  Watchdog watchdog(manager, relay);
  run(relay, log, signals, *file, watch, manifest.server.reload == manifest::ReloadTrigger::kWatch,
      manager, watchdog);
  manager.stopping();
  log.info("stopping: peers are sent away over " +
           std::to_string(manifest.server.shutdown_grace.count()) + " ms");
  drain(relay, signals, watchdog);
  relay.stop();
  return kFine;
}

}  // namespace plugboard::program
