// The manifest that a flow test gives to its relay: written as TOML, with defaults for all that a
// test does not speak of.
#pragma once

#include <filesystem>
#include <string>

namespace plugboard::test {

/// One manifest. Tests name the tables that matter to them:
/// `RelayProcess relay({.server = "max_message = 64"});`
struct Manifest {
  /// Value of server.listen.
  std::string listen = R"(["127.0.0.1:0"])";
  /// Further lines of [server].
  std::string server = {};
  /// Lines of [stats].
  std::string stats = {};
  /// Whole [[channel]] tables.
  std::string channels = "[[channel]]\nname = \"pwa\"\n";
  /// Whole [[plugin]] tables.
  std::string plugins = {};
  /// Lines of [chain]: key_store, rate_limiter, and so on.
  std::string chain = "key_store = \"open\"\n";
  /// Lines of [log].
  std::string log = {};
  /// Value of server.threads: two, so that peers meet across threads on a machine of any size.
  int threads = 2;
  /// Value of server.shutdown_grace: short, since every test ends its relay in good order.
  std::string shutdown_grace = "100ms";
  /// Value of server.handshake_timeout.
  std::string handshake_timeout = "10s";

  /// The whole file.
  [[nodiscard]] std::string text() const;
};

/// The program under test: PLUGBOARD_PROGRAM in the environment, else the one in the build folder.
std::string plugboard_program();

/// The folder of the shipped plugins: PLUGBOARD_PLUGIN_PATH, else the build folder's.
std::string plugin_folder();

/// A [[plugin]] table for one of the shipped libraries; `config` is the inside of an inline table.
std::string plugin_table(const std::string& name, const std::string& library,
                         const std::string& config = "");

}  // namespace plugboard::test
