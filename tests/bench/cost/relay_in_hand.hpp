// A whole relay on the calling thread: plugins, chains and one loop as the program has them, which
// turns when it is told to. Its connections are socket pairs, whose other ends the caller holds.
#pragma once

#include <memory>
#include <string_view>

#include "extension/extensions.hpp"
#include "manifest/manifest.hpp"
#include "net/descriptor.hpp"
#include "net/loop.hpp"
#include "net/shared.hpp"
#include "server/log.hpp"
#include "server/relay_services.hpp"

namespace plugboard::bench {

class RelayInHand {
 public:
  /// `manifest`: TOML text; its listeners are not bound. Throws with what is wrong with it.
  explicit RelayInHand(std::string_view manifest);
  ~RelayInHand();
  RelayInHand(const RelayInHand&) = delete;
  RelayInHand& operator=(const RelayInHand&) = delete;

  /// The client's end of a new connection, non-blocking.
  [[nodiscard]] net::Descriptor connect();

  /// One turn of the loop, whose allocations and system calls are counted.
  void turn(int timeout_ms);

 private:
  manifest::Manifest manifest_;
  server::Log log_;
  server::RelayServices services_;
  extension::Extensions extensions_;
  std::unique_ptr<net::Shared> shared_;
  std::unique_ptr<net::Loop> loop_;
};

}  // namespace plugboard::bench
