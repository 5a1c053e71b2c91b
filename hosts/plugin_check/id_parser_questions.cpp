#include <algorithm>

#include "plugin_check/kind_questions.hpp"
#include "plugin_check/reporter.hpp"
#include "wire/utf8.hpp"

namespace plugboard::plugin_check::id_parser {

void ids(Questioner& asks) {
  const auto& parser = asks.kinds().id_parser;
  if (!parser) return;
  const std::vector<std::string> ids = {"alice001",
                                        "a",
                                        asks.word(256),
                                        "7B0C4FA1-5D7E-4B70-9A6B-0123456789AB",
                                        "caf\xC3\xA9 \xF0\x9F\x98\x80",
                                        "with:colon",
                                        "..",
                                        std::string(8, '\x01')};
  for (const std::string& id : ids) {
    Borrowed borrowed("parse", asks.memory());
    const plugboard_bytes channel = borrowed.text("pwa");
    plugboard_id asked = {};
    asked.length = static_cast<std::uint32_t>(id.size());
    std::copy(id.begin(), id.end(), asked.text);
    auto* const parsed = borrowed.output(asked);
    const plugboard_status status = asks.instance().decide("parse", CallKind::kIo, [&] {
      return parser->parse(asks.instance().self(), channel, parsed);
    });
    asks.expect("parse", status, {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
    if (status != PLUGBOARD_OK) continue;
    const std::string_view text(parsed->text,
                                std::min<std::size_t>(parsed->length, PLUGBOARD_ID_MAX_SIZE));
    if (parsed->length == 0 || parsed->length > PLUGBOARD_ID_MAX_SIZE || text == "*" ||
        !wire::valid_utf8(text)) {
      reporter::finding("unfit-answer", "parse",
                        "makes an id that is empty, too long, not UTF-8 or \"*\"");
    }
  }
}

}  // namespace plugboard::plugin_check::id_parser
