#include "sql/database_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

namespace plugboard::sql {
namespace {

constexpr std::string_view kForms =
    "sqlite3://path, postgresql://user@host/database and mysql://user@host/database are understood";

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (!low) throw BadUrl("holds a % that is not followed by two hex digits; write % itself %25");
    result += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  // Client libraries take C strings.
  if (result.find('\0') != std::string::npos) throw BadUrl("holds %00, which no database takes");
  return result;
}

/// Splits at the first of `separator`; the second part is empty where there is none.
std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

void check_port(std::string_view port) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535) {
    throw BadUrl("names a port that is none; in a password, ? is written %3F and % is written %25");
  }
}

struct HostAndPort {
  std::string host;
  std::string port;
};

HostAndPort host_and_port(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) throw BadUrl("holds [ without ]");
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) throw BadUrl("has text between ] and the port");
    if (!rest.empty()) check_port(rest.substr(1));
    return {std::string(text.substr(1, end - 1)),
            std::string(rest.empty() ? rest : rest.substr(1))};
  }
  const auto [host, port] = split(text, ':');
  if (text.find(':') != std::string_view::npos) check_port(port);
  return {percent_decoded(host), std::string(port)};
}

DatabaseUrl sqlite(std::string_view rest, const std::string& folder) {
  if (rest.find_first_of("?#") != std::string_view::npos) {
    throw BadUrl("has parameters, which sqlite3:// does not take; ? in a file name is %3F");
  }
  const std::filesystem::path path = percent_decoded(rest);
  if (path.empty() || !path.has_filename()) throw BadUrl("names no file behind sqlite3://");
  if (path == ":memory:") {
    throw BadUrl("names a database in memory, where nobody could have put anything");
  }
  DatabaseUrl url{.kind = Kind::kSqlite};
  url.file = (std::filesystem::path(folder) / path).lexically_normal().string();
  // SOCI puts the path into quotation marks of its own and knows no escape for them.
  if (url.file.find('"') != std::string::npos) {
    throw BadUrl("names a path with a quotation mark, which cannot be passed on");
  }
  url.place = "the SQLite database " + url.file;
  return url;
}

constexpr std::array kMysqlWords = {
    std::pair<std::string_view, std::string_view>{"sslca", "sslca"},
    std::pair<std::string_view, std::string_view>{"sslcert", "sslcert"},
    std::pair<std::string_view, std::string_view>{"sslkey", "sslkey"},
    std::pair<std::string_view, std::string_view>{"socket", "unix_socket"},
    std::pair<std::string_view, std::string_view>{"unix_socket", "unix_socket"},
    std::pair<std::string_view, std::string_view>{"user", "user"},
    std::pair<std::string_view, std::string_view>{"password", "password"},
    std::pair<std::string_view, std::string_view>{"dbname", "dbname"},
};

class ServerUrl {
 public:
  explicit ServerUrl(Kind kind) { url_.kind = kind; }

