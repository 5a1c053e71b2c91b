#include "sql/connection_failure.hpp"

#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <string_view>
#include <utility>

namespace plugboard::sql {
namespace {

Cause postgresql_cause(const std::string& state) {
  constexpr std::pair<std::string_view, Cause> kStates[] = {
      {"08", Cause::kConnection},     {"57P", Cause::kConnection},  // the server shuts down
      {"28", Cause::kAuthentication}, {"3D000", Cause::kNoDatabase}, {"42P01", Cause::kNoTable},
      {"3F000", Cause::kNoTable},  // no such schema
      {"42703", Cause::kNoColumn},    {"42501", Cause::kPermission}, {"23505", Cause::kDuplicate},
      {"42P07", Cause::kDuplicate},   {"40", Cause::kConflict},      {"55P03", Cause::kTooSlow},
      {"57014", Cause::kTooSlow},     {"22P02", Cause::kValue},      {"22003", Cause::kValue},
      {"22021", Cause::kValue},
  };
  for (const auto& [prefix, cause] : kStates) {
    if (state.starts_with(prefix)) return cause;
  }
  return Cause::kOther;
}

// libpq does not give a code for what happens while it connects.
Cause postgresql_connecting_cause(std::string_view message) {
  if (message.find("password") != message.npos || message.find("authentication") != message.npos) {
    return Cause::kAuthentication;
  }
  if (message.find("database \"") != message.npos) return Cause::kNoDatabase;
  return Cause::kConnection;
}

Cause mysql_cause(unsigned number) {
  switch (number) {
    case 1045:  // access denied for the user
    case 1698:
    case 1251:
    case 2059:
      return Cause::kAuthentication;
    case 1049:
      return Cause::kNoDatabase;
    case 1146:
    case 1932:  // the table's files have gone
      return Cause::kNoTable;
    case 1054:
      return Cause::kNoColumn;
    case 1044:
    case 1142:
    case 1143:
    case 1227:
    case 1370:
      return Cause::kPermission;
    case 1050:
    case 1061:
    case 1062:
      return Cause::kDuplicate;
    case 1213:
    case 1020:
      return Cause::kConflict;
    case 1205:
    case 1969:
    case 3024:
      return Cause::kTooSlow;
    case 1040:  // too many connections
    case 1053:  // the server shuts down
    case 1077:
    case 1079:
    case 1129:
    case 1130:
    case 1158:
    case 1159:
    case 1160:
    case 1161:
    case 1927:
      return Cause::kConnection;
    default:
      return number >= 2000 && number < 3000 ? Cause::kConnection : Cause::kOther;
  }
}

Cause sqlite_cause(int result, std::string_view message) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
      return Cause::kTooSlow;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_NOTFOUND:
      return Cause::kConnection;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Cause::kPermission;
    case SQLITE_CONSTRAINT:
      return Cause::kDuplicate;
    default:
      break;
  }
  if (message.find("no such table") != message.npos) return Cause::kNoTable;
  if (message.find("no such column") != message.npos) return Cause::kNoColumn;
  return Cause::kOther;
}

/// One line, without what SOCI puts in front for programmers.
std::string one_line(std::string_view message) {
  for (const std::string_view prefix :
       {"sqlite3_statement_backend::prepare: ", "sqlite3_statement_backend::loadOne: ",
        "Cannot execute query. Fatal error. ", "Cannot establish connection to the database.",
        "Cannot execute query. "}) {
    if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  }
  std::string line;
  for (const char c : message) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  constexpr std::size_t kLongest = 400;
  if (line.size() > kLongest) line.resize(kLongest);
  return line;
}

std::string without_values(std::string text, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    if (value.size() < 4) continue;  // says nothing, and may be part of any word
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 3)) {
      text.replace(at, value.size(), "***");
    }
  }
  return text;
}

}  // namespace

Failure present_failure(const DatabaseUrl& url, const std::vector<std::string>& values) {
  // get_error_message(), never what(): the latter holds the query with its values.
  const auto failure = [&](Cause cause, const std::string& message) {
    return Failure(cause, one_line(url.without_secrets(without_values(message, values))));
  };
  try {
    throw;
  } catch (const Failure& known) {
    return known;
  } catch (const soci::postgresql_soci_error& error) {
    return failure(postgresql_cause(error.sqlstate()), error.get_error_message());
  } catch (const soci::mysql_soci_error& error) {
    return failure(mysql_cause(error.err_num_), error.get_error_message());
  } catch (const soci::sqlite3_soci_error& error) {
    const std::string message = error.get_error_message();
    return failure(sqlite_cause(error.result(), message), message);
  } catch (const soci::soci_error& error) {
    const std::string message = error.get_error_message();
    const bool connecting = message.starts_with("Cannot establish connection");
    return failure(connecting ? postgresql_connecting_cause(message) : Cause::kOther, message);
  } catch (const std::exception& error) {
    return failure(Cause::kOther, error.what());
  } catch (...) {
    return Failure(Cause::kOther, "failed with an exception of unknown type");
  }
}

}  // namespace plugboard::sql
