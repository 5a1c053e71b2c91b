#include "admission/channel_table.hpp"

#include <re2/re2.h>

#include <stdexcept>
#include <utility>

#include "admission/id_form.hpp"
#include "wire/target.hpp"
#include "wire/utf8.hpp"

namespace plugboard::admission {

/// How one channel's ids are judged.
struct ChannelTable::Rule {
  enum class Kind { default_form, pattern, parser };
  Kind kind = Kind::default_form;
  std::unique_ptr<re2::RE2> pattern;
};

ChannelTable::ChannelTable(std::span<const manifest::Channel> channels) {
  for (const manifest::Channel& channel : channels) {
    Rule rule;
    if (channel.id_parser) {
      rule.kind = Rule::Kind::parser;
    } else if (channel.id_pattern.text != manifest::kDefaultIdPattern) {
      rule.kind = Rule::Kind::pattern;
      re2::RE2::Options options;
      options.set_log_errors(false);
      rule.pattern = std::make_unique<re2::RE2>(channel.id_pattern.text, options);
      if (!rule.pattern->ok()) {
        throw std::invalid_argument("channel.id_pattern is not a regular expression");
      }
    }
    places_.emplace(channel.name.text, rules_.size());
    rules_.push_back(std::move(rule));
  }
}

ChannelTable::~ChannelTable() = default;
ChannelTable::ChannelTable(ChannelTable&&) noexcept = default;
ChannelTable& ChannelTable::operator=(ChannelTable&&) noexcept = default;

std::optional<std::size_t> ChannelTable::find_channel(std::string_view name) const {
  if (const auto found = places_.find(name); found != places_.end()) return found->second;
  if (name.find('%') == std::string_view::npos) return std::nullopt;
  const auto decoded = wire::percent_decode(name);
  if (!decoded) return std::nullopt;
  const auto found = places_.find(*decoded);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Destination> ChannelTable::find(std::string_view path) const {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || path[0] != '/') return std::nullopt;
  const auto channel = find_channel(path.substr(1, slash - 1));
  if (!channel) return std::nullopt;
  auto id = wire::percent_decode(path.substr(slash + 1));
  if (!id || !valid_id(*channel, *id)) return std::nullopt;
  return Destination{*channel, std::move(*id), rules_[*channel].kind != Rule::Kind::parser};
}

bool ChannelTable::valid_id(std::size_t channel, std::string_view id) const {
  if (id.empty() || id.size() > kMaxIdBytes || id == "*" || !wire::valid_utf8(id)) return false;
  const Rule& rule = rules_[channel];
  switch (rule.kind) {
    case Rule::Kind::default_form:
      return has_default_form(id);
    case Rule::Kind::pattern:
      return re2::RE2::FullMatch(re2::StringPiece(id.data(), id.size()), *rule.pattern);
    case Rule::Kind::parser:
      break;
  }
  return true;
}

}  // namespace plugboard::admission
