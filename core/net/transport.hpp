// A connection's socket, plain or with TLS. Writing to a plain one is for any thread that holds
// the peer's lock; everything else is for the owner's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/descriptor.hpp"
#include "net/tls.hpp"

namespace plugboard::net {

class Transport {
 public:
  explicit Transport(Descriptor socket) : socket_(std::move(socket)) {}

  void start_tls(const TlsContext& context) {
    tls_ = std::make_unique<TlsSession>(context, socket_.get());
  }
  void go_on_with_tls(const HeldSession& session) {
    tls_ = std::make_unique<TlsSession>(session, socket_.get());
  }

  enum class Status : std::uint8_t {
    done,     // some bytes; there may be more
    drained,  // some bytes, and no more for now
    blocked,  // none for now
    closed,   // the other side has ended its half
    failed,
  };
  struct Result {
    Status status;
    std::size_t bytes;
  };

  Result read(char* data, std::size_t size);
  /// The other side has ended its half: what is read next may be the last.
  void hung_up() {
    if (tls_ != nullptr) tls_->hung_up();
  }
  /// Writes as much as the socket takes of the parts.
  Result write(std::span<const std::string_view> parts);

  /// Ends this side's half: everything written arrives, then the end.
  void shut_write();
  void close() {
    tls_.reset();
    socket_.reset();
  }
  /// Close with a reset, so that the kernel keeps nothing for a peer that does not read.
  void abort();

  int descriptor() const { return socket_.get(); }
  bool secure() const { return tls_ != nullptr; }
  /// Bytes at the front of what was last written that must be written again first.
  std::size_t committed() const { return committed_; }

 private:
  Result read_tls(char* data, std::size_t size);
  Result write_plain(std::span<const std::string_view> parts);
  Result write_tls(std::span<const std::string_view> parts);

  Descriptor socket_;
  std::uint32_t committed_ = 0;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace plugboard::net
