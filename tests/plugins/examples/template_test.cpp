#include <gtest/gtest.h>

#include "plugins/examples/example.hpp"

using plugboard::Status;
using plugboard::testing::TestHost;
using plugboard::testing::TestInstance;

TEST(TemplatePlugin, RefusesReservedIds) {
  TestHost host;
  TestInstance plugin(example("template", "my-plugin"), host, R"({"prefix":"admin-"})");
  EXPECT_EQ(plugin.verify({.channel = "pwa", .id = "admin-01"}, "").denial->code, "RESERVED_ID");
  EXPECT_EQ(plugin.verify({.channel = "pwa", .id = "alice001"}, "").status, Status::kNext);
}
