// Certificates and names, for connections that are encrypted.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>
#include <string>

#include "plugboard/client/options.hpp"

namespace plugboard::client {

/// A context for clients, TLS 1.2 and up. Throws std::invalid_argument for a file of authorities
/// that cannot be read.
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TlsOptions& options);

/// Says whom we expect at the other end (RFC 6066 section 3), and checks it if `options` say so.
void expect_host(boost::beast::ssl_stream<boost::beast::tcp_stream>& stream,
                 const std::string& host, const TlsOptions& options);

}  // namespace plugboard::client
