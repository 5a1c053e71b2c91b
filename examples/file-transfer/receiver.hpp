// The side that wants the file.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <plugboard/relay_client.hpp>
#include <string>

namespace transfer {

/// Fetches what is offered under `key` into `folder`. Throws std::runtime_error if there is no such
/// offer, the file is there already, or what came is not what was offered.
boost::asio::awaitable<void> receive_file(plugboard::RelayClientOptions options, std::string key,
                                          std::filesystem::path folder);

}  // namespace transfer
