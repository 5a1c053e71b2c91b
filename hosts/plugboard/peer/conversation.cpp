#include "peer/conversation.hpp"

#include <utility>
#include <variant>

#include "commands.hpp"
#include "peer/typed_line.hpp"

namespace plugboard::program {

// An open connection is not yet a peer: the relay may still refuse. What tells is the answer to a
// watch of our own address, which comes once we are registered; asked again at the end, its answer
// also tells that the relay has handled all that went before.

Conversation::Conversation(RelayClient& client, ConversationOptions options, Print print_line)
    : client_(client), options_(options), print_line_(std::move(print_line)) {}

void Conversation::on_event(const PeerEvent& event) {
  if (finished_) return;
  std::visit([this](const auto& what) { on(what); }, event);
}

void Conversation::on(const Opened&) {
  self_watches_.assign(1, true);
  // The client restores watches by itself.
  if (!std::exchange(asked_before_, true)) client_.watch(client_.address());
}

void Conversation::on(const Joined& joined) { show(joined); }

void Conversation::on(const Drained&) { full_ = false; }

void Conversation::on(const Message& message) {
  show(message);
  ++messages_;
  if (options_.count != 0 && messages_ == options_.count) leave();
}

void Conversation::on(const Status& status) {
  const bool of_self = status.address == client_.address() && !self_watches_.empty();
  const bool answers_us = of_self && self_watches_.front();
  if (of_self) self_watches_.pop_front();
  if (answers_us) {
    answered();
  } else {
    show(status);
  }
}

void Conversation::answered() {
  if (!joined_) {
    joined_ = true;
    ever_joined_ = true;
    told_unreachable_ = false;
    on(Joined{client_.address()});
  } else if (flushing_) {
    flushing_ = false;
    leave();
  }
}

void Conversation::on(const ErrorInfo& error) {
  if (!joined_ && (error.code == "FORBIDDEN_ADDRESS" || error.code == "TOO_MANY_WATCHES")) {
    // We are in, though we may not watch ourselves.
    self_watches_.clear();
    answered();
    return;
  }
  const bool unreachable = error.code == "CONNECT_FAILED";
  // A script wants to know each time, a person does not.
  if (!unreachable || !told_unreachable_ || options_.style == PrintStyle::kJson) show(error);
  told_unreachable_ = unreachable;
  if (error.fatal) exit_code_ = kRuntimeFailure;
  if (flushing_ && !unreachable && !error.fatal) {
    // What was sent was not taken as it was meant, and perhaps the last question neither.
    exit_code_ = kRuntimeFailure;
    if (error.code == "FORBIDDEN_ADDRESS" || error.code == "TOO_MANY_WATCHES" ||
        error.code == "RATE_LIMITED") {
      answered();
    }
  }
}

void Conversation::on(const CloseInfo& close) {
  const bool was_joined = joined_;
  joined_ = false;
  full_ = false;
  if (options_.style == PrintStyle::kJson || (was_joined && !leaving_)) show(close);
  if (leaving_) {
    finish();
  } else if (flushing_ || !ever_joined_ || !options_.reconnect || client_.stopped()) {
    exit_code_ = kRuntimeFailure;
    finish();
  }
}

void Conversation::on(const Rejected& rejected) {
  show(rejected);
  if (!options_.interactive) exit_code_ = kRuntimeFailure;
}

bool Conversation::takes_input() const {
  return !finished_ && !leaving_ && !flushing_ && joined_ && !full_;
}

bool Conversation::on_line(std::string_view line) {
  if (finished_ || leaving_) return true;
  if (!takes_input() && !options_.interactive) return false;
  return carry_out(line);
}

bool Conversation::carry_out(std::string_view line) {
  const TypedLine typed =
      options_.style == PrintStyle::kJson ? read_json_line(line) : read_typed_line(line);
  if (const auto* send = std::get_if<SendLine>(&typed)) {
    try {
      if (client_.send(send->to, send->payload)) return true;
    } catch (const nlohmann::json::type_error&) {
      on(Rejected{"not sent: this is not UTF-8"});
      return true;
    }
    if (!options_.interactive) {
      full_ = client_.connected();
      if (!full_) joined_ = false;  // its close is about to be told
      return false;
    }
    on(Rejected{"not sent: not connected"});
  } else if (const auto* watch = std::get_if<WatchLine>(&typed)) {
    if (watch->address == client_.address()) self_watches_.push_back(false);
    client_.watch(watch->address);
  } else if (const auto* unwatch = std::get_if<UnwatchLine>(&typed)) {
    // Our own address stays watched, for the question after the next reconnect.
    if (unwatch->address != client_.address()) client_.unwatch(unwatch->address);
  } else if (const auto* wrong = std::get_if<WrongLine>(&typed)) {
    on(Rejected{wrong->why});
  } else if (std::holds_alternative<HelpLine>(typed)) {
    std::string help = typed_line_help();
    help.pop_back();
    print_line_(help);
  } else if (std::holds_alternative<QuitLine>(typed)) {
    on_input_end();
  }
  return true;
}

void Conversation::on_input_end() {
  if (finished_ || leaving_) return;
  if (!options_.interactive && (options_.stay || options_.count != 0)) return;
  if (!joined_) {
    leave();
    return;
  }
  flushing_ = true;
  self_watches_.push_back(true);
  client_.watch(client_.address());
}

void Conversation::leave() {
  if (finished_ || leaving_) return;
  leaving_ = true;
  flushing_ = false;
  if (client_.stopped()) {
    finish();
  } else {
    client_.close();
    // Between two connections nothing is there to close, and nothing will be told.
    if (!joined_) finish();
  }
}

void Conversation::on_timeout() {
  exit_code_ = kRuntimeFailure;
  finish();
}

void Conversation::finish() { finished_ = true; }

void Conversation::show(const PeerEvent& event) {
  const std::string line = print(event, options_.style);
  if (!line.empty()) print_line_(line);
}

}  // namespace plugboard::program
