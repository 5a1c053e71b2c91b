// TLS for listeners (manifest table [server.tls]): a certificate with its key, and the session of
// one connection. OpenSSL works on the non-blocking descriptor itself.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>

#include "net/tls_socket.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace plugboard::net {

/// What all sessions share. Immutable once loaded; any thread.
class TlsContext {
 public:
  /// Loads a PEM certificate chain (the server's own first) and its private key: TLS 1.2 and 1.3,
  /// session resumption, no renegotiation, no compression. A sentence if it can't be used: a file
  /// that cannot be read or parsed, a key that is encrypted or belongs to another certificate.
  static std::variant<std::shared_ptr<const TlsContext>, std::string> load(
      const std::filesystem::path& certificate, const std::filesystem::path& private_key);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

 private:
  friend class TlsSession;
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

  ssl_ctx_st* context_;
};

/// A session that somebody else began, on its way to the connection that goes on with it. Null:
/// there is none.
using HeldSession = std::shared_ptr<ssl_st>;

/// Takes over the caller's reference to an OpenSSL session; null stays null.
HeldSession held_session(ssl_st* session);

/// One connection's TLS. Only for the thread that owns the connection.
class TlsSession {
 public:
  /// Server side, on a non-blocking descriptor that stays the caller's. Throws std::bad_alloc.
  TlsSession(const TlsContext& context, int descriptor);
  /// Goes on with a session after its handshake. Nothing may wait in its BIOs, which are replaced.
  TlsSession(const HeldSession& session, int descriptor);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Status { done, blocked, closed, failed };
  struct Result {
    Status status;
    std::size_t bytes;
  };

  /// To be called before the first read of a turn: there may be bytes that were not there before.
  void begin_reading() { socket_.drained = false; }
  /// The other side has ended its half: what is read next may be the last.
  void hung_up() { socket_.hung_up = true; }
  /// The handshake is part of the first read.
  Result read(char* data, std::size_t size);
  /// May take less than all. After `blocked` the next write must begin with the same bytes, at
  /// least as many (they may lie elsewhere). `more`: another write follows at once.
  Result write(const char* data, std::size_t size, bool more);
  /// Tells the other side that nothing follows.
  void close_notify();

 private:
  Result result(int code, std::size_t bytes);

  /// Throws after freeing the session.
  void use_socket();

  TlsSocket socket_;
  ssl_st* session_;
  bool broken_ = false;
};

}  // namespace plugboard::net
