// Hands connections of an HTTP server on Boost.Beast over to a Server.
#ifndef PLUGBOARD_BEAST_HPP
#define PLUGBOARD_BEAST_HPP

#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/write.hpp>
#include <plugboard/server.hpp>
#include <sstream>
#include <string>
#include <utility>

namespace plugboard {

namespace detail {

/// What a client sent: the request, and what has been read behind it. Beast keeps fields in their
/// order and as they were written.
template <class Body, class Fields, class Buffers>
std::string said_again(const boost::beast::http::request<Body, Fields>& request,
                       const Buffers& rest) {
  std::ostringstream said;
  said << request;
  std::string received = std::move(said).str();
  received.append(boost::asio::buffers_begin(rest), boost::asio::buffers_end(rest));
  return received;
}

}  // namespace detail

/// Hands over a connection on which `request` has been read, and nothing has been answered: an
/// upgrade, or a request for one of the relay's own routes. `rest`: what has been read beyond the
/// request, such as the data of the buffer it was read with. `Socket`: a TCP socket of any
/// executor, with nothing under way on it; a tcp_stream's is its release_socket().
template <class Socket, class Body, class Fields, class Buffers>
void hand_over(Server& server, Socket&& socket,
               const boost::beast::http::request<Body, Fields>& request, const Buffers& rest) {
  server.adopt(socket.release(), detail::said_again(request, rest));
}

}  // namespace plugboard

#endif
