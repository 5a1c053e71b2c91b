#include "bench/cost/relay_in_hand.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "bench/cost/counted_calls.hpp"
#include "bench/cost/counted_heap.hpp"
#include "manifest/reader.hpp"
#include "net/connection.hpp"
#include "net/settings.hpp"

namespace plugboard::bench {
namespace {

[[noreturn]] void fail(const std::vector<manifest::Diagnostic>& problems) {
  std::string all;
  for (const manifest::Diagnostic& problem : problems) all += problem.text() + "\n";
  throw std::runtime_error(all);
}

manifest::Manifest read(std::string_view text) {
  auto result = manifest::read(text, "cost.toml", manifest::process_environment());
  if (const auto* problems = std::get_if<std::vector<manifest::Diagnostic>>(&result)) {
    fail(*problems);
  }
  return std::get<manifest::Manifest>(std::move(result));
}

metering::TrafficSettings traffic_settings(const manifest::Manifest& manifest) {
  return {.window = manifest.stats.window,
          .history = manifest.stats.history,
          .names = metering::KeyNames(manifest.stats.keys, "secret")};
}

sockaddr_in client_address() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

RelayInHand::RelayInHand(std::string_view manifest)
    : manifest_(read(manifest)),
      log_(manifest_.log),
      services_(log_),
      extensions_(services_, {.plugin_path = {}, .relay_version = "0.0.0"}),
      shared_(std::make_unique<net::Shared>(1, traffic_settings(manifest_))) {
  auto chains = extensions_.apply(manifest_);
  if (const auto* problems = std::get_if<extension::Extensions::Problems>(&chains)) {
    fail(*problems);
  }
  services_.serve(*shared_);
  std::vector<net::Settings::ChannelEntry> channels;
  for (const manifest::Channel& channel : manifest_.channels) {
    channels.push_back({&shared_->channels.use(channel.name.text), std::nullopt});
  }
  shared_->set_settings(std::make_shared<const net::Settings>(
      manifest_, std::get<std::shared_ptr<const extension::Chains>>(std::move(chains)),
      traffic_settings(manifest_).names, std::move(channels), nullptr));
  loop_ = std::make_unique<net::Loop>(*shared_, 0);
  shared_->service = net::Service::serving;
}

RelayInHand::~RelayInHand() {
  loop_->drop_connections();
  loop_.reset();
  shared_->set_settings(nullptr);
  extensions_.shutdown();
}

void RelayInHand::turn(int timeout_ms) {
  const CountedHeap heap;
  const CountedCalls calls;
  loop_->turn(timeout_ms);
}

net::Descriptor RelayInHand::connect() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  const sockaddr_in address = client_address();
  const peer::PeerRef connection(new net::Connection(
      *loop_, net::Descriptor(ends[0]),
      admission::IpAddress::from_socket(reinterpret_cast<const sockaddr&>(address)), false));
  static_cast<net::Connection&>(*connection).start();
  return net::Descriptor(ends[1]);
}

}  // namespace plugboard::bench
