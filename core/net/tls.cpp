#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include <new>
#include <system_error>

namespace plugboard::net {
namespace {

// Four records of the largest size.
constexpr std::size_t kReadBuffer = 68 * 1024;

constexpr long kModes =
    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS;

std::string openssl_reason() {
  // The first is what went wrong, those behind it what that kept from being done.
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

// An encrypted key would ask for its passphrase on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return 0; }

}  // namespace

std::variant<std::shared_ptr<const TlsContext>, std::string> TlsContext::load(
    const std::filesystem::path& certificate, const std::filesystem::path& private_key) {
  ERR_clear_error();
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return "OpenSSL cannot start: " + openssl_reason();
  std::shared_ptr<const TlsContext> loaded(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, kModes);
  // One read takes several records; the buffer is given back when it is empty.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kReadBuffer);
  static constexpr unsigned char kSessionContext[] = "plugboard";
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
  // Resumption by tickets needs no memory here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return "the certificate " + certificate.string() + " cannot be used: " + openssl_reason();
  }
  const bool usable =
      SSL_CTX_use_PrivateKey_file(context, private_key.c_str(), SSL_FILETYPE_PEM) == 1;
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  if (!usable && reason != X509_R_KEY_VALUES_MISMATCH && reason != X509_R_KEY_TYPE_MISMATCH) {
    return "the private key " + private_key.string() + " cannot be used: " + openssl_reason();
  }
  if (!usable || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    return "the private key " + private_key.string() + " does not belong to the certificate " +
           certificate.string();
  }
  return loaded;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

HeldSession held_session(ssl_st* session) {
  return session != nullptr ? HeldSession(session, SSL_free) : HeldSession();
}

TlsSession::TlsSession(const TlsContext& context, int descriptor)
    : socket_{.descriptor = descriptor}, session_(SSL_new(context.context_)) {
  use_socket();
  SSL_set_accept_state(session_);
}

TlsSession::TlsSession(const HeldSession& session, int descriptor)
    : socket_{.descriptor = descriptor}, session_(session.get()) {
  SSL_up_ref(session_);
  // As TlsContext has it from the start; what was negotiated stays.
  SSL_set_options(session_, SSL_OP_NO_RENEGOTIATION);
  SSL_set_mode(session_, kModes);
  SSL_set_read_ahead(session_, 1);
  use_socket();
}

TlsSession::~TlsSession() { SSL_free(session_); }

void TlsSession::use_socket() {
  BIO* bio = session_ != nullptr ? new_bio(socket_) : nullptr;
  if (bio == nullptr) {
    SSL_free(session_);
    throw std::bad_alloc();
  }
  SSL_set_bio(session_, bio, bio);
}

TlsSession::Result TlsSession::read(char* data, std::size_t size) {
  if (broken_) return {Status::failed, 0};
  std::size_t bytes = 0;
  ERR_clear_error();
  const int code = SSL_read_ex(session_, data, size, &bytes);
  return result(code, bytes);
}

TlsSession::Result TlsSession::write(const char* data, std::size_t size, bool more) {
  if (broken_) return {Status::failed, 0};
  socket_.more = more;
  std::size_t bytes = 0;
  ERR_clear_error();
  const int code = SSL_write_ex(session_, data, size, &bytes);
  return result(code, bytes);
}

void TlsSession::close_notify() {
  if (broken_ || SSL_is_init_finished(session_) == 0) return;
  ERR_clear_error();
  socket_.more = false;
  SSL_shutdown(session_);
  ERR_clear_error();
}

TlsSession::Result TlsSession::result(int code, std::size_t bytes) {
  if (code == 1) return {Status::done, bytes};
  switch (SSL_get_error(session_, code)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {Status::blocked, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Status::closed, 0};
    default:
      // After a fatal error the session may not be used again, not even for closing.
      broken_ = true;
      ERR_clear_error();
      return {Status::failed, 0};
  }
}

}  // namespace plugboard::net
