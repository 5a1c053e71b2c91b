#include "support/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace plugboard::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error(what + ": " + reason.data());
}

void check(int result, const char* what) {
  if (result <= 0) fail(what);
}

bool await_events(int descriptor, short events, Deadline deadline) {
  pollfd watched{.fd = descriptor, .events = events, .revents = 0};
  return ::poll(&watched, 1, deadline.left_ms()) > 0;
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_file(const std::filesystem::path& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode), std::fclose);
  if (file == nullptr) throw std::runtime_error("cannot open " + path.string());
  return file;
}

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

void add_extension(X509* certificate, int kind, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  if (extension == nullptr) fail("a certificate's extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TlsClient::TlsClient(int descriptor, const TlsOptions& options, Deadline deadline)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), descriptor_(descriptor) {
  // OpenSSL writes without MSG_NOSIGNAL: a server that has closed meanwhile must not end the test.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  if (options.max_version != 0 && options.max_version < TLS1_2_VERSION) {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
  }
  SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
  SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!options.trusted.empty()) {
    check(SSL_CTX_load_verify_locations(context_.get(), options.trusted.c_str(), nullptr),
          "the trusted certificates");
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  }
  session_.reset(SSL_new(context_.get()), SSL_free);
  check(SSL_set_fd(session_.get(), descriptor), "a TLS session");
  if (options.ticket != nullptr) SSL_set_session(session_.get(), options.ticket.get());
  for (;;) {
    ERR_clear_error();
    const int code = SSL_connect(session_.get());
    if (code == 1) return;
    const int why = SSL_get_error(session_.get(), code);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) fail("the TLS handshake");
    if (!await_events(descriptor, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) {
      throw std::runtime_error("the TLS handshake does not end");
    }
  }
}

TlsClient::~TlsClient() {
  // OpenSSL forgets the tickets of sessions that were not ended in order.
  SSL_set_shutdown(session_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

ssize_t TlsClient::result(int code, std::size_t size) {
  if (code == 1) return static_cast<ssize_t>(size);
  switch (SSL_get_error(session_.get(), code)) {
    case SSL_ERROR_WANT_READ:
      events_ = POLLIN;
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_WANT_WRITE:
      events_ = POLLOUT;
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      ERR_clear_error();
      errno = ECONNRESET;
      return -1;
  }
}

ssize_t TlsClient::send(const char* data, std::size_t size) {
  std::size_t done = 0;
  ERR_clear_error();
  const int code = SSL_write_ex(session_.get(), data, size, &done);
  return result(code, done);
}

ssize_t TlsClient::receive(char* data, std::size_t size) {
  std::size_t done = 0;
  ERR_clear_error();
  const int code = SSL_read_ex(session_.get(), data, size, &done);
  return result(code, done);
}

void TlsClient::close_notify() { SSL_shutdown(session_.get()); }

bool TlsClient::renegotiate(Deadline deadline) {
  if (SSL_renegotiate(session_.get()) != 1) return false;
  for (;;) {
    ERR_clear_error();
    const int code = SSL_do_handshake(session_.get());
    if (code == 1) return true;
    const int why = SSL_get_error(session_.get(), code);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return false;
    if (!await_events(descriptor_, POLLIN, deadline)) return false;
  }
}

std::string TlsClient::version() const { return SSL_get_version(session_.get()); }

bool TlsClient::resumed() const { return SSL_session_reused(session_.get()) == 1; }

std::string TlsClient::common_name() const {
  const Certificate certificate(SSL_get1_peer_certificate(session_.get()), X509_free);
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

TlsTicket TlsClient::ticket() const { return {SSL_get1_session(session_.get()), SSL_SESSION_free}; }

bool TlsClient::notified() const {
  return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

CertificateFiles make_certificate(const std::filesystem::path& folder,
                                  const std::string& common_name, const CertificateFiles* issuer) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate(X509_new(), X509_free);
  X509* const made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made), -60);
  X509_gmtime_adj(X509_getm_notAfter(made), 24L * 60 * 60);
  X509_set_pubkey(made, key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  Certificate above(nullptr, X509_free);
  Key signing(nullptr, EVP_PKEY_free);
  if (issuer != nullptr) {
    above.reset(
        PEM_read_X509(open_file(issuer->certificate, "r").get(), nullptr, nullptr, nullptr));
    signing.reset(
        PEM_read_PrivateKey(open_file(issuer->private_key, "r").get(), nullptr, nullptr, nullptr));
  }
  X509_set_issuer_name(made, X509_get_subject_name(above ? above.get() : made));
  add_extension(made, NID_basic_constraints, issuer == nullptr ? "CA:TRUE" : "CA:FALSE");
  add_extension(made, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  check(X509_sign(made, signing ? signing.get() : key.get(), EVP_sha256()), "signing");

  const CertificateFiles files{.certificate = folder / (common_name + ".cert.pem"),
                               .private_key = folder / (common_name + ".key.pem")};
  const File out = open_file(files.certificate, "w");
  PEM_write_X509(out.get(), made);
  if (above) PEM_write_X509(out.get(), above.get());
  PEM_write_PrivateKey(open_file(files.private_key, "w").get(), key.get(), nullptr, nullptr, 0,
                       nullptr, nullptr);
  return files;
}

std::string tls_line(const CertificateFiles& files) {
  return "tls = { certificate = \"" + files.certificate.string() + "\", private_key = \"" +
         files.private_key.string() + "\" }\n";
}

}  // namespace plugboard::test
