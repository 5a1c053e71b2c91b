// Asks plugins something and has the answer handled on the asking thread, whichever thread it comes
// from.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "extension/question.hpp"

namespace plugboard::admission {

/// Runs work on one connection's thread, later, if what it is for still exists then. Callable from
/// any thread, at any time; owns or weakly refers to what it needs.
using Poster = std::function<void(std::function<void()>)>;

/// Calls ask(done), which returns a Question. `handle(verdict)` is called within this call if the
/// answer comes at once (it may then destroy what `slot` lies in), else through `post`; until then
/// `slot` holds the question.
template <class Verdict, class Ask, class Handle>
void ask(extension::Question& slot, Poster post, Ask asking, Handle handle) {
  struct State {
    std::thread::id thread = std::this_thread::get_id();
    std::optional<Verdict> at_once;  // touched by `thread` only
  };
  auto state = std::make_shared<State>();
  extension::Question question = asking([state, handle, post = std::move(post)](Verdict verdict) {
    if (std::this_thread::get_id() == state->thread) {
      state->at_once = std::move(verdict);
      return;
    }
    auto kept = std::make_shared<Verdict>(std::move(verdict));
    post([handle, kept] { handle(std::move(*kept)); });
  });
  if (state->at_once) {
    handle(std::move(*state->at_once));
  } else {
    slot = std::move(question);
  }
}

}  // namespace plugboard::admission
