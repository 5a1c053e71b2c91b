// What a library exports and says about itself, and that saying it does nothing else.
#include <string>

#include "plugin_check/plugin_tests.hpp"
#include "plugin_check/process_state.hpp"

namespace plugboard::plugin_check {
namespace {

void look_at_kinds(const TestedLibrary& library) {
  for (const char* id : {"", "plugboard.", "plugboard.no-such-kind/1", "plugboard.key-store/2",
                         "plugboard.hook/10", "plugboard.hook/", "PLUGBOARD.HOOK/1"}) {
    const auto table = call_plugin("kind", [&] { return library.functions().kind(id); });
    if (table && *table != nullptr) {
      reporter::finding(
          "takes-any-kind", "kind",
          std::string("has a table for \"") + id + "\", which is no kind that it could know");
    }
  }
  for (const char* id :
       {PLUGBOARD_KEY_STORE_ID, PLUGBOARD_RATE_LIMITER_ID, PLUGBOARD_HOOK_ID,
        PLUGBOARD_HTTP_HANDLER_ID, PLUGBOARD_BLOB_STORE_ID, PLUGBOARD_ID_PARSER_ID}) {
    const auto first = call_plugin("kind", [&] { return library.functions().kind(id); });
    const auto second = call_plugin("kind", [&] { return library.functions().kind(id); });
    if (first != second) {
      reporter::finding("moving-table", "kind",
                        std::string("has another table for ") + id + " each time it is asked");
    }
  }
}

}  // namespace

void test_library(const TestContext& context) {
  if (!TestedLibrary::look_at(context.library)) return;
  const ProcessState before = process_state();
  const auto library = TestedLibrary::load(context.library);
  if (library == nullptr) return;
  const extension::Descriptor& descriptor = library->descriptor();
  reporter::description({{"name", descriptor.name},
                         {"version", descriptor.version},
                         {"summary", descriptor.summary},
                         {"sha256", library->sha256()},
                         {"abi", std::to_string(descriptor.functions.abi_major) + "." +
                                     std::to_string(descriptor.functions.abi_minor)},
                         {"blocking", descriptor.blocking()},
                         {"reconfigurable", descriptor.reconfigurable()},
                         {"kinds", descriptor.kinds.names()}});
  if (descriptor.kinds.names().empty()) {
    reporter::finding("no-kind", "kind", "implements no kind, so that no chain can name it");
  }
  look_at_kinds(*library);
  const ProcessState after = process_state();
  if (settled_threads(before.threads, kMoment) > before.threads ||
      after.descriptors > before.descriptors) {
    reporter::finding("side-effects", PLUGBOARD_ENTRY_NAME,
                      "starts threads or opens descriptors when it is loaded or describes itself");
  }
  reporter::usable();
}

}  // namespace plugboard::plugin_check
