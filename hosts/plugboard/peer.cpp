// `plugboard peer`: joins a relay as a peer, for people and for scripts.
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "peer/conversation.hpp"
#include "peer/event_queue.hpp"
#include "peer/keyboard.hpp"
#include "peer/line_editor.hpp"
#include "plugboard/relay_client.hpp"
#include "tool_commands.hpp"

namespace plugboard::program {
namespace {

PrintStyle print_style(bool json) {
  if (json) return PrintStyle::kJson;
  // https://no-color.org. Nothing else runs yet that could change the environment.
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  const bool colored = ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
                       terminal_is_capable();
  return colored ? PrintStyle::kColored : PrintStyle::kPlain;
}

void forward_events(RelayClient& client, EventQueue& events) {
  client.on_open([&events] { events.push(Opened{}); });
  client.on_close([&events](const CloseInfo& close) { events.push(close); });
  client.on_message([&events](const std::string& from, const nlohmann::json& payload) {
    events.push(Message{from, payload});
  });
  client.on_peer_status([&events](const std::string& address, bool online) {
    events.push(Status{address, online});
  });
  client.on_error([&events](const ErrorInfo& error) { events.push(error); });
  client.on_drain([&events] { events.push(Drained{}); });
}

// The network's thread, as long as this lives.
class NetworkThread {
 public:
  NetworkThread(boost::asio::io_context& io, EventQueue& events)
      : io_(io), events_(events), work_(io.get_executor()), thread_([&io] { io.run(); }) {}
  ~NetworkThread() {
    io_.stop();
    events_.close();
    thread_.join();
  }
  NetworkThread(const NetworkThread&) = delete;
  NetworkThread& operator=(const NetworkThread&) = delete;

 private:
  boost::asio::io_context& io_;
  EventQueue& events_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

RelayClientOptions client_options(const PeerOptions& options) {
  RelayClientOptions client;
  client.url = options.url;
  client.channel = options.channel;
  client.id = options.id;
  client.key = options.key;
  // Which keys are well-formed the relay knows best.
  client.key_form = KeyForm::kToken;
  client.key_transport = options.key_transport;
  client.tls = options.tls;
  client.reconnect = options.reconnect;
  return client;
}

}  // namespace

int peer(const PeerOptions& options) {
  boost::asio::io_context io(1);
  EventQueue events;
  try {
    RelayClient client(io.get_executor(), client_options(options));
    forward_events(client, events);
    Keyboard keyboard;
    Conversation conversation(client,
                              {.style = print_style(options.json),
                               .interactive = !options.json && ::isatty(STDIN_FILENO) == 1,
                               .reconnect = options.reconnect,
                               .stay = options.stay,
                               .count = options.count},
                              [&keyboard](const std::string& line) { keyboard.print(line); });
    const NetworkThread network(io, events);
    client.connect();
    keyboard.run(conversation, events, options.time_limit);
    if (keyboard.trouble().empty()) return conversation.exit_code();
    std::cerr << "plugboard: " << keyboard.trouble() << "\n";
    return kRuntimeFailure;
  } catch (const std::invalid_argument& error) {
    std::cerr << "plugboard: " << error.what() << "\n";
    return kBadUsage;
  } catch (const std::system_error& error) {
    std::cerr << "plugboard: " << error.what() << "\n";
    return kRuntimeFailure;
  }
}

}  // namespace plugboard::program
