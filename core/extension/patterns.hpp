// Compiled RE2 patterns that many grants share: a store with one `ids` pattern for a million keys
// compiles it once. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace re2 {
class RE2;
}

namespace plugboard::extension {

/// The compiled pattern, shared with whoever else uses it now or used it lately, or what is wrong
/// with it. Patterns are at most 4 KiB and compile into a bounded program.
[[nodiscard]] std::variant<std::shared_ptr<const re2::RE2>, std::string> compile_pattern(
    std::string_view pattern);

}  // namespace plugboard::extension
