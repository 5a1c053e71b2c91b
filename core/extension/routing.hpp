// What hooks ask for while they look at one routed message: other receivers, other bytes, an
// answer to the sender. Lives on the stack of whoever routes; one thread.
#pragma once

#include <plugboard/hook.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugboard::extension {

/// Judges bytes that a hook wants to put in a message's place, as what a peer sends is judged: one
/// JSON object whose `from` is the sender's, no reserved type, and so on.
class ReplacementJudge {
 public:
  virtual ~ReplacementJudge() = default;

  /// PLUGBOARD_OK with the unescaped receiver in `to` (empty if the message is not routed any
  /// more), INVALID or TOO_LARGE. `bytes` are borrowed; on OK the room copies them.
  virtual plugboard_status judge(std::string_view bytes, std::string& to) = 0;
};

/// The C++ side of the ABI's `plugboard_routing`. Costs two stores to make; allocates only when a
/// hook asks for something.
class Routing {
 public:
  static constexpr std::size_t kMaxTargets = 64;
  static constexpr std::size_t kMaxAnswers = 8;

  /// `judge` is borrowed for the life of this object.
  explicit Routing(ReplacementJudge& judge) : judge_(&judge) {}
  Routing(const Routing&) = delete;
  Routing& operator=(const Routing&) = delete;

  struct Answer {
    std::string code;
    std::string message;
  };

  /// Whether anything below differs from the message as it came.
  [[nodiscard]] bool touched() const { return changes_ != nullptr; }

  /// Addresses to deliver to in place of the message's own receiver; empty: that one.
  [[nodiscard]] const std::vector<std::string>& targets() const;
  /// The bytes to forward, or null for those that came.
  [[nodiscard]] const std::string* bytes() const;
  /// The receiver that the replaced bytes name; only with `bytes()`.
  [[nodiscard]] const std::string& to() const;
  /// Error frames for the sender, whatever the verdict.
  [[nodiscard]] const std::vector<Answer>& answers() const;

  // What host->route_to, replace and answer do.
  plugboard_status add_target(std::string_view address);
  plugboard_status replace(std::string_view bytes);
  plugboard_status add_answer(std::string_view code, std::string_view message);

 private:
  friend class HookChain;

  struct Replacement {
    std::string bytes;
    std::string to;
  };
  struct Changes {
    std::vector<std::string> targets;
    std::vector<std::unique_ptr<Replacement>> replacements;  // the last one counts
    std::vector<Answer> answers;
  };
  /// How much had been asked for at some time.
  struct Mark {
    std::size_t targets = 0;
    std::size_t replacements = 0;
    std::size_t answers = 0;
  };

  Changes& changes();
  [[nodiscard]] Mark mark() const;
  /// Forgets what a hook that then failed had asked for.
  void roll_back(const Mark& mark);

  ReplacementJudge* judge_;
  std::unique_ptr<Changes> changes_;
};

}  // namespace plugboard::extension
