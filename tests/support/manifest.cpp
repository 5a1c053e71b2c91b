#include "support/manifest.hpp"

#include <cstdlib>

namespace plugboard::test {
namespace {

std::string environment_or(const char* name, const char* fallback) {
  // The test's own thread is the only one that touches the environment.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr || *value == '\0' ? fallback : value;
}

std::string table(const std::string& name, const std::string& lines) {
  return lines.empty() ? std::string() : "[" + name + "]\n" + lines + "\n";
}

}  // namespace

std::string Manifest::text() const {
  return table("server", "listen = " + listen + "\nthreads = " + std::to_string(threads) +
                             "\nshutdown_grace = \"" + shutdown_grace +
                             "\"\nhandshake_timeout = \"" + handshake_timeout + "\"\n" + server) +
         table("stats", stats) + channels + "\n" +
         table("plugins", "path = [\"" + plugin_folder() + "\"]") + plugins + "\n" +
         table("chain", chain) + table("log", log);
}

std::string plugboard_program() { return environment_or("PLUGBOARD_PROGRAM", PLUGBOARD_PROGRAM); }

std::string plugin_folder() { return environment_or("PLUGBOARD_PLUGIN_PATH", PLUGBOARD_PLUGINS); }

std::string plugin_table(const std::string& name, const std::string& library,
                         const std::string& config) {
  return "[[plugin]]\nname = \"" + name + "\"\nlibrary = \"" + library + "\"\n" +
         (config.empty() ? "" : "config = { " + config + " }\n");
}

}  // namespace plugboard::test