  DatabaseUrl read(std::string_view rest) {
    const auto query_at = rest.find('?');
    const std::string_view query =
        query_at == std::string_view::npos ? std::string_view() : rest.substr(query_at + 1);
    rest = rest.substr(0, query_at);
    // The last @: those before it, and slashes, are a password's that should have been encoded, and
    // mean what they say.
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
      read_login(rest.substr(0, at));
      rest.remove_prefix(at + 1);
    }
    if (rest.find('#') != std::string_view::npos) throw BadUrl("holds # behind the host");
    const auto [hosts, database] = split(rest, '/');
    if (database.find('/') != std::string_view::npos) {
      throw BadUrl("has more than one / behind the host");
    }
    read_hosts(hosts);
    if (!database.empty()) set("dbname", percent_decoded(database));
    read_query(query);
    if (!find("dbname")) throw BadUrl("names no database: //host/database");
    describe();
    return std::move(url_);
  }

 private:
  void read_login(std::string_view login) {
    const auto [user, password] = split(login, ':');
    if (!user.empty()) set("user", percent_decoded(user));
    if (!password.empty()) {
      hide(std::string(password));
      set("password", percent_decoded(password));
    }
  }

  /// libpq takes several, with commas between them, and tries one after the other.
  void read_hosts(std::string_view text) {
    if (text.empty()) return;
    std::string hosts;
    std::string ports;
    bool any_port = false;
    for (bool first = true; first || !text.empty(); first = false) {
      const auto [one, others] = split(text, ',');
      const auto [host, port] = host_and_port(one);
      hosts += (first ? "" : ",") + host;
      ports += (first ? "" : ",") + port;
      any_port = any_port || !port.empty();
      text = others;
      if (!first && url_.kind == Kind::kMysql) throw BadUrl("names more than one host");
    }
    if (!hosts.empty()) set_host(hosts);
    if (any_port) set("port", ports);
  }

  void read_query(std::string_view query) {
    while (!query.empty()) {
      const auto [parameter, others] = split(query, '&');
      query = others;
      if (parameter.empty()) continue;
      const auto [name, value] = split(parameter, '=');
      read_parameter(percent_decoded(name), percent_decoded(value));
    }
  }

  void read_parameter(const std::string& name, const std::string& value) {
    const bool is_word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_';
    });
    if (!is_word) throw BadUrl("has a parameter without a name of small letters");
    if (name == "password" || name == "sslpassword") hide(value);
    if (name == "host") {
      set_host(value);
    } else if (name == "port") {
      check_port(value);
      set("port", value);
    } else if (url_.kind == Kind::kPostgresql) {
      set(name, value);  // libpq says which it does not know
    } else {
      const auto* const known = std::find_if(kMysqlWords.begin(), kMysqlWords.end(),
                                             [&](const auto& word) { return word.first == name; });
      if (known == kMysqlWords.end()) {
        throw BadUrl("has an unknown parameter " + name +
                     "; mysql:// takes socket, sslca, sslcert and sslkey");
      }
      set(std::string(known->second), value);
    }
  }

  void set_host(const std::string& host) {
    // libpq reads a host that is a path as the folder of the socket; MySQL's names the socket.
    set(url_.kind == Kind::kMysql && host.starts_with('/') ? "unix_socket" : "host", host);
  }

  void set(const std::string& word, const std::string& value) {
    if (word == "password") hide(value);
    for (auto& [name, old] : url_.words) {
      if (name == word) {
        old = value;
        return;
      }
    }
    url_.words.emplace_back(word, value);
  }

  [[nodiscard]] const std::string* find(std::string_view word) const {
    for (const auto& [name, value] : url_.words) {
      if (name == word) return &value;
    }
    return nullptr;
  }

  void hide(const std::string& secret) {
    if (!secret.empty()) url_.secrets.push_back(secret);
  }

  void describe() {
    url_.place = url_.kind == Kind::kMysql ? "the MySQL database " : "the PostgreSQL database ";
    url_.place += *find("dbname");
    for (const char* word : {"unix_socket", "host"}) {
      if (const std::string* where = find(word)) {
        url_.place += " at " + *where;
        break;
      }
    }
  }

  DatabaseUrl url_;
};

/// The form that libpq and SOCI's MySQL backend share.
std::string quoted(std::string_view value) {
  std::string result = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

}  // namespace

DatabaseUrl DatabaseUrl::parse(std::string_view url, const std::string& folder) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) {
    throw BadUrl("is no URL: " + std::string(kForms));
  }
  const std::string_view scheme = url.substr(0, scheme_end);
  const std::string_view rest = url.substr(scheme_end + 3);
  if (scheme == "sqlite3" || scheme == "sqlite") return sqlite(rest, folder);
  if (scheme == "postgresql" || scheme == "postgres") {
    return ServerUrl(Kind::kPostgresql).read(rest);
  }
  if (scheme == "mysql" || scheme == "mariadb") return ServerUrl(Kind::kMysql).read(rest);
  throw BadUrl("is of an unknown kind: " + std::string(kForms));
}

std::string DatabaseUrl::soci_text(std::chrono::milliseconds connect_time) const {
  if (kind == Kind::kSqlite) return "dbname=\"" + file + "\"";
  std::string text;
  const auto add = [&](std::string_view word, std::string_view value) {
    if (!text.empty()) text += ' ';
    text += std::string(word) + "=" + quoted(value);
  };
  for (const auto& [word, value] : words) add(word, value);
  const auto add_unless_there = [&](std::string_view word, const std::string& value) {
    const bool there = std::any_of(words.begin(), words.end(),
                                   [&](const auto& given) { return given.first == word; });
    if (!there) add(word, value);
  };
  const auto seconds =
      std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(connect_time).count());
  add_unless_there("connect_timeout", std::to_string(seconds));
  if (kind == Kind::kPostgresql) {
    add_unless_there("application_name", "plugboard");
    add_unless_there("client_encoding", "UTF8");
  } else {
    add_unless_there("charset", "utf8mb4");
    // How long the handshake may take; what comes later has its own bound.
    add_unless_there("read_timeout", std::to_string(seconds));
  }
  return text;
}

std::string DatabaseUrl::without_secrets(std::string text) const {
  for (const std::string& secret : secrets) {
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

}  // namespace plugboard::sql
