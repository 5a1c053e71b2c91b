// One connection to a database. Used by one thread at a time; only `interrupt` is for others.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sql/connection_failure.hpp"
#include "sql/database_url.hpp"
#include "sql/rows.hpp"

namespace plugboard::sql {

/// A parameter of a query: `:name` and what stands in its place. Texts are bound, or, where the
/// database's protocol knows no binding, escaped by its client library.
struct Parameter {
  std::string name;
  std::variant<std::string, long long> value;
};

struct ConnectionOptions {
  /// How long connecting may take, and each statement; the server is told too, so that it gives up
  /// what nobody waits for any more.
  std::chrono::milliseconds time{3000};
  /// SQLite: opened for reading only, and not made if it is not there.
  bool read_only = false;
  /// What COMMIT has answered survives a crash of the server's machine, as far as a connection can
  /// ask for that.
  bool durable = false;
};

class Connection {
 public:
  /// Connects; may take as long as the options say. Nothing can interrupt it. Throws Failure.
  Connection(const DatabaseUrl& url, const ConnectionOptions& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Tells the server how this connection is to behave. Once, before anything else. Throws Failure.
  void set_up();

  /// Tells the server to end statements that take longer than this; 0: not to.
  void limit_statements(std::chrono::milliseconds time);

  [[nodiscard]] Kind kind() const;
  /// As in the options.
  [[nodiscard]] std::chrono::milliseconds time() const;

  /// Runs one statement and returns all it found. Throws Failure.
  Rows run(const std::string& statement, const std::vector<Parameter>& parameters = {});

  /// False if what is connected to is not what the URL stands for any more: the server has closed
  /// the connection, or another file has taken the SQLite file's place.
  [[nodiscard]] bool is_current() const;

  /// Makes the call under way, if there is one, fail soon, whatever it waits for; and with it this
  /// connection for good, unless it is SQLite's. Any thread, while the object lives.
  void interrupt() noexcept;

  /// Says goodbye to the server. Afterwards only `interrupt` and the destructor may be called.
  void close() noexcept;

 private:
  class Link;
  std::unique_ptr<Link> link_;
};

/// Statements that count together or not at all. Undone when destroyed before `commit`.
class Transaction {
 public:
  /// SQLite: takes the right to write at once, so that it need not be asked for later in vain.
  explicit Transaction(Connection& connection);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// Throws Failure; then it is not known whether they count.
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace plugboard::sql
