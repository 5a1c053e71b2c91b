// [log].
#include "manifest/sections.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {

Log read_log(const Node* node, Diagnostics& diagnostics) {
  Log log;
  TableReader table(node, "log", diagnostics);
  table.read_choice("level", log.level,
                    {{"trace", LogLevel::kTrace},
                     {"debug", LogLevel::kDebug},
                     {"info", LogLevel::kInfo},
                     {"warn", LogLevel::kWarn},
                     {"error", LogLevel::kError},
                     {"off", LogLevel::kOff}});
  table.read_choice("format", log.format, {{"text", LogFormat::kText}, {"json", LogFormat::kJson}});
  table.report_unknown();
  return log;
}

}  // namespace plugboard::manifest
