// One peer's stay at a relay, as a person or a script steers it: what lines do, what events do,
// when it is over and with which exit code. Runs on the thread that reads and prints.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "peer/peer_event.hpp"
#include "plugboard/relay_client.hpp"

namespace plugboard::program {

struct ConversationOptions {
  PrintStyle style = PrintStyle::kPlain;
  /// A person waits: a line that cannot be sent now is told so. A script's line waits instead.
  bool interactive = false;
  bool reconnect = true;
  /// Stay after the end of the input.
  bool stay = false;
  /// Leave after so many messages; 0: never.
  std::uint64_t count = 0;
};

class Conversation {
 public:
  using Print = std::function<void(const std::string& line)>;

  /// `client` is not connected yet; its events are to come through `on_event`. Both are borrowed.
  Conversation(RelayClient& client, ConversationOptions options, Print print_line);

  void on_event(const PeerEvent& event);
  /// False if the line has to wait: nothing was done, it is to come again when `takes_input`.
  bool on_line(std::string_view line);
  void on_input_end();
  /// Leaves at once, or as soon as the relay has said goodbye.
  void leave();
  /// What was waited for takes too long.
  void on_timeout();

  /// Whether lines can be carried out now.
  [[nodiscard]] bool takes_input() const;
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] int exit_code() const { return exit_code_; }
  /// Whether the relay owes an answer on the way out, which is not waited for without end.
  [[nodiscard]] bool leaving() const { return leaving_ || flushing_; }

 private:
  void on(const Opened&);
  void on(const Joined&);
  void on(const Drained&);
  void on(const Message& message);
  void on(const Status& status);
  void on(const ErrorInfo& error);
  void on(const CloseInfo& close);
  void on(const Rejected& rejected);
  bool carry_out(std::string_view line);
  void answered();
  void finish();
  void show(const PeerEvent& event);

  RelayClient& client_;
  ConversationOptions options_;
  Print print_line_;
  bool joined_ = false;       // now
  bool ever_joined_ = false;  // at least once
  bool told_unreachable_ = false;
  bool full_ = false;      // the client takes no more for now
  bool flushing_ = false;  // a last question is asked, whose answer says that all was handled
  bool leaving_ = false;
  bool finished_ = false;
  bool asked_before_ = false;
  // The watches of our own address that have not been answered, oldest first: true for a question
  // of our own, whose answer is not to be shown.
  std::deque<bool> self_watches_;
  std::uint64_t messages_ = 0;
  int exit_code_ = 0;
};

}  // namespace plugboard::program
