#include "load/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

namespace plugboard::load {
namespace {

constexpr int kBadUsage = 2;

void add_messages(CLI::App& mode, Options& options) {
  mode.add_option("--pairs", options.pairs, "Pairs of peers")->check(CLI::Range(1, 1'000'000));
  mode.add_option("--size", options.size, "Bytes of a message, with its envelope")
      ->check(CLI::Range(32, 64 * 1024 * 1024));
  mode.add_option("--shape", options.shape, "Payload: string, or json (a signalling object)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Shape>{{"string", Shape::kString}, {"json", Shape::kJson}}));
  mode.add_flag("--binary", options.binary, "Binary messages instead of text");
  mode.add_flag("--deflate", options.deflate,
                "Compressed messages (permessage-deflate), without context takeover");
  mode.add_option("--warmup", options.warmup, "Seconds before the measurement begins")
      ->check(CLI::NonNegativeNumber);
  mode.add_option("--drain", options.drain, "Seconds to wait at the end for what is under way")
      ->check(CLI::PositiveNumber);
}

void add_seconds(CLI::App& mode, Options& options, const char* what) {
  mode.add_option("--seconds", options.seconds, what)->check(CLI::NonNegativeNumber);
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, NoRun& no_run) {
  Options options;
  CLI::App app("Loads a relay of the ws-relay protocol and measures it.");
  app.option_defaults()->always_capture_default();
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--url", options.url, "ws://HOST:PORT[/PREFIX] of the server, or wss://");
  app.add_option("--channel", options.channel, "The channel on which the peers meet");
  app.add_option("--key", options.key, "The access key of every peer");
  app.add_option("--protocol", options.protocol, "What the server speaks")
      ->check(CLI::IsMember({"plugboard", "nats", "mqtt", "socket.io", "peerjs"}));
  app.add_option("--pid", options.pid, "The server's process, for its CPU time and memory");
  app.add_option("--cpu", options.cpu, "Keep this program to one CPU");
  app.add_option("--json", options.json, "A file for the report as JSON; - for standard output");
  app.add_option("--first", options.first, "Number of the first peer");

  CLI::App* throughput = app.add_subcommand(
      "throughput", "Each pair keeps a number of messages under way from one to the other");
  CLI::App* ping_pong =
      app.add_subcommand("ping-pong", "Each pair passes one message back and forth");
  CLI::App* paced = app.add_subcommand(
      "paced", "Messages at a fixed rate; latency counts from the time each was due");
  CLI::App* idle = app.add_subcommand("idle", "Connections that say nothing: memory for each");
  CLI::App* connect = app.add_subcommand("connect", "Peers that come and go");
  CLI::App* presence =
      app.add_subcommand("presence", "Peers that come and go at once, each watched by all of many");
  for (CLI::App* mode : {throughput, ping_pong, paced, idle, connect, presence}) {
    mode->option_defaults()->always_capture_default();
  }

  for (CLI::App* mode : {throughput, ping_pong, paced}) {
    add_messages(*mode, options);
    add_seconds(*mode, options, "Seconds to measure");
  }
  throughput->add_option("--window", options.window, "Messages under way in each pair")
      ->check(CLI::Range(1, 1'000'000));
  paced->add_option("--rate", options.rate, "Messages a second, of all pairs together")
      ->check(CLI::PositiveNumber);
  paced
      ->add_option("--tick", options.tick_us,
                   "Microseconds between sends: fewer wake-ups, and the wait counts as latency")
      ->check(CLI::NonNegativeNumber);
  for (CLI::App* mode : {idle, presence}) {
    mode->add_option("--connections", options.connections, "Connections, or watchers")
        ->check(CLI::Range(1, 1'000'000));
  }
  idle->add_flag("--touch", options.touch, "Each sends itself a message before it is measured");
  add_seconds(*idle, options, "Seconds to hold the connections for the CPU time that they cost");
  connect->add_option("--concurrency", options.concurrency, "Connections under way at once")
      ->check(CLI::Range(1, 100'000));
  add_seconds(*connect, options, "Seconds to measure");
  presence->add_option("--peers", options.peers, "Peers that come and go at once")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  add_seconds(*presence, options, "Seconds to measure");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    no_run.code = app.exit(error) == 0 ? 0 : kBadUsage;
    return std::nullopt;
  }
  if (options.deflate && options.protocol != "plugboard") {
    std::fprintf(stderr, "--deflate goes with --protocol plugboard only, not %s\n",
                 options.protocol.c_str());
    no_run.code = kBadUsage;
    return std::nullopt;
  }
  const std::map<CLI::App*, Mode> modes{
      {throughput, Mode::kThroughput}, {ping_pong, Mode::kPingPong},
      {paced, Mode::kPaced},           {idle, Mode::kIdle},
      {connect, Mode::kConnect},       {presence, Mode::kPresence}};
  options.mode = modes.at(app.get_subcommands().front());
  return options;
}

}  // namespace plugboard::load
