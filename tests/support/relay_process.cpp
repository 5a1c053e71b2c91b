#include "support/relay_process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace plugboard::test {
namespace {

constexpr std::string_view kReady = "listening on ";

/// The endpoints of all complete ready lines in `out`.
std::vector<Endpoint> ready_lines(const std::string& out) {
  std::vector<Endpoint> endpoints;
  std::istringstream lines(out.substr(0, out.rfind('\n') + 1));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kReady)) endpoints.push_back(Endpoint::parse(line.substr(kReady.size())));
  }
  return endpoints;
}

/// How many listeners a TOML array of strings names.
std::size_t count_strings(const std::string& array) {
  std::size_t quotes = 0;
  for (const char c : array) quotes += c == '"' ? 1 : 0;
  return quotes / 2;
}

}  // namespace

RelayProcess::RelayProcess(const Manifest& manifest, const Environment& environment)
    : own_folder_(std::make_unique<TempDir>()) {
  start(own_folder_->path(), manifest, environment);
}

RelayProcess::RelayProcess(const TempDir& folder, const Manifest& manifest,
                           const Environment& environment) {
  start(folder.path(), manifest, environment);
}

void RelayProcess::start(const std::filesystem::path& folder, const Manifest& manifest,
                         const Environment& environment) {
  const std::filesystem::path file = folder / "plugboard.toml";
  {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << manifest.text();
  }
  child_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{plugboard_program(), "serve", "--config", file.string()},
      environment, folder.string());
  const std::size_t expected = count_strings(manifest.listen);
  const bool ready = child_->await_output([&](const std::string& out, const std::string&) {
    return ready_lines(out).size() >= expected;
  });
  if (!ready) {
    throw std::runtime_error("the relay did not come up; stdout: " + child_->standard_output() +
                             " stderr: " + child_->standard_error());
  }
  endpoints_ = ready_lines(child_->standard_output());
}

RelayProcess::~RelayProcess() {
  if (end_was_seen_) return;
  child_->signal(SIGTERM);
  const std::optional<ExitStatus> status = child_->await_exit();
  if (!status) {
    ADD_FAILURE() << "the relay did not end on SIGTERM; stderr: " << child_->standard_error();
  } else if (status->code != 0) {
    ADD_FAILURE() << "the relay ended with code " << status->code << ", signal " << status->signal
                  << "; stderr: " << child_->standard_error();
  }
}

std::size_t RelayProcess::open_descriptors() const {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid()) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::int64_t RelayProcess::resident_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid()) + "/statm");
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) throw std::runtime_error("the relay is gone");
  return resident_pages * ::sysconf(_SC_PAGESIZE);
}

std::optional<int> RelayProcess::await_exit(Deadline deadline) {
  const std::optional<ExitStatus> status = child_->await_exit(deadline);
  if (!status || status->signal != 0) return std::nullopt;
  end_was_seen_ = true;
  return status->code;
}

bool RelayProcess::await_any_end(Deadline deadline) {
  end_was_seen_ = true;
  return child_->await_exit(deadline).has_value();
}

bool RelayProcess::await_log(std::string_view text, Deadline deadline) const {
  return child_->await_output(
      [&](const std::string&, const std::string& err) {
        return err.find(text) != std::string::npos;
      },
      deadline);
}

bool RelayProcess::await_output(std::string_view text, Deadline deadline) const {
  return child_->await_output(
      [&](const std::string& out, const std::string&) {
        return out.find(text) != std::string::npos;
      },
      deadline);
}

}  // namespace plugboard::test
