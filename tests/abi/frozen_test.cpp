// The headers of now against what has been released: a plugin that was built then still finds
// everything where it was.
#include <gtest/gtest.h>
#include <plugboard/plugboard.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace {

static_assert(sizeof(void*) == 8, "sizes and offsets are those of LP64 systems");

// NOLINTBEGIN(bugprone-macro-parentheses): types are among the arguments
#define FROZEN_VALUE(name, value)   \
  static_assert((name) == (value)); \
  static_assert(std::is_same_v<decltype(name), decltype(value)>);
#define FROZEN_TEXT(name, text) static_assert(std::string_view(name) == (text));
#define FROZEN_TYPEDEF(name, ...) static_assert(std::is_same_v<name, __VA_ARGS__>);
// Grows at its end only, and not within a minor version.
#define FROZEN_STRUCT(name, bytes)                                               \
  static_assert(kSameMinor ? sizeof(name) == (bytes) : sizeof(name) >= (bytes)); \
  static_assert(std::is_standard_layout_v<name> && std::is_trivially_copyable_v<name>);
// Has no size of its own, so that it stays as it is for ever.
#define FROZEN_WHOLE_STRUCT(name, bytes) static_assert(sizeof(name) == (bytes));
#define FROZEN_MEMBER(name, member, offset, bytes, ...) \
  static_assert(offsetof(name, member) == (offset));    \
  static_assert(sizeof(name::member) == (bytes));       \
  static_assert(std::is_same_v<decltype(name::member), std::remove_cv_t<Type<__VA_ARGS__>>>);
// NOLINTEND(bugprone-macro-parentheses)

template <class T>
using Type = T;

namespace v1_0 {
constexpr bool kSameMinor = PLUGBOARD_ABI_MINOR == 0;
static_assert(std::is_same_v<decltype(&plugboard_plugin_v1), plugboard_plugin_v1_function>);
#include "v1.0/asserts.inc"
}  // namespace v1_0

TEST(FrozenAbi, IsWhatTheHeadersOfNowStillSay) { SUCCEED() << "asserted by the compiler"; }

}  // namespace
