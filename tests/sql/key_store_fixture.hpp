// One key-store-sql with a database of the test's own, of each kind in turn.
#pragma once

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/shipped_plugin.hpp"
#include "sql/support/test_database.hpp"

namespace plugboard::test {

class KeyStoreSql : public ::testing::TestWithParam<sql::Kind> {
 protected:
  /// A table `keys` with a column `access_key` and those that `columns` names.
  void make_table(const std::string& columns = "") {
    database.run("CREATE TABLE access_keys (access_key " + database.text_type() + columns + ")");
  }
  void add_key(const std::string& key) {
    database.run("INSERT INTO access_keys (access_key) VALUES (:key)", {{"key", key}});
  }
  void remove_key(const std::string& key) {
    database.run("DELETE FROM access_keys WHERE access_key = :key", {{"key", key}});
  }

  /// `more`: further members of the config, with a comma in front.
  [[nodiscard]] std::string config(const std::string& more = "") const {
    return R"({"connection":")" + database.url() +
           R"(","table":"access_keys","key_column":"access_key")" + more + "}";
  }
  [[nodiscard]] std::string query_config(const std::string& query) const {
    return R"({"connection":")" + database.url() + R"(","query":")" + query + "\"}";
  }
  void start(const std::string& more = "") { start_with(config(more)); }
  /// Patient, unless the test says otherwise, so that a busy machine is no failure.
  void start_with(std::string json) {
    if (json.find("\"timeout\"") == json.npos) json.insert(1, R"("timeout":"15s",)");
    store = std::make_unique<ShippedPlugin>("key-store-sql", host, json);
  }

  Status status(const std::string& key) { return store->lookup(key).status; }
  /// Whether the store comes to answer so; it is asked anew until then.
  bool comes_to(Status wanted, const std::string& key) {
    return host.wait_until([&] { return status(key) == wanted; });
  }
  std::uint64_t credential(const std::string& key) {
    const auto grant = store->lookup(key).grant;
    return grant ? grant->credential : 0;
  }

  /// What `plugboard check` would say: "pointer: sentence", or nothing.
  std::string check(const std::string& json) {
    const plugboard_plugin& plugin = shipped("key-store-sql");
    testing::TestHost checked;
    const std::string config = completed(plugin, json);
    if (plugin.check(checked.table(), detail::bytes(config)) == PLUGBOARD_OK) return "";
    const auto problems = checked.problems();
    return problems.empty() ? "no problem told" : problems[0].pointer + ": " + problems[0].sentence;
  }

  testing::TestHost host;
  TestDatabase database{GetParam()};
  std::unique_ptr<ShippedPlugin> store;
};

}  // namespace plugboard::test
