// Where lines come from and where they are printed: a pipe, a file, or a terminal with or without
// line editing. Waits for input, events and signals at once.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "peer/conversation.hpp"
#include "peer/event_queue.hpp"
#include "peer/line_editor.hpp"

namespace plugboard::program {

class Keyboard {
 public:
  /// Sets the locale, and blocks SIGINT, SIGTERM and SIGWINCH from here on, to read them; so comes
  /// before other threads do.
  Keyboard();
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  /// Any time.
  void print(const std::string& line);

  /// Until the conversation has finished. `time_limit`: for all of it.
  void run(Conversation& conversation, EventQueue& events,
           std::optional<std::chrono::milliseconds> time_limit);

  /// What kept lines from being read or printed, as a sentence for people; empty if nothing did. A
  /// reader of stdout who has left is nothing: as for any filter, the work is done.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  enum class Ready { kInput, kNoInput };

  void run_with_editor(Conversation& conversation);
  void run_plain(Conversation& conversation);
  // Handles events and signals until there is input (if wanted), or the conversation has finished.
  Ready wait(Conversation& conversation, bool want_input);
  [[nodiscard]] int poll_timeout_ms(const Conversation& conversation);
  void read_signal(Conversation& conversation);
  void read_input();
  // Lines that are complete, as long as they are taken.
  void hand_over(Conversation& conversation);

  int signals_ = -1;
  EventQueue* events_ = nullptr;
  std::unique_ptr<LineEditor> editor_;
  std::string input_;  // read and not handed over
  bool input_ended_ = false;
  bool end_told_ = false;
  bool output_lost_ = false;
  std::string trouble_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  std::optional<std::chrono::steady_clock::time_point> leave_deadline_;
};

}  // namespace plugboard::program
