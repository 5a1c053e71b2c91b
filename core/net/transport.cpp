#include "net/transport.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace plugboard::net {
namespace {

// A TLS record holds at most this much; OpenSSL takes one at a time with partial writes.
constexpr std::size_t kTlsRecord = 16 * 1024;

}  // namespace

Transport::Result Transport::read(char* data, std::size_t size) {
  if (tls_ != nullptr) return read_tls(data, size);
  for (;;) {
    const ssize_t count = ::recv(socket_.get(), data, size, 0);
    if (count > 0) {
      const auto bytes = static_cast<std::size_t>(count);
      return {bytes < size ? Status::drained : Status::done, bytes};
    }
    if (count == 0) return {Status::closed, 0};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? Status::blocked : Status::failed, 0};
  }
}

// A session gives a record at a time; frames lie whole more often behind several.
Transport::Result Transport::read_tls(char* data, std::size_t size) {
  tls_->begin_reading();
  std::size_t bytes = 0;
  for (;;) {
    const TlsSession::Result result = tls_->read(data + bytes, size - bytes);
    if (result.status == TlsSession::Status::done) {
      bytes += result.bytes;
      if (bytes == size) return {Status::done, bytes};
      continue;
    }
    if (result.status == TlsSession::Status::blocked) {
      return {bytes > 0 ? Status::drained : Status::blocked, bytes};
    }
    if (bytes > 0) return {Status::done, bytes};  // the end is told again
    return {result.status == TlsSession::Status::closed ? Status::closed : Status::failed, 0};
  }
}

Transport::Result Transport::write(std::span<const std::string_view> parts) {
  return tls_ != nullptr ? write_tls(parts) : write_plain(parts);
}

Transport::Result Transport::write_plain(std::span<const std::string_view> parts) {
  std::array<iovec, 64> vectors;
  const std::size_t count = std::min(parts.size(), vectors.size());
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = count == 1
                             ? ::send(socket_.get(), vectors[0].iov_base, vectors[0].iov_len,
                                      MSG_NOSIGNAL | MSG_DONTWAIT)
                             : ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return {Status::done, static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? Status::blocked : Status::failed, 0};
  }
}

Transport::Result Transport::write_tls(std::span<const std::string_view> parts) {
  std::array<char, kTlsRecord> gathered;
  std::size_t total = 0;
  for (const std::string_view each : parts) total += each.size();
  std::size_t written = 0;
  std::size_t part = 0;
  std::size_t offset = 0;
  while (part < parts.size()) {
    // Small parts share a record; a large one goes from where it lies.
    const char* data = parts[part].data() + offset;
    std::size_t size = std::min(parts[part].size() - offset, kTlsRecord);
    if (size < kTlsRecord && part + 1 < parts.size()) {
      size = 0;
      std::size_t from = part;
      std::size_t from_offset = offset;
      while (from < parts.size() && size < kTlsRecord) {
        const std::string_view rest = parts[from].substr(from_offset);
        const std::size_t take = std::min(rest.size(), kTlsRecord - size);
        std::copy_n(rest.data(), take, gathered.data() + size);
        size += take;
        ++from;
        from_offset = 0;
      }
      data = gathered.data();
    }
    const TlsSession::Result result = tls_->write(data, size, written + size < total);
    if (result.status != TlsSession::Status::done) {
      const bool blocked = result.status == TlsSession::Status::blocked;
      committed_ = blocked ? static_cast<std::uint32_t>(size) : 0;
      if (written > 0 && blocked) return {Status::done, written};
      return {blocked ? Status::blocked : Status::failed, 0};
    }
    committed_ = 0;
    written += result.bytes;
    std::size_t advance = result.bytes;
    while (advance > 0) {
      const std::size_t step = std::min(advance, parts[part].size() - offset);
      offset += step;
      advance -= step;
      if (offset == parts[part].size()) {
        ++part;
        offset = 0;
      }
    }
  }
  return {Status::done, written};
}

void Transport::shut_write() {
  if (tls_ != nullptr) tls_->close_notify();
  ::shutdown(socket_.get(), SHUT_WR);
}

void Transport::abort() {
  const linger reset{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close();
}

}  // namespace plugboard::net
