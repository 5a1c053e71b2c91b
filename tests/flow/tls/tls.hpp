// A relay that speaks TLS, and peers on it whose frames a test writes by hand.
#pragma once

#include <optional>
#include <string>

#include "flow/suite.hpp"
#include "support/temp_dir.hpp"
#include "support/tls_client.hpp"

namespace plugboard::test {

/// A folder with a certificate that is its own authority.
class TlsFolder {
 public:
  [[nodiscard]] const TempDir& folder() const { return folder_; }
  [[nodiscard]] const CertificateFiles& files() const { return files_; }
  [[nodiscard]] Manifest manifest(const std::string& server = "") const {
    return {.server = tls_line(files_) + server};
  }

 private:
  TempDir folder_;
  CertificateFiles files_ = make_certificate(folder_.path(), "localhost");
};

inline SocketOptions over_tls(const TlsOptions& options = {}) { return {.tls = options}; }

/// A registered peer on TLS.
class TlsPeer {
 public:
  explicit TlsPeer(const Endpoint& endpoint, const SocketOptions& options = over_tls(),
                   const std::string& id = fresh_id())
      : address_("pwa:" + id), socket_(endpoint, options) {
    socket_.upgrade("/pwa/" + id, "", ping_frame("in"));
    if (!socket_.frame_but_ping().is(Opcode::kPong)) throw std::runtime_error("not registered");
  }

  RawSocket& socket() { return socket_; }
  [[nodiscard]] const std::string& address() const { return address_; }

  /// Sends a message to `to` and returns its bytes.
  std::string send(const std::string& to, const nlohmann::json& payload) {
    std::string message = routed(address_, to, payload);
    socket_.send(text_frame(message));
    return message;
  }
  std::string receive() { return socket_.frame_but_ping().payload; }

 private:
  std::string address_;
  RawSocket socket_;
};

/// Tests that share a relay with TLS and leave nothing behind.
class OverTls : public testing::Test {
 public:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TlsFolder>();
    relay_ = std::make_unique<RelayProcess>(
        folder_->manifest("max_message = \"3 MiB\"\noutbox_limit = \"8 MiB\"\n"));
  }
  static void TearDownTestSuite() {
    relay_.reset();
    folder_.reset();
  }

 protected:
  static const Endpoint& endpoint() { return relay_->endpoint(); }
  static const CertificateFiles& files() { return folder_->files(); }

 private:
  inline static std::unique_ptr<TlsFolder> folder_;
  inline static std::unique_ptr<RelayProcess> relay_;
};

}  // namespace plugboard::test
