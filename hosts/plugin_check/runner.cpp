#include "plugin_check/runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "plugin_check/call_watch.hpp"
#include "plugin_check/kind_questions.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// An empty folder, removed with all that is in it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "plugin-check-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("mkdtemp");
    path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// What one test's process has told.
struct Told {
  Outcome outcome;
  json plugin = json::object();
  std::string bad_usage;
  bool usable = false;
  bool done = false;
};

void take_line(const std::string& text, Told& told) {
  const json line = json::parse(text, nullptr, false);
  if (!line.is_object()) return;
  if (line.contains("finding")) {
    told.outcome.findings.push_back(
        {line.value("finding", ""), line.value("function", ""), line.value("sentence", "")});
  }
  if (line.contains("skip")) {
    told.outcome.kind = Outcome::Kind::kSkipped;
    told.outcome.why_skipped = line.value("skip", "");
  }
  if (line.contains("usage")) told.bad_usage = line.value("usage", "");
  if (line.contains("plugin")) told.plugin = line["plugin"];
  if (line.contains("usable")) told.usable = true;
  if (line.contains("done")) told.done = true;
}

/// The test's process: never returns.
[[noreturn]] void be_the_test(const PluginTest& test, const TestContext& context, int pipe,
                              int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (::chdir(context.scratch.c_str()) != 0) _exit(3);
  reporter::open(pipe);
  key_store::know(context.keys);
  watch_calls(std::chrono::seconds(context.full() ? 20 : 8));
  test.run(context);
  reporter::done();
  // No destructors: threads of the plugin may still run.
  _exit(0);
}

/// The last lines of what the process has written, such as a sanitizer's report.
std::string last_words(int output) {
  constexpr off_t kMost = 4000;
  const off_t size = ::lseek(output, 0, SEEK_END);
  if (size <= 0) return {};
  std::string text(static_cast<std::size_t>(std::min(size, kMost)), '\0');
  const ssize_t got = ::pread(output, text.data(), text.size(), size - std::min(size, kMost));
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// As poll(2) takes it; rounded up, so that the deadline has passed when nothing is left.
int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

/// Waits for the end of a child and takes its status. False if it goes on after the deadline.
bool ended_by(pid_t child, Clock::time_point deadline, int& status) {
  // Not glibc's own function: its header lacks extern "C" in Debian 12.
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (process < 0) fail("pidfd_open");
  pollfd watched = {process, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&watched, 1, milliseconds_until(deadline));
  } while (ready < 0 && errno == EINTR);
  ::close(process);
  return ready > 0 && ::waitpid(child, &status, 0) == child;
}

/// Reads what the process tells until it is done, ends, or its time is up.
void listen(int pipe, Clock::time_point deadline, Told& told) {
  std::string rest;
  while (!told.done) {
    pollfd watched = {pipe, POLLIN, 0};
    const int ready = ::poll(&watched, 1, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return;
    char bytes[4096];
    const ssize_t got = ::read(pipe, bytes, sizeof bytes);
    if (got <= 0) return;
    rest.append(bytes, static_cast<std::size_t>(got));
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      take_line(rest.substr(0, end), told);
      rest.erase(0, end + 1);
    }
  }
}

Told run_test(const PluginTest& test, TestContext context) {
  const ScratchFolder scratch;
  context.scratch = scratch.path();
  Told told;
  told.outcome.test = test.name;
  told.outcome.about = test.about;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
  const int output = ::memfd_create("plugin-check", MFD_CLOEXEC);
  const auto start = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ::close(ends[0]);
    be_the_test(test, context, ends[1], output);
  }
  ::close(ends[1]);
  listen(ends[0], start + std::chrono::seconds(context.full() ? 60 : 40), told);
  ::close(ends[0]);

  int status = 0;
  const bool hung = !ended_by(child, Clock::now() + std::chrono::seconds(2), status);
  if (hung) {
    ::kill(-child, SIGKILL);
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  ::kill(-child, SIGKILL);  // what it may have started
  if (!told.done && told.outcome.findings.empty() && told.bad_usage.empty()) {
    std::string sentence =
        hung ? "the test does not come to its end"
        : WIFSIGNALED(status)
            ? "ends the process by signal " + std::to_string(WTERMSIG(status))
            : "ends the process with exit code " + std::to_string(WEXITSTATUS(status));
    if (const std::string words = last_words(output); !words.empty()) sentence += "\n" + words;
    told.outcome.findings.push_back({hung ? "hangs" : "crashes", "the test", sentence});
  }
  ::close(output);
  told.outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (!told.outcome.findings.empty()) told.outcome.kind = Outcome::Kind::kFailed;
  return told;
}

/// Whether a plugin is so slow that further tests would only wait for it again.
bool keeps_waiting(const Outcome& outcome) {
  return std::any_of(outcome.findings.begin(), outcome.findings.end(), [](const Finding& finding) {
    return finding.name == "hangs" || finding.name == "never-completes" ||
           finding.name == "answers-late";
  });
}

}  // namespace

Results run_tests(const TestContext& context) {
  Results results;
  std::string unusable;
  for (const PluginTest& test : plugin_tests()) {
    if (!unusable.empty()) {
      results.outcomes.push_back({test.name,
                                  test.about,
                                  Outcome::Kind::kSkipped,
                                  "the test \"" + unusable + "\" has failed",
                                  {},
                                  0});
      continue;
    }
    Told told = run_test(test, context);
    if (!told.bad_usage.empty()) {
      results.bad_usage = told.bad_usage;
      return results;
    }
    if (!told.plugin.empty()) results.plugin = std::move(told.plugin);
    if ((test.decisive && !told.usable) || keeps_waiting(told.outcome)) unusable = test.name;
    results.outcomes.push_back(std::move(told.outcome));
  }
  return results;
}

}  // namespace plugboard::plugin_check
