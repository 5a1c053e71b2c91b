// A listening socket on one loop: accepts connections and starts them there.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/manifest.hpp"
#include "net/descriptor.hpp"
#include "net/event_source.hpp"
#include "net/tls.hpp"

namespace plugboard::net {

class Loop;

/// A socket that is bound and listens.
struct BoundSocket {
  Descriptor descriptor;
  std::string text;  // as the ready line says it: 0.0.0.0:8080, [::]:8080, unix:/path
};

/// Binds one entry of server.listen; a host name with several addresses gives several sockets.
/// `copies`: how many sockets for each address, to be shared out among loops (unix sockets cannot
/// be; they give one). A port 0 is the same for all copies. Throws std::system_error with a
/// sentence: the port is in use, the name is not known, ...
std::vector<std::vector<BoundSocket>> bind_listener(const manifest::Listener& listener,
                                                    std::size_t copies);

/// Takes over a connection that somebody else accepted and has read `received` from: from here on
/// it is served as one of the relay's own, with TLS if there is a session. On the loop's thread,
/// within a turn.
void adopt_connection(Loop& loop, Descriptor socket, std::string_view received,
                      const HeldSession& session);

class Listener final : public EventSource {
 public:
  /// On the loop's thread, or before it runs.
  Listener(Loop& loop, Descriptor socket);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void on_events(std::uint32_t events) override;
  /// Accepts again, after a pause for want of descriptors.
  void resume();

 private:
  void pause();

  Loop& loop_;
  Descriptor socket_;
};

}  // namespace plugboard::net
