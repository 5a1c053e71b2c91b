#include "sql/connection.hpp"

#include <fcntl.h>
#include <poll.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <optional>

namespace plugboard::sql {
namespace {

const soci::backend_factory& factory(Kind kind) {
  switch (kind) {
    case Kind::kPostgresql:
      return *soci::factory_postgresql();
    case Kind::kMysql:
      return *soci::factory_mysql();
    case Kind::kSqlite:
      break;
  }
  return *soci::factory_sqlite3();
}

// SOCI's own ways of reading want to know each column's type, and refuse those they do not know.
// All three libraries give every value as text.

void read_result(const soci::postgresql_statement_backend& statement, Rows& rows) {
  const PGresult* const result = statement.result_.get_result();
  if (result == nullptr) return;
  const int columns = PQnfields(result);
  for (int c = 0; c < columns; ++c) rows.columns.emplace_back(PQfname(result, c));
  const int count = columns == 0 ? 0 : PQntuples(result);
  for (int r = 0; r < count; ++r) {
    auto& row = rows.rows.emplace_back();
    for (int c = 0; c < columns; ++c) {
      if (PQgetisnull(result, r, c) != 0) {
        row.emplace_back();
      } else {
        row.emplace_back(std::in_place, PQgetvalue(result, r, c),
                         static_cast<std::size_t>(PQgetlength(result, r, c)));
      }
    }
  }
}

void read_result(const soci::mysql_statement_backend& statement, Rows& rows) {
  MYSQL_RES* const result = statement.result_;
  if (result == nullptr) return;
  const unsigned columns = mysql_num_fields(result);
  const MYSQL_FIELD* const fields = mysql_fetch_fields(result);
  for (unsigned c = 0; c < columns; ++c) rows.columns.emplace_back(fields[c].name);
  mysql_data_seek(result, 0);
  while (char** const values = mysql_fetch_row(result)) {
    const unsigned long* const sizes = mysql_fetch_lengths(result);
    auto& row = rows.rows.emplace_back();
    for (unsigned c = 0; c < columns; ++c) {
      if (values[c] == nullptr) {
        row.emplace_back();
      } else {
        row.emplace_back(std::in_place, values[c], sizes[c]);
      }
    }
  }
}

// SQLite gives a row at a time; the first has been stepped to already.
void read_result(soci::sqlite3_statement_backend& statement, bool has_row, Rows& rows) {
  const int columns = sqlite_api::sqlite3_column_count(statement.stmt_);
  for (int c = 0; c < columns; ++c) {
    rows.columns.emplace_back(sqlite_api::sqlite3_column_name(statement.stmt_, c));
  }
  for (; has_row && columns > 0;
       has_row = statement.fetch(1) == soci::details::statement_backend::ef_success) {
    auto& row = rows.rows.emplace_back();
    for (int c = 0; c < columns; ++c) {
      if (sqlite_api::sqlite3_column_type(statement.stmt_, c) == SQLITE_NULL) {
        row.emplace_back();
        continue;
      }
      // As a blob, which leaves bytes as they are; a number has to be turned into text first.
      const bool is_blob = sqlite_api::sqlite3_column_type(statement.stmt_, c) == SQLITE_BLOB;
      const void* const data = is_blob ? sqlite_api::sqlite3_column_blob(statement.stmt_, c)
                                       : sqlite_api::sqlite3_column_text(statement.stmt_, c);
      const auto size =
          static_cast<std::size_t>(sqlite_api::sqlite3_column_bytes(statement.stmt_, c));
      row.emplace_back(std::in_place, static_cast<const char*>(data), data == nullptr ? 0 : size);
    }
  }
}

/// Which file a path leads to.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

}  // namespace

class Connection::Link {
 public:
  Link(const DatabaseUrl& url, const ConnectionOptions& options) : url_(url), options_(options) {
    std::string text = url.soci_text(options.time);
    if (url.kind == Kind::kSqlite) {
      if (options.read_only) text += " readonly=true";
      // SOCI leaks the handle's memory and says little when the file cannot be opened.
      if (options.read_only && !identity_of(url.file)) {
        throw Failure(Cause::kConnection, "there is no file " + url.file);
      }
    }
    try {
      session_.emplace(factory(url.kind), text);
    } catch (...) {
      throw present_failure(url);
    }
    watch();
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    close();
    if (socket_ >= 0) ::close(socket_);
  }

  [[nodiscard]] Kind kind() const { return url_.kind; }
  [[nodiscard]] const ConnectionOptions& options() const { return options_; }

  Rows run(const std::string& text, const std::vector<Parameter>& parameters) {
    try {
      soci::statement statement(*session_);
      for (const Parameter& parameter : parameters) {
        std::visit([&](const auto& value) { statement.exchange(soci::use(value, parameter.name)); },
                   parameter.value);
      }
      statement.alloc();
      // Not prepared at the server: that would tie the statement to the table's present shape.
      statement.prepare(text, soci::details::st_one_time_query);
      statement.define_and_bind();
      const bool has_row = statement.execute(true);
      return result_of(statement, has_row);
    } catch (...) {
      throw present_failure(url_, texts(parameters));
    }
  }

  [[nodiscard]] bool is_current() const {
    if (url_.kind == Kind::kSqlite) return identity_of(url_.file) == file_;
    // The server has nothing to say while nobody asks: that it does means the end.
    pollfd waiting{socket_, POLLIN | POLLRDHUP, 0};
    return poll(&waiting, 1, 0) == 0;
  }

