#include "net/refusals.hpp"

#include <plugboard/hook.h>

#include "http/answers.hpp"
#include "net/connection.hpp"

namespace plugboard::net {
namespace {

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

void report_refusal(const Settings& settings, const admission::Refusal& refusal, bool by_http,
                    const Connection& connection, std::string_view path) {
  if (!settings.chains->hooks.wants_refused()) return;
  const std::string client = connection.client().text();
  const plugboard_peer_refusal event{.size = sizeof(plugboard_peer_refusal),
                                     .step = static_cast<std::uint32_t>(refusal.step),
                                     .code = borrow(refusal.code),
                                     .message = borrow(refusal.message),
                                     .close_code = by_http ? 0U : refusal.close_code,
                                     .http_status = by_http ? refusal.http_status : 0U,
                                     .client_address = borrow(client),
                                     .path = borrow(path),
                                     .key_name = borrow(connection.key_name())};
  settings.chains->hooks.peer_refused(event);
}

http::Response refusal_response(const admission::Refusal& refusal) {
  // Refusals that have no status of their own can still come before the upgrade is answered, when
  // a plugin or a revocation ends the connection.
  const unsigned status = refusal.http_status != 0 ? refusal.http_status : 403;
  http::Response response =
      refusal.retry_after ? http::try_again_response(status, refusal.message, *refusal.retry_after)
                          : http::error_response(status, refusal.message);
  response.close = true;
  return response;
}

}  // namespace plugboard::net
