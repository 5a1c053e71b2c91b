// The plugboard program: reads the command line and hands over to one file a command.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "commands.hpp"
#ifdef PLUGBOARD_TOOLS
#include "tool_commands.hpp"
#endif

namespace {

/// Where the program was started without stdin, stdout or stderr, the next files that it opened
/// would get their numbers, and clients on such a socket the log.
void occupy_standard_descriptors() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    // The lowest free number is the one that is missing.
    if (::fcntl(number, F_GETFD) == -1) static_cast<void>(::open("/dev/null", O_RDWR));
  }
}

/// What is wrong with a command line, in a sentence, and where to read on.
std::string complaint(const CLI::App* app, const CLI::Error& error) {
  std::string command = app->get_name();
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
    command += " " + app->get_name();
  }
  std::string what = error.what();
  const std::vector<std::string> unread = app->remaining();
  // CLI11 misses a subcommand there, and does not say what stands in its place.
  if (app->get_require_subcommand_min() > 0 && !unread.empty()) {
    what = "there is no command " + unread.front();
  } else if (app->get_require_subcommand_min() > 0) {
    what = "which command?";
  }
  return "plugboard: " + what + "\n" + command + " --help tells what it takes\n";
}

/// `exit_code`, unless what the program has to say to stdout is lost: scripts must not take an
/// empty file for a key.
int once_written(int exit_code) {
  using namespace plugboard::program;
  if (std::cout.flush() || exit_code != kFine) return exit_code;
  std::cerr << "plugboard: stdout cannot be written\n";
  return kRuntimeFailure;
}

int run(int argc, char** argv) {
  using namespace plugboard::program;
  CLI::App app("Plugboard, a WebSocket relay whose every policy is a plugin", "plugboard");
  app.require_subcommand(1);
  app.failure_message(complaint);
  app.set_version_flag("--version", version_text(), "Print the version and exit");
  int exit_code = kFine;

  ServeOptions serve_options;
  CLI::App* serve_command = app.add_subcommand("serve", "Run the relay");
  serve_command->add_option("--config", serve_options.config,
                            "Manifest (else ./plugboard.toml, else /etc/plugboard/plugboard.toml)");
  serve_command->add_option("--plugin-path", serve_options.plugin_path,
                            "Folder searched for plugins before those of the manifest");
  serve_command->callback([&] { exit_code = serve(serve_options); });

  CheckOptions check_options;
  CLI::App* check_command =
      app.add_subcommand("check", "Say everything that is wrong with a manifest and its plugins");
  check_command->add_option("FILE", check_options.manifest, "Manifest")->required();
  check_command->add_option("--plugin-path", check_options.plugin_path,
                            "Folder searched for plugins before those of the manifest");
  check_command->callback([&] { exit_code = check(check_options); });

  PluginsOptions plugins_options;
  CLI::App* plugins_command =
      app.add_subcommand("plugins", "List the plugins found, their kinds and the config they take");
  plugins_command->add_option("FILE", plugins_options.manifest,
                              "Manifest whose plugin folders to look into");
  plugins_command->add_option("--plugin-path", plugins_options.plugin_path,
                              "Folder to look into first");
  plugins_command->callback([&] { exit_code = list_plugins(plugins_options); });

  CLI::App* key_command = app.add_subcommand("key", "Make access keys");
  key_command->require_subcommand(1);
  key_command->add_subcommand("new", "Print a fresh access key")->callback([&] {
    exit_code = new_key();
  });
  key_command->add_subcommand("hash", "Read a key from stdin and print its line for a key file")
      ->callback([&] { exit_code = hash_key(); });

#ifdef PLUGBOARD_TOOLS
  ToolCommands tool_commands(app, exit_code);
#endif

  app.add_subcommand("version", "Print the version")->callback([&] { exit_code = version(); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help is no mistake.
    return app.exit(error) == 0 ? once_written(kFine) : kBadUsage;
  }
  // A relay that has served and ended well has nothing left to say.
  return serve_command->parsed() ? exit_code : once_written(exit_code);
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away, of stdout or of a socket, is an error of that write and no more.
  std::signal(SIGPIPE, SIG_IGN);
  occupy_standard_descriptors();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plugboard: %s\n", error.what());
  } catch (...) {
    std::fputs("plugboard: something failed that did not say what\n", stderr);
  }
  return plugboard::program::kRuntimeFailure;
}
