// The side that has the file.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <plugboard/relay_client.hpp>

namespace transfer {

/// Offers `file`, tells the key on stdout, and answers questions until somebody has all of it.
boost::asio::awaitable<void> send_file(plugboard::RelayClientOptions options,
                                       std::filesystem::path file);

}  // namespace transfer
