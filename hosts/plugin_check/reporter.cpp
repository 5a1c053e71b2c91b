#include "plugin_check/reporter.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace plugboard::plugin_check::reporter {
namespace {

std::atomic<int> pipe_end = -1;

void write_all(const char* data, std::size_t size) {
  while (size != 0) {
    const ssize_t written = ::write(pipe_end.load(), data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the checker has gone
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

void write_line(const nlohmann::json& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  // What plugins say need not be UTF-8.
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  write_all(text.data(), text.size());
}

}  // namespace

void open(int descriptor) { pipe_end = descriptor; }

void finding(std::string_view name, std::string_view function, std::string_view sentence) {
  static std::mutex mutex;
  static std::set<std::pair<std::string, std::string>> known;
  {
    const std::lock_guard lock(mutex);
    if (!known.emplace(name, function).second) return;
  }
  write_line({{"finding", name}, {"function", function}, {"sentence", sentence}});
}

void skip(std::string_view why) { write_line({{"skip", why}}); }

void bad_usage(std::string_view sentence) { write_line({{"usage", sentence}}); }

void description(const nlohmann::json& description) { write_line({{"plugin", description}}); }

void usable() { write_line({{"usable", true}}); }

void done() { write_line({{"done", true}}); }

void finding_in_signal(const char* name, const char* function, const char* sentence,
                       const char* more) {
  char line[1024];
  std::size_t size = 0;
  const auto add = [&](const char* text) {
    for (; *text != '\0' && size < sizeof line; ++text) line[size++] = *text;
  };
  add("\n{\"finding\":\"");
  add(name);
  add("\",\"function\":\"");
  add(function);
  add("\",\"sentence\":\"");
  add(sentence);
  add(more);
  add("\"}\n");
  write_all(line, size);
}

}  // namespace plugboard::plugin_check::reporter
