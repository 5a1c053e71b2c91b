#include "sql/support/database_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "sql/connection.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace plugboard::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSupport = PLUGBOARD_SOURCE_DIR "/tests/sql/support/";
constexpr uid_t kNobody = 65534;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("no free port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

fs::path postgresql_programs() {
  std::vector<fs::path> versions;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql")) {
    versions.push_back(version.path());
  }
  return *std::max_element(versions.begin(), versions.end()) / "bin";
}

/// Parents of processes, by /proc.
pid_t parent_of(const fs::path& process) {
  const std::string status = read_file(process / "stat");
  const auto name_end = status.rfind(')');
  if (name_end == std::string::npos) return -1;
  std::istringstream fields(status.substr(name_end + 1));
  std::string state;
  pid_t parent = -1;
  fields >> state >> parent;
  return parent;
}

/// Whether every thread of a process is stopped, or has ended.
bool stands_still(pid_t process) {
  std::error_code gone;
  for (const auto& task :
       fs::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
    const std::string status = read_file(task.path() / "stat");
    const auto name_end = status.rfind(") ");
    if (name_end == std::string::npos) continue;
    if (std::string_view("TtZX").find(status[name_end + 2]) == std::string_view::npos) return false;
  }
  return true;
}

// A signal is only on its way when kill returns: a thread of the server may still answer.
void stop(const std::vector<pid_t>& processes) {
  for (const pid_t process : processes) ::kill(process, SIGSTOP);
  const bool stopped =
      await([&] { return std::all_of(processes.begin(), processes.end(), stands_still); });
  if (!stopped) throw std::runtime_error("the database server does not stop");
}

void run(const std::vector<std::string>& arguments) {
  const Finished done = run_to_end(arguments);
  if (done.code != 0) throw std::runtime_error(arguments.front() + ": " + done.out + done.err);
}

}  // namespace

DatabaseServer& DatabaseServer::postgresql() {
  static DatabaseServer server(sql::Kind::kPostgresql, "postgresql");
  return server;
}

DatabaseServer& DatabaseServer::mariadb() {
  static DatabaseServer server(sql::Kind::kMysql, "mariadb");
  return server;
}

DatabaseServer::DatabaseServer(sql::Kind kind, const std::string& name) : kind_(kind) {
  const std::string archive = PLUGBOARD_BUILD_DIR "/tests/sql/" + name + ".tar";
  run({"/bin/sh", std::string(kSupport) + "make_template.sh", name, archive});
  const std::string folder = folder_.path().string();
  run({"/bin/tar", "-C", folder, "-xf", archive});
  if (kind == sql::Kind::kPostgresql && geteuid() == 0) {
    run({"/bin/chown", "-R", std::to_string(kNobody) + ":" + std::to_string(kNobody), folder});
  }
  port_ = free_port();
  spawn();
  await_ready();
}

DatabaseServer::~DatabaseServer() {
  close(to_keeper_);  // the keeper does the rest
  close(from_keeper_);
  waitpid(keeper_, nullptr, 0);
}

std::vector<std::string> DatabaseServer::command() const {
  const std::string folder = folder_.path().string();
  if (kind_ == sql::Kind::kMysql) {
    std::vector<std::string> mariadbd = {"/usr/sbin/mariadbd",
                                         "--no-defaults",
                                         "--datadir=" + folder + "/data",
                                         "--socket=" + folder + "/socket",
                                         "--port=" + std::to_string(port_),
                                         "--bind-address=127.0.0.1",
                                         "--skip-name-resolve",
                                         "--performance-schema=off",
                                         "--innodb-buffer-pool-size=16M",
                                         "--innodb-log-file-size=8M",
                                         "--pid-file=" + folder + "/pid"};
    if (geteuid() == 0) mariadbd.emplace_back("--user=root");  // it insists on being told
    return mariadbd;
  }
  std::vector<std::string> command;
  if (geteuid() == 0) {
    const std::string nobody = std::to_string(kNobody);
    command = {"/usr/bin/setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups"};
  }
  const std::vector<std::string> postgres = {
      postgresql_programs() / "postgres", "-D", folder + "/data", "-k", folder, "-h", "127.0.0.1",
      "-p", std::to_string(port_), "-c", "shared_buffers=16MB", "-c", "autovacuum=off",
      // What a killed server has written is in the system's memory: no need to wait for disks.
      "-c", "fsync=off", "-c", "max_connections=100"};
  command.insert(command.end(), postgres.begin(), postgres.end());
  return command;
}

