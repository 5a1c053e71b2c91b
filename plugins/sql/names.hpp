// Names in SQL: those of tables and columns, and those of parameters. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/database_url.hpp"

namespace plugboard::sql {

/// A table's or column's name as it stands in a query, each part (`schema.table`) quoted in the
/// database's own way, so that reserved words are names too.
[[nodiscard]] std::string quoted_name(Kind kind, std::string_view name);

/// The parameters (`:name`) of a query in their order, repeated ones included; without what stands
/// in quotation marks, and without PostgreSQL's casts (`::text`) and assignments (`:=`).
[[nodiscard]] std::vector<std::string> parameter_names(std::string_view query);

}  // namespace plugboard::sql
