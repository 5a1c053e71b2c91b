// What went wrong between a plugin and its database, sorted by what is to be done about it.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "sql/database_url.hpp"

namespace plugboard::sql {

enum class Cause : std::uint8_t {
  kConnection,      ///< not reachable, refused or lost: connect again
  kAuthentication,  ///< the database does not take this user and password
  kNoDatabase,      ///< the server has no database of this name
  kNoTable,
  kNoColumn,
  kPermission,  ///< the user may not do this
  kValue,       ///< a parameter is nothing that its column could hold
  kDuplicate,   ///< somebody else made the same row meanwhile: try again
  kConflict,    ///< deadlock, or a transaction that could not be serialised: try again
  kTooSlow,     ///< the server or the plugin ended a statement that took too long
  kOther,
};

/// Thrown by everything that talks to a database. The sentence is fit for the log: one line,
/// without passwords and without the values of a query.
class Failure : public std::runtime_error {
 public:
  Failure(Cause cause, const std::string& sentence) : std::runtime_error(sentence), cause_(cause) {}

  [[nodiscard]] Cause cause() const noexcept { return cause_; }

 private:
  Cause cause_;
};

/// Turns the exception that is being handled into a Failure. `values`: those of the query, which
/// databases like to quote in their messages.
[[nodiscard]] Failure present_failure(const DatabaseUrl& url,
                                      const std::vector<std::string>& values = {});

}  // namespace plugboard::sql
