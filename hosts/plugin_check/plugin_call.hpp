// A call into the plugin's code, from which nothing escapes.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "plugin_check/call_watch.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check {

/// Calls a function of the plugin and reports what it throws: then there is no result. `function`:
/// a literal.
template <class Call>
auto call_plugin(const char* function, Call&& call) {
  using Result = std::invoke_result_t<Call>;
  if constexpr (std::is_void_v<Result>) {
    call_plugin(function, [&] {
      std::forward<Call>(call)();
      return true;
    });
  } else {
    std::optional<Result> result;
    const CallMark mark(function);
    try {
      result = std::forward<Call>(call)();
    } catch (const std::exception& exception) {
      reporter::finding("throws", function,
                        std::string("throws an exception: ") + exception.what());
    } catch (...) {
      reporter::finding("throws", function, "throws an exception");
    }
    return result;
  }
}

}  // namespace plugboard::plugin_check
