// TLS for a raw socket of a test, on OpenSSL, and certificates to try it with. One thread.
#pragma once

#include <sys/types.h>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "support/deadline.hpp"

struct ssl_session_st;
struct ssl_st;
struct ssl_ctx_st;

namespace plugboard::test {

/// What a TLS session leaves for the next, so that it can be resumed.
using TlsTicket = std::shared_ptr<ssl_session_st>;

struct TlsOptions {
  /// As OpenSSL names them (TLS1_2_VERSION); 0: any. Versions before 1.2 also need ciphers that
  /// OpenSSL has given up, which asking for one here switches on.
  int min_version = 0;
  int max_version = 0;
  /// PEM file with the certificates that are trusted; not checked if empty.
  std::filesystem::path trusted = {};
  /// Resumed if the server agrees.
  TlsTicket ticket = nullptr;
};

class TlsClient {
 public:
  /// The handshake on a connected, non-blocking socket. Throws if the server refuses it or does
  /// not finish in time.
  TlsClient(int descriptor, const TlsOptions& options, Deadline deadline);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// As ::send and ::recv on a non-blocking socket. After EAGAIN, `events` says what poll(2) must
  /// wait for.
  ssize_t send(const char* data, std::size_t size);
  ssize_t receive(char* data, std::size_t size);
  [[nodiscard]] short events() const { return events_; }

  /// Tells the server that nothing follows.
  void close_notify();
  /// Asks for a new handshake, as TLS 1.2 allows. False if the server refuses it.
  bool renegotiate(Deadline deadline);

  [[nodiscard]] std::string version() const;
  [[nodiscard]] bool resumed() const;
  /// Of the server's certificate.
  [[nodiscard]] std::string common_name() const;
  /// With TLS 1.3 there is one only after something was received.
  [[nodiscard]] TlsTicket ticket() const;
  /// Whether the server has said that nothing follows.
  [[nodiscard]] bool notified() const;

 private:
  ssize_t result(int code, std::size_t size);

  std::shared_ptr<ssl_ctx_st> context_;
  std::shared_ptr<ssl_st> session_;
  int descriptor_;
  short events_ = 0;
};

/// A certificate and its key in PEM files.
struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path private_key;
};

/// Makes a certificate for `common_name` (and 127.0.0.1), with its key, in `folder`, good for a
/// day. Signed by itself, or by `issuer`, whose certificate is then part of the file: a chain.
CertificateFiles make_certificate(const std::filesystem::path& folder,
                                  const std::string& common_name,
                                  const CertificateFiles* issuer = nullptr);

/// The line of [server] that names them.
std::string tls_line(const CertificateFiles& files);

}  // namespace plugboard::test
