// Real database servers for tests: PostgreSQL and MariaDB from Debian's packages, each with a data
// folder of its own, on the loopback interface and a unix socket. They start when first asked for
// and go with the test program, however that ends. One thread, but for `signal`.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sql/database_url.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {

class DatabaseServer {
 public:
  /// The program's server of that kind, running. Throws with the server's log if it does not start.
  static DatabaseServer& postgresql();
  static DatabaseServer& mariadb();

  DatabaseServer(const DatabaseServer&) = delete;
  DatabaseServer& operator=(const DatabaseServer&) = delete;
  ~DatabaseServer();

  [[nodiscard]] sql::Kind kind() const { return kind_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  /// As a config's `connection`, over TCP and as the server's administrator, unless another login
  /// (`user:password`) is given.
  [[nodiscard]] std::string url(const std::string& database, const std::string& login = "") const;
  /// The same over the unix socket.
  [[nodiscard]] std::string socket_url(const std::string& database) const;

  /// Stops every process of the server where it is, as SIGSTOP does; and lets them go on.
  void stop_processes();
  void continue_processes();

  /// Ends it without any chance to clean up, and waits until it is gone.
  void kill();
  /// Starts it again and waits until it answers.
  void start_again();

 private:
  DatabaseServer(sql::Kind kind, const std::string& name);

  [[nodiscard]] std::vector<std::string> command() const;
  void spawn();
  void await_ready();
  [[nodiscard]] std::vector<pid_t> processes() const;
  void read_pid();

  const sql::Kind kind_;
  TempDir folder_;  // the keeper removes it too, should this program not come to it
  std::uint16_t port_ = 0;
  pid_t keeper_ = -1;
  pid_t pid_ = -1;
  int to_keeper_ = -1;
  int from_keeper_ = -1;
};

}  // namespace plugboard::test
