// Hands connections of an HTTPS server on Boost.Beast over to a Server, their TLS session included.
// The program and the relay must use the same OpenSSL library.
#ifndef PLUGBOARD_BEAST_SSL_HPP
#define PLUGBOARD_BEAST_SSL_HPP

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/message.hpp>
#include <cstddef>
#include <plugboard/beast.hpp>
#include <plugboard/server.hpp>
#include <string>
#include <type_traits>

namespace plugboard {

namespace detail {

/// What has arrived in a session and was not read, so that its BIO can be replaced.
inline std::string rest_of_session(SSL* session) {
  std::string rest;
  std::array<char, 16384> piece;
  std::size_t size = 0;
  ERR_clear_error();
  // Until it asks for more, or has come to an end, which it will say again.
  while (SSL_read_ex(session, piece.data(), piece.size(), &size) == 1) {
    rest.append(piece.data(), size);
  }
  ERR_clear_error();
  return rest;
}

}  // namespace detail

/// As hand_over() of beast.hpp, for a stream with TLS after its handshake: boost::asio::ssl::stream
/// or boost::beast::ssl_stream, of a TCP socket or a beast::tcp_stream, with nothing under way on
/// it. The stream is gone afterwards.
template <class Stream, class Body, class Fields, class Buffers>
void hand_over_ssl(Server& server, Stream&& stream,
                   const boost::beast::http::request<Body, Fields>& request, const Buffers& rest) {
  static_assert(!std::is_lvalue_reference_v<Stream>, "move the stream in: it ends here");
  std::string received = detail::said_again(request, rest);
  SSL* session = nullptr;
  int descriptor = -1;
  {
    Stream ending(std::move(stream));
    session = ending.native_handle();
    SSL_up_ref(session);
    auto& socket = boost::beast::get_lowest_layer(ending);
    if constexpr (requires { socket.release_socket(); }) {
      descriptor = socket.release_socket().release();
    } else {
      descriptor = socket.release();
    }
    // What the session may have to say while it is read out goes to the socket: the stream's own
    // buffers go with the stream.
    SSL_set0_wbio(session, BIO_new_socket(descriptor, BIO_NOCLOSE));
    received += detail::rest_of_session(session);
  }
  server.adopt(descriptor, session, received);
}

}  // namespace plugboard

#endif
