// When a key expires, as databases write times. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace plugboard::key_store_sql {

/// Reads the text of a column `expires_at`: Unix seconds, with or without a fraction, or a date and
/// time as databases print them (`2026-01-31 12:00:00+01`), which without a time zone is UTC;
/// PostgreSQL's `infinity` too. The result is what Grant::expires_at_ms takes: Unix milliseconds,
/// 0 for never, and never 0 for a time, however long ago. Nothing if it is no time.
[[nodiscard]] std::optional<std::int64_t> parse_expiry(std::string_view text);

}  // namespace plugboard::key_store_sql
