// A chat for two terminals or twenty: lines typed here go to everybody who is on the channel.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <plugboard/relay_client.hpp>
#include <set>
#include <string>
#include <thread>

namespace {

// Without control characters, which could steer the terminal.
std::string harmless(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto before = i > 0 ? static_cast<unsigned char>(text[i - 1]) : 0U;
    const bool is_c1 = before == 0xC2 && byte >= 0x80 && byte <= 0x9F;
    if (byte < 0x20 || byte == 0x7F) text[i] = ' ';
    if (is_c1) text.replace(i - 1, 2, "  ");
  }
  return text;
}

std::string text_of(const nlohmann::json& payload) {
  const bool is_ours =
      payload.is_object() && payload.contains("text") && payload["text"].is_string();
  return harmless(is_ours ? payload["text"].get<std::string>() : payload.dump());
}

// Who is there, and what is said. Lives on the io_context's one thread.
class Chat {
 public:
  Chat(boost::asio::io_context& io, plugboard::RelayClientOptions options)
      : io_(io), client_(io.get_executor(), std::move(options)) {
    client_.on_open([this] { client_.watch(client_.channel() + ":*"); });
    client_.on_peer_status(
        [this](const std::string& address, bool online) { came_or_went(address, online); });
    client_.on_message([](const std::string& from, const nlohmann::json& payload) {
      std::cout << harmless(from) << ": " << text_of(payload) << std::endl;
    });
    client_.on_error([this](const plugboard::ErrorInfo& error) {
      std::cerr << error.code << ": " << error.message << std::endl;
      if (error.fatal) leave(1);
    });
    client_.on_close([this](const plugboard::CloseInfo&) {
      there_.clear();  // the watch, which the client restores, tells who is there then
      if (leaving_) io_.stop();
    });
    client_.connect();
  }

  void say(const std::string& text) {
    for (const std::string& address : there_) {
      if (!client_.send(address, {{"text", text}})) {
        std::cerr << "not connected, not sent" << std::endl;
        return;
      }
    }
  }

  void leave(int exit_code) {
    exit_code_ = exit_code;
    leaving_ = true;
    if (client_.connected()) {
      client_.close();
    } else {
      io_.stop();
    }
  }

  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  void came_or_went(const std::string& address, bool online) {
    if (address == client_.address()) return;
    const bool news = online ? there_.insert(address).second : there_.erase(address) == 1;
    if (news)
      std::cout << "* " << harmless(address) << (online ? " is here" : " has left") << std::endl;
  }

  boost::asio::io_context& io_;
  plugboard::RelayClient client_;
  std::set<std::string> there_;
  bool leaving_ = false;
  int exit_code_ = 0;
};

int run(const plugboard::RelayClientOptions& options) {
  boost::asio::io_context io(1);
  Chat chat(io, options);
  // Reading a terminal blocks, so that has a thread of its own.
  std::thread reader([&] {
    for (std::string line; std::getline(std::cin, line);) {
      boost::asio::post(io, [&chat, line] { chat.say(line); });
    }
    boost::asio::post(io, [&chat] { chat.leave(0); });
  });
  reader.detach();  // it may still wait for a line when the chat is over
  io.run();
  std::cout.flush();
  std::_Exit(chat.exit_code());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) {
    std::cerr << "usage: chat URL CHANNEL ID [KEY]\n";
    return 2;
  }
  plugboard::RelayClientOptions options;
  options.url = argv[1];
  options.channel = argv[2];
  options.id = argv[3];
  if (argc == 5) options.key = argv[4];
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "chat: " << error.what() << "\n";
    return 2;
  }
}
