// Tells hooks and the client that a connection was not let in.
#pragma once

#include <string_view>

#include "admission/refusal.hpp"
#include "http/response.hpp"
#include "net/settings.hpp"

namespace plugboard::net {

class Connection;

/// The hooks' peer_refused. `path`: of the request, as it was sent, without the query.
void report_refusal(const Settings& settings, const admission::Refusal& refusal, bool by_http,
                    const Connection& connection, std::string_view path);

/// A refusal as an answer to the upgrade request; closes.
http::Response refusal_response(const admission::Refusal& refusal);

}  // namespace plugboard::net