  void interrupt() noexcept {
    if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
    const std::lock_guard lock(sqlite_mutex_);
    if (sqlite_ != nullptr) sqlite_api::sqlite3_interrupt(sqlite_);
  }

  void close() noexcept {
    {
      const std::lock_guard lock(sqlite_mutex_);
      sqlite_ = nullptr;
    }
    try {
      session_.reset();
    } catch (...) {
      // What is left to do about a connection that does not even end?
    }
  }

 private:
  /// Keeps what `interrupt` needs. The socket as a descriptor of our own: the client library may
  /// close its own at any time, and the number may then come to mean somebody else's.
  void watch() {
    soci::details::session_backend* const backend = session_->get_backend();
    int socket = -1;
    switch (url_.kind) {
      case Kind::kPostgresql: {
        PGconn* const connection = static_cast<soci::postgresql_session_backend*>(backend)->conn_;
        // Otherwise notices go to standard error, which is the relay's log.
        PQsetNoticeProcessor(
            connection, [](void*, const char*) {}, nullptr);
        socket = PQsocket(connection);
        break;
      }
      case Kind::kMysql:
        socket = static_cast<int>(
            mysql_get_socket(static_cast<soci::mysql_session_backend*>(backend)->conn_));
        break;
      case Kind::kSqlite:
        sqlite_ = static_cast<soci::sqlite3_session_backend*>(backend)->conn_;
        sqlite_api::sqlite3_busy_timeout(sqlite_, static_cast<int>(options_.time.count()));
        file_ = identity_of(url_.file);
        return;
    }
    socket_ = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (socket_ < 0) {
      session_.reset();
      throw Failure(Cause::kConnection, "no descriptor is left to watch the connection by");
    }
  }

  [[nodiscard]] Rows result_of(soci::statement& statement, bool has_row) const {
    Rows rows;
    soci::details::statement_backend* const backend = statement.get_backend();
    switch (url_.kind) {
      case Kind::kPostgresql:
        read_result(*static_cast<soci::postgresql_statement_backend*>(backend), rows);
        break;
      case Kind::kMysql:
        read_result(*static_cast<soci::mysql_statement_backend*>(backend), rows);
        break;
      case Kind::kSqlite:
        read_result(*static_cast<soci::sqlite3_statement_backend*>(backend), has_row, rows);
        break;
    }
    if (rows.columns.empty()) rows.affected = statement.get_affected_rows();
    return rows;
  }

  static std::vector<std::string> texts(const std::vector<Parameter>& parameters) {
    std::vector<std::string> result;
    for (const Parameter& parameter : parameters) {
      if (const auto* text = std::get_if<std::string>(&parameter.value)) result.push_back(*text);
    }
    return result;
  }

  const DatabaseUrl url_;
  const ConnectionOptions options_;
  std::optional<soci::session> session_;
  int socket_ = -1;                   // our own descriptor of the session's; -1 for SQLite
  std::optional<FileIdentity> file_;  // SQLite's, when it was opened
  std::mutex sqlite_mutex_;
  sqlite_api::sqlite3* sqlite_ = nullptr;  // guarded by sqlite_mutex_; null once closed
};

Connection::Connection(const DatabaseUrl& url, const ConnectionOptions& options)
    : link_(std::make_unique<Link>(url, options)) {}

Connection::~Connection() = default;

Kind Connection::kind() const { return link_->kind(); }
std::chrono::milliseconds Connection::time() const { return link_->options().time; }

void Connection::set_up() {
  const ConnectionOptions& options = link_->options();
  limit_statements(options.time);
  switch (kind()) {
    case Kind::kPostgresql:
      run("SET DateStyle = 'ISO'");
      if (options.durable) {
        // Not where it is set to something stricter.
        run("SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') = 'off'");
      }
      break;
    case Kind::kMysql: {
      const auto seconds =
          std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(options.time).count());
      run("SET SESSION innodb_lock_wait_timeout = " + std::to_string(seconds));
      run("SET SESSION time_zone = '+00:00'");
      // Locks no gaps, which otherwise make writers wait for each other without need.
      run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
      if (options.durable) {
        // A text or number that does not fit is an error, not cut.
        run("SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')");
      }
      break;
    }
    case Kind::kSqlite:
      // Also tells a file that is no database from one.
      run("SELECT count(*) FROM sqlite_master");
      if (options.durable) {
        run("PRAGMA journal_mode = WAL");
        run("PRAGMA synchronous = FULL");
      }
      break;
  }
}

void Connection::limit_statements(std::chrono::milliseconds time) {
  const std::string number = std::to_string(time.count());
  if (kind() == Kind::kPostgresql) {
    run("SET statement_timeout = " + number);
  } else if (kind() == Kind::kMysql) {
    const bool is_mariadb =
        run("SELECT version()").only().value_or("").find("MariaDB") != std::string::npos;
    run(is_mariadb ? "SET SESSION max_statement_time = " + number + " / 1000.0"
                   : "SET SESSION max_execution_time = " + number);
  }
}

Rows Connection::run(const std::string& statement, const std::vector<Parameter>& parameters) {
  return link_->run(statement, parameters);
}

bool Connection::is_current() const { return link_->is_current(); }
void Connection::interrupt() noexcept { link_->interrupt(); }
void Connection::close() noexcept { link_->close(); }

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.run(connection_.kind() == Kind::kSqlite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const Failure&) {
    // The connection has gone, and the transaction with it.
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

}  // namespace plugboard::sql
