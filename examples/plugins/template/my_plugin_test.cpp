// Runs the plugin without a relay.
#include <cstdio>
#include <cstdlib>
#include <plugboard/testing.hpp>

using plugboard::Status;
using plugboard::testing::TestHost;
using plugboard::testing::TestInstance;

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

}  // namespace

int main(int, char** arguments) {
  TestHost host;
  TestInstance plugin(arguments[1], host, R"({"prefix":"admin-"})");

  const auto refused = plugin.verify({.channel = "pwa", .id = "admin-01"}, "");
  expect(refused.status == Status::kDeny, "a reserved id is refused");
  expect(refused.denial->code == "RESERVED_ID", "with its own code");
  expect(host.logged("admin-"), "and a line in the log");

  const auto passed = plugin.verify({.channel = "pwa", .id = "alice001"}, "");
  expect(passed.status == Status::kNext, "others are passed on");

  expect(plugin.reconfigure(R"({"prefix":"root-"})"), "a new config is taken");
  expect(plugin.verify({.channel = "pwa", .id = "admin-01"}, "").status == Status::kNext,
         "and counts");
}
