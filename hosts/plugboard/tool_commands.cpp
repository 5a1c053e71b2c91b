#include "tool_commands.hpp"

#include <CLI/CLI.hpp>

namespace plugboard::program {
namespace {

void add_tls(CLI::App& command, TlsOptions& tls, bool& insecure) {
  command
      .add_option("--ca-file", tls.ca_file,
                  "Certificate authorities to trust, PEM (else those of the system)")
      ->type_name("FILE");
  command.add_flag("--insecure", insecure, "Take any certificate: for tests only");
}

KeyTransport transport_named(const std::string& name) {
  if (name == "header") return KeyTransport::kHeader;
  return name == "subprotocol" ? KeyTransport::kSubprotocol : KeyTransport::kQuery;
}

}  // namespace

ToolCommands::ToolCommands(CLI::App& app, int& exit_code) {
  add_peer(app, exit_code);
  add_blob(app, exit_code);
  add_plugin_check(app, exit_code);
}

void ToolCommands::add_peer(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "peer", "Join a relay: lines typed as ADDRESS TEXT are sent, what arrives is printed");
  command->footer(
      "Lines may also be /watch ADDRESS, /unwatch ADDRESS, /json ADDRESS JSON, /help and /quit.\n"
      "With --json a line is {\"to\":A,\"payload\":...}, {\"watch\":A} or {\"unwatch\":A}.\n"
      "At the end of its input the peer leaves, once the relay has taken all lines.\n"
      "Exit codes: 0 fine, 1 refused, lost, timed out, or stdout full; 2 bad usage.");
  command->add_option("URL", peer_.url, "Where the relay is, such as ws://localhost:8080")
      ->required()
      ->type_name("");
  command->add_option("--channel", peer_.channel, "Channel to join")->required()->type_name("NAME");
  command->add_option("--id", peer_.id, "Id to take in it")->required()->type_name("ID");
  command->add_option("--key", peer_.key, "Access key; others can see it in the process list")
      ->envname("PLUGBOARD_KEY")
      ->type_name("KEY");
  command
      ->add_option("--key-as", key_as_,
                   "How the key travels: query (which every relay takes), header or subprotocol")
      ->check(CLI::IsMember({"query", "header", "subprotocol"}).description(""))
      ->type_name("WAY");
  command->add_flag("--json", peer_.json, "One JSON object a line, in and out");
  command->add_flag("--stay", peer_.stay, "Stay after the end of the input");
  command->add_option("--count", peer_.count, "Leave after so many messages, not before")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}).description(""))
      ->type_name("N");
  command->add_option("--timeout", time_limit_s_, "Give up after so many seconds (exit code 1)")
      ->check(CLI::Range(0.001, 1e6).description(""))
      ->type_name("SECONDS")
      ->take_last();
  command->add_flag("--no-reconnect", no_reconnect_, "Leave when the connection is lost");
  add_tls(*command, peer_.tls, insecure_);
  command->callback([this, &exit_code] {
    peer_.key_transport = transport_named(key_as_);
    peer_.reconnect = !no_reconnect_;
    peer_.tls.verify = !insecure_;
    if (time_limit_s_ > 0) {
      peer_.time_limit = std::chrono::milliseconds(static_cast<std::int64_t>(time_limit_s_ * 1e3));
    }
    exit_code = peer(peer_);
  });
}

void ToolCommands::add_blob(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("blob", "Put, get or delete a small text at a relay");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, BlobAction action) {
    CLI::App* verb = command->add_subcommand(name, what);
    verb->add_option("URL", blob_.url, "Where the relay is, such as http://localhost:8080")
        ->required()
        ->type_name("");
    verb->add_option("KEY", blob_.key, "8 to 64 characters of A-Z a-z 0-9 _ -")
        ->required()
        ->type_name("");
    if (action != BlobAction::kDelete) {
      verb->add_option("FILE", blob_.file,
                       action == BlobAction::kPut ? "Text to put (else stdin)"
                                                  : "Where to write it (else stdout)")
          ->type_name("");
    }
    verb->add_option("--key", blob_.access_key, "Access key, if the relay asks for one")
        ->envname("PLUGBOARD_KEY")
        ->type_name("KEY");
    verb->add_option("--prefix", blob_.route_prefix, "Path of the blobs (/blob)")
        ->type_name("PATH");
    add_tls(*verb, blob_.tls, insecure_);
    verb->callback([this, action, &exit_code] {
      blob_.tls.verify = !insecure_;
      blob_.action = action;
      exit_code = blob(blob_);
    });
  };
  add("put", "Put UTF-8 text, in place of what was there", BlobAction::kPut);
  add("get", "Print what is there", BlobAction::kGet);
  add("delete", "Remove what is there", BlobAction::kDelete);
}

void ToolCommands::add_plugin_check(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("plugin-check", "Put a plugin through what the plugin ABI promises");
  command->add_option("FILE", plugin_check_.library, "The plugin's library")->required();
  command->add_option("--config", plugin_check_.config,
                      "A config it takes, as JSON; paths relative to here");
  command->add_option("--key", plugin_check_.keys,
                      "An access key that the key store knows; may be repeated");
  command->add_option("--level", plugin_check_.level, "quick or full")
      ->check(CLI::IsMember({"quick", "full"}));
  command->add_flag("--json", plugin_check_.json, "Report as JSON");
  command->callback([this, &exit_code] { exit_code = check_plugin(plugin_check_); });
}

}  // namespace plugboard::program
