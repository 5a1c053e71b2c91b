// The commands beside serving: `peer` and `blob`, which reach a relay as its clients do, and
// `plugin-check`. Left out of the program without PLUGBOARD_TOOLS. Each function returns the exit
// code.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "plugboard/client/options.hpp"

namespace CLI {
class App;
}

namespace plugboard::program {

struct PeerOptions {
  std::string url;
  std::string channel;
  std::string id;
  std::string key;  // empty: none
  KeyTransport key_transport = KeyTransport::kQuery;
  TlsOptions tls;
  bool json = false;
  bool reconnect = true;
  bool stay = false;
  std::uint64_t count = 0;
  std::optional<std::chrono::milliseconds> time_limit;
};
int peer(const PeerOptions& options);

enum class BlobAction { kPut, kGet, kDelete };
struct BlobOptions {
  BlobAction action = BlobAction::kGet;
  std::string url;
  std::string key;
  std::string file;  // empty or "-": stdin or stdout
  std::string access_key;
  std::string route_prefix = "/blob";
  TlsOptions tls;
};
int blob(const BlobOptions& options);

struct PluginCheckOptions {
  std::filesystem::path library;
  std::optional<std::string> config;  // JSON
  std::vector<std::string> keys;      // access keys that it knows
  std::string level = "quick";        // or "full"
  bool json = false;
};
int check_plugin(const PluginCheckOptions& options);

/// Adds all of them to the command line, which must not outlive this. What is called sets
/// `exit_code`.
class ToolCommands {
 public:
  ToolCommands(CLI::App& app, int& exit_code);

 private:
  void add_peer(CLI::App& app, int& exit_code);
  void add_blob(CLI::App& app, int& exit_code);
  void add_plugin_check(CLI::App& app, int& exit_code);

  PeerOptions peer_;
  std::string key_as_ = "query";
  double time_limit_s_ = 0;
  bool no_reconnect_ = false;
  bool insecure_ = false;
  BlobOptions blob_;
  PluginCheckOptions plugin_check_;
};

}  // namespace plugboard::program
