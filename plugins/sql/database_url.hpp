// Where a database is, as the config's `connection` says it, translated for SOCI, which takes no
// URLs. Pure functions; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plugboard::sql {

enum class Kind : std::uint8_t { kSqlite, kPostgresql, kMysql };

/// The text is no URL of a database. The sentence holds nothing of the text itself, since that may
/// be a password.
class BadUrl : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct DatabaseUrl {
  Kind kind = Kind::kSqlite;
  /// For SQLite: the file, absolute.
  std::string file{};
  /// For the others: key words and values in the order given, such as {"host", "db.example"}.
  std::vector<std::pair<std::string, std::string>> words{};
  /// Texts that must not show in any message.
  std::vector<std::string> secrets{};
  /// For messages: the kind, and which server or file.
  std::string place{};

  /// `sqlite3://path`, `postgresql://[user[:password]@]host[:port]/database[?key=value&...]`,
  /// `mysql://` in the same way; parts are percent-encoded. `folder` is where relative SQLite paths
  /// begin. Throws BadUrl.
  static DatabaseUrl parse(std::string_view url, const std::string& folder);

  /// What SOCI's session takes. `connect_time` bounds how long connecting may take, in whole
  /// seconds and at least two, as libpq has it.
  [[nodiscard]] std::string soci_text(std::chrono::milliseconds connect_time) const;

  /// `text` with every secret in it replaced by asterisks.
  [[nodiscard]] std::string without_secrets(std::string text) const;
};

}  // namespace plugboard::sql
