#include "net/tls_socket.hpp"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <cerrno>

namespace plugboard::net {
namespace {

TlsSocket& socket_of(BIO* bio) { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }

bool is_passing(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  const TlsSocket& socket = socket_of(bio);
  BIO_clear_retry_flags(bio);
  const int more = socket.more ? MSG_MORE : 0;
  const ssize_t count = ::send(socket.descriptor, data, size, MSG_NOSIGNAL | MSG_DONTWAIT | more);
  *written = count > 0 ? static_cast<std::size_t>(count) : 0;
  if (count > 0) return 1;
  if (count < 0 && is_passing(errno)) BIO_set_retry_write(bio);
  return 0;
}

int read(BIO* bio, char* data, std::size_t size, std::size_t* read) {
  TlsSocket& socket = socket_of(bio);
  BIO_clear_retry_flags(bio);
  *read = 0;
  if (socket.drained) {
    BIO_set_retry_read(bio);
    return 0;
  }
  const ssize_t count = ::recv(socket.descriptor, data, size, MSG_DONTWAIT);
  if (count > 0) {
    *read = static_cast<std::size_t>(count);
    socket.drained = *read < size && !socket.hung_up;
    return 1;
  }
  if (count == 0) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  } else if (is_passing(errno)) {
    BIO_set_retry_read(bio);
  }
  return 0;
}

// What a session asks of its socket: flushing (nothing is held back here), and whether the other
// side has ended.
long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

BIO_METHOD* method() {
  static BIO_METHOD* const made = [] {
    BIO_METHOD* created = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tls socket");
    if (created == nullptr) return created;
    BIO_meth_set_write_ex(created, write);
    BIO_meth_set_read_ex(created, read);
    BIO_meth_set_ctrl(created, control);
    return created;
  }();
  return made;
}

}  // namespace

bio_st* new_bio(TlsSocket& socket) {
  BIO* bio = method() != nullptr ? BIO_new(method()) : nullptr;
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &socket);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace plugboard::net
