// What a key allows, from the columns of its row. Pure functions; any thread.
#pragma once

#include <plugboard/plugin.hpp>
#include <vector>

#include "sql/rows.hpp"

namespace plugboard::key_store_sql {

/// Reads the optional columns channels, reach (comma separated; NULL: all, empty: none), ids,
/// expires_at and attributes; a column that is not there reads as NULL. Throws sql::Failure if a
/// value cannot be understood: a limit that cannot be read must not become none.
[[nodiscard]] Grant grant_of(const sql::Rows& rows, const std::vector<sql::Value>& row);

}  // namespace plugboard::key_store_sql
