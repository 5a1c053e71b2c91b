// How one conversation asks an instance: with memory lent for the call, tokens for what may be
// answered later, and an eye on the statuses. One thread.
#pragma once

#include <plugboard/plugboard.h>

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "plugin_check/tested_plugin.hpp"

namespace plugboard::plugin_check {

/// When a question is taken back.
enum class Cancel { kNever, kAtOnce, kOnTheWay };

struct ConversationOptions {
  bool guarded = true;
  Cancel cancel = Cancel::kNever;
  std::uint32_t seed = 1;
  /// Waits for answers before it goes on, as connections do.
  bool patient = true;
};

class Questioner {
 public:
  Questioner(TestedInstance& instance, const ConversationOptions& options)
      : instance_(instance), options_(options), random_(options.seed) {}

  [[nodiscard]] TestedInstance& instance() { return instance_; }
  [[nodiscard]] WatchedHost& host() { return instance_.host(); }
  [[nodiscard]] const extension::KindTables& kinds() const { return instance_.kinds(); }
  [[nodiscard]] const ConversationOptions& options() const { return options_; }

  /// What differs from round to round goes by their number; from 1.
  void next_round() { ++rounds_; }
  [[nodiscard]] std::uint64_t rounds() const { return rounds_; }

  /// Asks one question of what may be answered later; `call` gets the token. `function`: a literal.
  template <class Call>
  plugboard_token ask(extension::Asked asked, const char* function, Call&& call) {
    const plugboard_token token = host().questions().open(asked, function);
    std::thread canceller;
    if (options_.cancel == Cancel::kOnTheWay) {
      canceller = std::thread([&] { instance_.cancel(token); });
    }
    const plugboard_status status = instance_.decide(
        function, instance_.io_or_worker(), [&] { return std::forward<Call>(call)(token); });
    host().questions().returned(token, status);
    if (canceller.joinable()) canceller.join();
    if (options_.cancel == Cancel::kAtOnce) instance_.cancel(token);
    return token;
  }

  /// PLUGBOARD_PENDING if the plugin is not waited for, or does not answer.
  plugboard_status await(plugboard_token token);

  /// Reports a status that is none of those allowed.
  void expect(const char* function, plugboard_status status,
              std::initializer_list<plugboard_status> allowed);

  /// How what is lent is laid out.
  [[nodiscard]] Borrowed::Options memory() const;

  [[nodiscard]] std::uint32_t random() { return static_cast<std::uint32_t>(random_()); }
  /// `size` characters of access keys and ids.
  [[nodiscard]] std::string word(std::size_t size);
  [[nodiscard]] std::uint64_t now_ns() const;
  /// Bits of a later minor version, where the host plays one.
  [[nodiscard]] std::uint32_t unknown_flags() const;

 private:
  TestedInstance& instance_;
  const ConversationOptions options_;
  std::mt19937 random_;
  std::uint64_t rounds_ = 0;
  bool gave_up_ = false;
};

}  // namespace plugboard::plugin_check
