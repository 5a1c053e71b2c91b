// What a plugin under test answered; a part of testing.hpp.
#ifndef PLUGBOARD_TESTING_ANSWER_HPP
#define PLUGBOARD_TESTING_ANSWER_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hook.hpp"
#include "http_handler.hpp"
#include "key_store.hpp"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard::testing {

/// What a plugin said to one question, at once or later. Of the optional parts, the one of the
/// question's kind is there if the plugin passed it.
struct Answer {
  Status status = Status::kPending;
  std::optional<Grant> grant{};
  std::optional<Denial> denial{};
  std::optional<HttpResponse> response{};
  std::optional<std::string> blob{};
};

// What is borrowed for a call only, kept.

inline Grant copied(const plugboard_grant& grant) {
  const auto names = [](const plugboard_bytes* list, std::uint64_t count) {
    std::optional<std::vector<std::string>> result;
    if (list == nullptr) return result;
    result.emplace();
    for (std::uint64_t i = 0; i < count; ++i) result->emplace_back(detail::view(list[i]));
    return result;
  };
  return {.credential = grant.credential,
          .channels = names(grant.channels, grant.channel_count),
          .reach = names(grant.reach, grant.reach_count),
          .ids = std::string(detail::view(grant.ids)),
          .attributes = std::string(detail::view(grant.attributes)),
          .expires_at_ms = grant.expires_at_ms,
          .max_connections = grant.max_connections,
          .max_messages = grant.max_messages,
          .max_bytes = grant.max_bytes};
}

inline Denial copied(const plugboard_verify_denial& denial) {
  return {.code = std::string(detail::view(denial.code)),
          .message = std::string(detail::view(denial.message)),
          .close_code = denial.close_code,
          .close_reason = std::string(detail::view(denial.close_reason))};
}

inline HttpResponse copied(const plugboard_http_response& response) {
  HttpResponse result{.status = response.status, .body = std::string(detail::view(response.body))};
  for (std::uint64_t i = 0; i < response.header_count; ++i) {
    result.headers.push_back({std::string(detail::view(response.headers[i].name)),
                              std::string(detail::view(response.headers[i].value))});
  }
  return result;
}

}  // namespace plugboard::testing
#pragma GCC visibility pop

#endif