void DatabaseServer::spawn() {
  std::vector<std::string> arguments = {"/bin/sh", std::string(kSupport) + "keep_server.sh",
                                        folder_.path().string()};
  for (std::string& word : command()) arguments.push_back(std::move(word));
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);

  std::array<int, 2> in{};
  std::array<int, 2> out{};
  // Closed when the relay is started, so that only this program keeps the server alive.
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) fail("pipe2");
  keeper_ = fork();
  if (keeper_ < 0) fail("fork");
  if (keeper_ == 0) {
    setsid();  // the keys of a terminal end the test; the keeper cleans up behind it
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execv(pointers.front(), pointers.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_keeper_ = in[1];
  from_keeper_ = out[0];
  read_pid();
}

void DatabaseServer::read_pid() {
  std::string line;
  char c = 0;
  while (read(from_keeper_, &c, 1) == 1 && c != '\n') line += c;
  if (line.empty()) throw std::runtime_error("the database server did not start");
  pid_ = std::stoi(line);
}

void DatabaseServer::await_ready() {
  const std::string database = kind_ == sql::Kind::kMysql ? "mysql" : "postgres";
  std::string problem;
  const bool ready = await([&] {
    try {
      sql::Connection connection(sql::DatabaseUrl::parse(url(database), "/"), {});
      connection.run("SELECT 1");
      return true;
    } catch (const sql::Failure& failure) {
      problem = failure.what();
      return false;
    }
  });
  if (!ready) {
    throw std::runtime_error("the database server does not answer: " + problem + "\n" +
                             read_file(folder_.path() / "log"));
  }
}

std::string DatabaseServer::url(const std::string& database, const std::string& login) const {
  const bool is_mysql = kind_ == sql::Kind::kMysql;
  const std::string who = !login.empty() ? login : is_mysql ? "root" : "plugboard";
  return std::string(is_mysql ? "mysql://" : "postgresql://") + who +
         "@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string DatabaseServer::socket_url(const std::string& database) const {
  if (kind_ == sql::Kind::kMysql) {
    return "mysql://root@/" + database + "?host=" + folder_.path().string() + "/socket";
  }
  return "postgresql://plugboard@/" + database + "?host=" + folder_.path().string() +
         "&port=" + std::to_string(port_);
}

std::vector<pid_t> DatabaseServer::processes() const {
  std::vector<pid_t> found = {pid_};
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (parent_of(entry.path()) == pid_) found.push_back(std::stoi(name));
  }
  return found;
}

void DatabaseServer::stop_processes() {
  stop({pid_});  // first, so that it makes no new ones
  stop(processes());
}

void DatabaseServer::continue_processes() {
  for (const pid_t process : processes()) ::kill(process, SIGCONT);
}

void DatabaseServer::kill() {
  stop({pid_});  // first, so that it makes no new ones
  const std::vector<pid_t> all = processes();
  for (const pid_t process : all) ::kill(process, SIGKILL);
  const bool gone = await([&] {
    return std::all_of(all.begin(), all.end(), [](pid_t process) {
      const std::string status = read_file("/proc/" + std::to_string(process) + "/stat");
      return status.empty() || status.find(") Z ") != std::string::npos;
    });
  });
  if (!gone) throw std::runtime_error("the database server does not go");
}

void DatabaseServer::start_again() {
  if (write(to_keeper_, "start\n", 6) != 6) fail("write");
  read_pid();
  await_ready();
}

}  // namespace plugboard::test
