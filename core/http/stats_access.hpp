// Who may see /stats (manifest key `stats.access`). Pure; any thread.
#pragma once

#include <optional>

#include "http/request_head.hpp"
#include "http/response.hpp"
#include "manifest/manifest.hpp"

namespace plugboard::http {

/// Nothing if the request may see the statistics; else what it gets instead:
/// with `loopback` 403 unless `from_loopback` (the TCP peer is this machine) and no header says
/// that the request was forwarded, as then anybody may have sent it;
/// with `token` 401 without `Authorization: Bearer`, 403 with another token.
[[nodiscard]] std::optional<Response> refuse_stats(const manifest::Stats& stats,
                                                   const RequestHead& request, bool from_loopback);

}  // namespace plugboard::http
