// Sends one file from one peer to another.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <iostream>
#include <string_view>

#include "receiver.hpp"
#include "sender.hpp"

namespace {

int usage() {
  std::cerr << "usage: file-transfer send URL CHANNEL ID FILE [KEY]\n"
               "       file-transfer receive URL CHANNEL ID OFFER FOLDER [KEY]\n";
  return 2;
}

// Runs to the end; the exit code.
int run(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
  int exit_code = 0;
  boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& thrown) {
    io.stop();
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      std::cerr << "file-transfer: " << error.what() << std::endl;
      exit_code = 1;
    }
  });
  io.run();
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc > 1 ? argv[1] : "";
  const int arguments = verb == "send" ? 6 : 7;
  if ((verb != "send" && verb != "receive") || argc < arguments || argc > arguments + 1) {
    return usage();
  }
  plugboard::RelayClientOptions options;
  options.url = argv[2];
  options.channel = argv[3];
  options.id = argv[4];
  if (argc > arguments) options.key = argv[arguments];

  boost::asio::io_context io(1);
  if (verb == "send") return run(io, transfer::send_file(options, argv[5]));
  return run(io, transfer::receive_file(options, argv[5], argv[6]));
}
