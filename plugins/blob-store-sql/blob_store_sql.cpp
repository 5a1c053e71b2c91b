// Blobs in a table of an SQL database, which several relays may share: they survive the relay, and
// what was answered "ok" survives its violent end, and the database's.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "blob-store-sql/blob_schema.hpp"
#include "blob-store-sql/blob_shelf.hpp"
#include "blob-store-sql/settings.hpp"
#include "sql/connection.hpp"

namespace plugboard {
namespace {

namespace fs = std::filesystem;

using blob_store_sql::BlobSchema;
using blob_store_sql::BlobShelf;
using blob_store_sql::Settings;

constexpr std::chrono::seconds kSweepEvery{5};

/// A file that is not there yet must be one that can be made; making it is left to the relay.
/// SQLite also makes files beside it.
void check_place(const std::string& file, const Config& config) {
  const std::string folder = fs::path(file).parent_path();
  for (const auto& [path, rights] :
       {std::pair(folder, W_OK | X_OK), std::pair(file, R_OK | W_OK)}) {
    if (access(path.c_str(), rights) == 0 || (errno == ENOENT && path == file)) continue;
    config.fail("connection",
                path + " cannot be written to: " + std::generic_category().message(errno));
  }
}

/// Servers can be set up so that they forget what they have confirmed, or take no large blobs.
void check_server(sql::Connection& connection, const Settings& settings, const Config& config) {
  if (connection.kind() != sql::Kind::kMysql) return;
  if (connection.run("SELECT @@innodb_flush_log_at_trx_commit").only() == "0") {
    config.fail("connection", settings.database.url.place +
                                  " has innodb_flush_log_at_trx_commit = 0: a crash would lose "
                                  "blobs that were confirmed");
  }
  const auto packet = connection.run("SELECT @@max_allowed_packet").only().value_or("0");
  constexpr std::uint64_t kStatement = 1024;  // what stands around a blob, which takes hex digits
  const std::uint64_t needed = settings.blobs.limits.max_size * 2 + kStatement;
  if (std::stoull(packet) < needed) {
    config.fail("max_size", "needs max_allowed_packet = " + std::to_string(needed) + " of " +
                                settings.database.url.place + ", which has " + packet);
  }
}

class BlobStoreSql : public Plugin {
 public:
  static std::string_view summary() {
    return "Keeps blobs in a table of SQLite, PostgreSQL, MariaDB or MySQL.";
  }

  static std::string_view config_schema() { return Settings::schema(); }

  static void check(Host, const Config& config) {
    const Settings settings(config);
    if (settings.database.url.kind == sql::Kind::kSqlite) {
      check_place(settings.database.url.file, config);
      if (!fs::exists(settings.database.url.file)) return;
    }
    try {
      sql::Connection connection(settings.database.url,
                                 {.time = settings.database.timeout, .read_only = true});
      connection.set_up();
      BlobSchema(settings.database.url.kind, settings.table).try_out(connection);
      check_server(connection, settings, config);
    } catch (const sql::Failure& failure) {
      config.fail(Settings::member_for(failure.cause()),
                  settings.database.url.place + " cannot be used: " + failure.what());
    }
  }

  explicit BlobStoreSql(const Config& config)
      : settings_(config),
        shelf_(Open{std::make_shared<BlobShelf>(host(), settings_)}),
        sweeper_(host().every(kSweepEvery, [this] { shelf_.get()->shelf->sweep(); })) {}

  // A table that stays the same keeps its connections. Another connects already while the reload is
  // being prepared.
  auto reconfigure(const Config& config) {
    Settings next(config);
    std::shared_ptr<BlobShelf> shelf;
    if (!next.has_table_of(settings_)) shelf = std::make_shared<BlobShelf>(host(), next);
    return [this, next = std::move(next), shelf = std::move(shelf)]() mutable {
      if (shelf != nullptr) {
        const std::shared_ptr<const Open> old =
            shelf_.exchange(std::make_shared<const Open>(Open{std::move(shelf)}));
        old->shelf->close();
      } else {
        shelf_.get()->shelf->set_bounds(next);
      }
      settings_ = std::move(next);
    };
  }

  BlobLimits limits() const { return settings_.blobs.limits; }

  void put(const BlobRequest& request, Completion<BlobVerdict> completion) const {
    shelf_.get()->shelf->put(request, std::move(completion));
  }
  void get(const BlobRequest& request, Completion<BlobVerdict> completion) const {
    shelf_.get()->shelf->get(request, std::move(completion));
  }
  void remove(const BlobRequest& request, Completion<BlobVerdict> completion) const {
    shelf_.get()->shelf->remove(request, std::move(completion));
  }

  std::uint64_t entries() const { return shelf_.get()->shelf->entries(); }

 private:
  struct Open {
    std::shared_ptr<BlobShelf> shelf;
  };

  Settings settings_;  // [control] only
  Current<Open> shelf_;
  Timer sweeper_;  // last: its calls use the rest
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::BlobStoreSql, "blob-store-sql", "1.0.0")
