#include "plugin_check/questioner.hpp"

#include <algorithm>

#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check {
namespace {

constexpr auto kAnswerTime = std::chrono::seconds(5);
constexpr std::uint32_t kUnknownFlag = 0x40000000U;

}  // namespace

plugboard_status Questioner::await(plugboard_token token) {
  if (options_.patient && !gave_up_ && !host().questions().await_one(token, kAnswerTime))
    gave_up_ = true;
  return host().questions().answer(token);
}

void Questioner::expect(const char* function, plugboard_status status,
                        std::initializer_list<plugboard_status> allowed) {
  if (std::find(allowed.begin(), allowed.end(), status) != allowed.end()) return;
  const bool known = status >= PLUGBOARD_OK && status <= PLUGBOARD_UNSUPPORTED;
  reporter::finding(known ? "unfit-answer" : "unknown-code", function,
                    "returns " + std::to_string(status) +
                        (known ? ", which is no answer to the question" : ", which is no status"));
}

Borrowed::Options Questioner::memory() const {
  return {.guarded = options_.guarded, .later = instance_.host().options().later};
}

std::string Questioner::word(std::size_t size) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::string word(size, ' ');
  for (char& c : word) c = kAlphabet[random_() % kAlphabet.size()];
  return word;
}

std::uint64_t Questioner::now_ns() const {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

std::uint32_t Questioner::unknown_flags() const {
  return instance_.host().options().later ? kUnknownFlag : 0;
}

}  // namespace plugboard::plugin_check
