// Where `${NAME}` in the manifest gets its text from.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plugboard::manifest {

/// Gives a variable's value, or nothing if it is not set. Called on the reader's thread.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The variables of this process. Its calls must not run beside setenv or putenv.
[[nodiscard]] Environment process_environment();

}  // namespace plugboard::manifest
