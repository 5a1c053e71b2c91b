#include "extension/id_parsers.hpp"

#include <cstring>
#include <utility>

#include "extension/bytes.hpp"
#include "extension/links.hpp"
#include "wire/utf8.hpp"

namespace plugboard::extension {

std::optional<std::string> IdParser::parse(std::string_view channel, std::string_view id) const {
  if (id.empty() || id.size() > PLUGBOARD_ID_MAX_SIZE) return std::nullopt;
  Instance& instance = *link_->instance;
  plugboard_id parsed = {};
  parsed.size = sizeof parsed;
  parsed.length = static_cast<std::uint32_t>(id.size());
  std::memcpy(parsed.text, id.data(), id.size());
  const plugboard_status status = instance.decide("parse", Timing::kIo, [&] {
    return link_->table.parse(link_->self, to_bytes(channel), &parsed);
  });
  switch (status) {
    case PLUGBOARD_OK:
      break;
    case PLUGBOARD_DENY:
      return std::nullopt;
    case PLUGBOARD_ERROR:
      instance.counters().errors.fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    default:
      instance.failed("parse returned " + std::to_string(status) + ", which is no answer to it");
      return std::nullopt;
  }
  if (parsed.length == 0 || parsed.length > PLUGBOARD_ID_MAX_SIZE) {
    instance.failed("parse gave an id of " + std::to_string(parsed.length) + " bytes");
    return std::nullopt;
  }
  std::string text(parsed.text, parsed.length);
  if (text == "*" || !wire::valid_utf8(text)) {
    instance.failed("parse gave an id that is \"*\" or not UTF-8");
    return std::nullopt;
  }
  return text;
}

IdParsers::IdParsers() = default;
IdParsers::IdParsers(std::shared_ptr<const IdParserLinks> links) : links_(std::move(links)) {}
IdParsers::IdParsers(IdParsers&&) noexcept = default;
IdParsers& IdParsers::operator=(IdParsers&&) noexcept = default;
IdParsers::~IdParsers() = default;

std::optional<IdParser> IdParsers::find(std::string_view name) const {
  if (links_ == nullptr) return std::nullopt;
  const auto found = links_->parsers.find(name);
  if (found == links_->parsers.end()) return std::nullopt;
  return IdParser(found->second);
}

}  // namespace plugboard::extension
