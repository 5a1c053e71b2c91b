// `plugboard blob put | get | delete`: small texts that a relay keeps under a key.
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <istream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "plugboard/blob_client.hpp"
#include "tool_commands.hpp"

namespace plugboard::program {
namespace {

// A file that cannot be read or written.
struct FileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool is_standard_stream(const std::string& file) { return file.empty() || file == "-"; }

// By the stream's own functions, which turn errors, such as that of a folder, into a state.
std::string read_all(std::istream& input, const std::string& name) {
  std::string text;
  std::array<char, 8192> piece;
  while (input.read(piece.data(), piece.size()) || input.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(input.gcount()));
  }
  if (!input.eof()) throw FileError(name + " cannot be read");
  return text;
}

std::string read_text(const std::string& file) {
  if (is_standard_stream(file)) {
    std::string text = read_all(std::cin, "stdin");
    // std::cin takes an error, such as that of a folder, for the end.
    if (std::ferror(stdin) != 0) throw FileError("stdin cannot be read");
    return text;
  }
  std::ifstream input(file, std::ios::binary);
  return read_all(input, file);
}

void write_text(const std::string& file, const std::string& text) {
  if (is_standard_stream(file)) {
    std::cout << text << std::flush;
    if (!std::cout) throw FileError("stdout cannot be written");
    return;
  }
  std::ofstream output(file, std::ios::binary | std::ios::trunc);
  output << text;
  output.close();
  if (!output) throw FileError(file + " cannot be written");
}

// Runs to its end; what it throws is thrown here.
template <typename Result>
Result run(boost::asio::io_context& io, boost::asio::awaitable<Result> work) {
  std::optional<Result> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, Result value) {
    thrown = std::move(error);
    result = std::move(value);
  });
  io.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*result);
}

boost::asio::awaitable<bool> put(const BlobClient& blobs, std::string key, std::string text) {
  co_await blobs.put(std::move(key), std::move(text));
  co_return true;
}

int carry_out(const BlobOptions& options) {
  boost::asio::io_context io(1);
  const BlobClient blobs(io.get_executor(), {.url = options.url,
                                             .access_key = options.access_key,
                                             .route_prefix = options.route_prefix,
                                             .tls = options.tls});
  switch (options.action) {
    case BlobAction::kPut:
      run(io, put(blobs, options.key, read_text(options.file)));
      return kFine;
    case BlobAction::kGet:
      if (const auto text = run(io, blobs.get(options.key))) {
        write_text(options.file, *text);
        return kFine;
      }
      break;
    case BlobAction::kDelete:
      if (run(io, blobs.remove(options.key))) return kFine;
      break;
  }
  std::cerr << "plugboard: there is no blob " << options.key << "\n";
  return kRuntimeFailure;
}

}  // namespace

int blob(const BlobOptions& options) {
  try {
    return carry_out(options);
  } catch (const std::invalid_argument& error) {
    std::cerr << "plugboard: " << error.what() << "\n";
    return kBadUsage;
  } catch (const BlobError& error) {
    std::cerr << "plugboard: " << error.what() << "\n";
  } catch (const FileError& error) {
    std::cerr << "plugboard: " << error.what() << "\n";
  } catch (const boost::system::system_error& error) {
    std::cerr << "plugboard: " << options.url << ": " << error.code().message() << "\n";
  }
  return kRuntimeFailure;
}

}  // namespace plugboard::program
