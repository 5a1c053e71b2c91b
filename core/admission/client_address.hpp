// Who is at the other end, where proxies stand between (docs/protocol.md, "Connecting", step 2).
// Pure; any thread.
#pragma once

#include <span>
#include <string_view>

#include "admission/ip_address.hpp"
#include "manifest/manifest.hpp"

namespace plugboard::admission {

/// The header that manifest key `server.forwarded_header` names. Only this one is read.
[[nodiscard]] std::string_view header_name(manifest::ForwardedHeader header);

/// Whether manifest key `server.trusted_proxies` holds the address.
[[nodiscard]] bool is_trusted(const IpAddress& address, const manifest::TrustedProxies& proxies);

/// The client's address. `tcp_peer`, unless that is a trusted proxy: then the right-most address in
/// the header that is not itself trusted; if all are, the left-most. Walking from the right, the
/// first entry that cannot be read makes it `tcp_peer`, as do a header that is missing or empty.
///
/// `lines`: the values of all headers of that name, in the order sent. X-Forwarded-For: addresses
/// separated by commas, with or without port, IPv6 with or without brackets, quotes allowed.
/// Forwarded (RFC 7239): the `for` parameters; an element without one cannot be read, nor can
/// `unknown` and obfuscated names. Empty elements are passed over.
[[nodiscard]] IpAddress client_address(const IpAddress& tcp_peer,
                                       std::span<const std::string_view> lines,
                                       manifest::ForwardedHeader header,
                                       const manifest::TrustedProxies& proxies);

}  // namespace plugboard::admission
