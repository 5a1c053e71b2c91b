// What a relay asks and tells an instance while connections come and go, judged as it goes: which
// statuses may come, what results may hold. One thread, though several conversations may go on with
// one instance.
#pragma once

#include "plugin_check/kind_questions.hpp"
#include "plugin_check/questioner.hpp"

namespace plugboard::plugin_check {

class Conversation {
 public:
  Conversation(TestedInstance& instance, const ConversationOptions& options)
      : asks_(instance, options) {}

  /// Once all that the plugin's kinds can be asked.
  void round();

  /// Only what is asked and answered with a token.
  void questions();

 private:
  void connection();
  void http();

  Questioner asks_;
};

}  // namespace plugboard::plugin_check
