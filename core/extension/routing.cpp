#include "extension/routing.hpp"

namespace plugboard::extension {
namespace {

const std::vector<std::string> kNoTargets;
const std::vector<Routing::Answer> kNoAnswers;
const std::string kNoText;

/// "channel:id" with something on both sides of the first colon, and not a whole channel.
bool is_address(std::string_view text) {
  constexpr std::size_t kMaxAddressBytes = 8192;
  const auto colon = text.find(':');
  return text.size() <= kMaxAddressBytes && colon != std::string_view::npos && colon != 0 &&
         colon + 1 != text.size() && text.substr(colon + 1) != "*";
}

}  // namespace

const std::vector<std::string>& Routing::targets() const {
  return changes_ ? changes_->targets : kNoTargets;
}

const std::string* Routing::bytes() const {
  if (!changes_ || changes_->replacements.empty()) return nullptr;
  return &changes_->replacements.back()->bytes;
}

const std::string& Routing::to() const {
  if (!changes_ || changes_->replacements.empty()) return kNoText;
  return changes_->replacements.back()->to;
}

const std::vector<Routing::Answer>& Routing::answers() const {
  return changes_ ? changes_->answers : kNoAnswers;
}

plugboard_status Routing::add_target(std::string_view address) {
  if (!is_address(address)) return PLUGBOARD_INVALID;
  if (targets().size() >= kMaxTargets) return PLUGBOARD_FULL;
  changes().targets.emplace_back(address);
  return PLUGBOARD_OK;
}

plugboard_status Routing::replace(std::string_view bytes) {
  auto replacement = std::make_unique<Replacement>();
  const plugboard_status judged = judge_->judge(bytes, replacement->to);
  if (judged != PLUGBOARD_OK) return judged;
  replacement->bytes = bytes;
  changes().replacements.push_back(std::move(replacement));
  return PLUGBOARD_OK;
}

plugboard_status Routing::add_answer(std::string_view code, std::string_view message) {
  if (answers().size() >= kMaxAnswers) return PLUGBOARD_FULL;
  changes().answers.push_back({std::string(code), std::string(message)});
  return PLUGBOARD_OK;
}

Routing::Changes& Routing::changes() {
  if (!changes_) changes_ = std::make_unique<Changes>();
  return *changes_;
}

Routing::Mark Routing::mark() const {
  if (!changes_) return {};
  return {changes_->targets.size(), changes_->replacements.size(), changes_->answers.size()};
}

void Routing::roll_back(const Mark& mark) {
  if (!changes_) return;
  changes_->targets.resize(mark.targets);
  changes_->replacements.resize(mark.replacements);
  changes_->answers.resize(mark.answers);
}

}  // namespace plugboard::extension
