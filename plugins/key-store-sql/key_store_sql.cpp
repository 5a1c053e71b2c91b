// Keys from a table of an SQL database. Nothing of the relay waits for the database: keys seen
// lately are answered at once, others by the threads of a pool. A database that is down or slow
// makes this store unavailable, and nothing else.
#include <memory>
#include <optional>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "key-store-sql/key_names.hpp"
#include "key-store-sql/key_query.hpp"
#include "key-store-sql/key_source.hpp"
#include "key-store-sql/settings.hpp"
#include "sql/connection.hpp"

namespace plugboard {
namespace {

using key_store_sql::KeyNames;
using key_store_sql::KeyQuery;
using key_store_sql::KeySource;
using key_store_sql::Settings;

class KeyStoreSql : public Plugin {
 public:
  static std::string_view summary() {
    return "Access keys from a table in SQLite, PostgreSQL, MariaDB or MySQL.";
  }

  static std::string_view config_schema() { return Settings::schema(); }

  static void check(Host, const Config& config) {
    const Settings settings(config);
    try {
      sql::Connection connection(settings.database.url, settings.pool().options);
      connection.set_up();
      KeyQuery(settings.database.url.kind, settings.question).try_out(connection);
    } catch (const sql::Failure& failure) {
      config.fail(settings.member_for(failure.cause()),
                  settings.database.url.place + " cannot be used: " + failure.what());
    }
  }

  explicit KeyStoreSql(const Config& config) : settings_(config), source_(Open{open(settings_)}) {
    start_polling();
  }

  void lookup(const KeyRequest& request, Completion<KeyVerdict> completion) const {
    source_.get()->source->ask(request, std::move(completion));
  }

  // A source that stays the same keeps its connections and what it knows. Another connects already
  // while the reload is being prepared.
  auto reconfigure(const Config& config) {
    Settings next(config);
    std::shared_ptr<KeySource> source;
    if (!next.has_source_of(settings_)) source = open(next);
    return [this, next = std::move(next), source = std::move(source)]() mutable {
      polling_.reset();
      if (source != nullptr) {
        const std::shared_ptr<const Open> old = source_.get();
        source->take_peers_of(*old->source);
        source_.set(Open{std::move(source)});
        old->source->close();
      } else {
        source_.get()->source->set_bounds(next);
      }
      settings_ = std::move(next);
      start_polling();
    };
  }

  void drain() { polling_.reset(); }

 private:
  struct Open {
    std::shared_ptr<KeySource> source;
  };

  std::shared_ptr<KeySource> open(const Settings& settings) const {
    return std::make_shared<KeySource>(host(), names_, settings);
  }

  void start_polling() {
    if (settings_.poll.count() == 0) return;
    polling_.emplace(host().every(settings_.poll, [this] { source_.get()->source->poll(); }));
  }

  const KeyNames names_;
  Settings settings_;  // [control] only
  Current<Open> source_;
  std::optional<Timer> polling_;  // last: its calls use the rest
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::KeyStoreSql, "key-store-sql", "1.0.0")
