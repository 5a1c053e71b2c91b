// Whether this build has a sanitizer, which keeps freed memory and adds its own: then what a
// process has resident says nothing about the relay.
#pragma once

namespace plugboard::test {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PLUGBOARD_SANITIZED
#endif
#endif
#ifdef PLUGBOARD_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace plugboard::test
