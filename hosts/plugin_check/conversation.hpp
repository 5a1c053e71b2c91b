// What a relay asks and tells an instance while connections come and go, judged as it goes: which
// statuses may come, what results may hold. One thread, though several conversations may go on with
// one instance.
#pragma once

#include <plugboard/plugboard.h>

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

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

class Conversation {
 public:
  using Options = ConversationOptions;

  Conversation(TestedInstance& instance, Options options);

  /// Access keys that the plugin knows; for all conversations of the process, before the first.
  static void know_keys(std::vector<std::string> keys);

  /// Once all that the plugin's kinds can be asked.
  void round();

  /// Only what is asked and answered with a token.
  void questions();

 private:
  struct Connection;

  void connection();
  void limiter_and_key(Connection& connection);
  void lookup(Connection& connection, std::uint32_t purpose);
  bool verify(Connection& connection);
  void events(Connection& connection);
  void messages(Connection& connection);
  void released(Connection& connection);
  void renew(Connection& connection);
  void refusal();
  void http();
  void http_request(const char* method, const std::string& target, const std::string& body);
  void http_done(const char* method, const std::string& path);
  void blobs();
  plugboard_token blob(const char* function, extension::Asked asked, const std::string& key,
                       const std::string& data);
  void ids();

  /// Asks one question; `call` gets the token.
  template <class Call>
  plugboard_token ask(extension::Asked asked, const char* function, Call&& call);
  /// PLUGBOARD_PENDING if the plugin is not waited for, or does not answer.
  plugboard_status await(plugboard_token token);
  void expect(const char* function, plugboard_status status,
              std::initializer_list<plugboard_status> allowed);
  [[nodiscard]] Borrowed::Options memory() const;
  [[nodiscard]] std::string word(std::size_t size);
  [[nodiscard]] plugboard_limit_subject subject(Borrowed& borrowed, const Connection& connection,
                                                bool with_key) const;
  [[nodiscard]] std::uint64_t now_ns() const;
  [[nodiscard]] std::uint32_t unknown_flags() const;

  TestedInstance& instance_;
  WatchedHost& host_;
  const Options options_;
  std::mt19937 random_;
  std::uint64_t rounds_ = 0;
  bool gave_up_ = false;
};

}  // namespace plugboard::plugin_check
