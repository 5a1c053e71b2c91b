// A hook that stands between peers: drops messages that hold certain words, and sends those for
// some addresses to others instead.
#include <algorithm>
#include <map>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace {

char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower_letter);
  return text;
}

// What the config says. Immutable, so that reloads can swap it under the messages.
struct Rules {
  explicit Rules(const plugboard::Config& config) {
    for (const std::string& word : config.strings("words")) words.push_back(lower(word));
    const plugboard::Config table = config.object("redirect");
    for (const std::string& address : table.names()) {
      const std::string target = table.string(address);
      if (target.find(':') == std::string::npos) {
        table.fail(address, "must be an address such as \"pwa:support-01\"");
      }
      redirects.emplace(address, target);
    }
  }

  bool forbid(std::string_view text) const {
    thread_local std::string letters;  // keeps its memory from message to message
    letters.resize(text.size());
    std::transform(text.begin(), text.end(), letters.begin(), lower_letter);
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return letters.find(word) != std::string::npos;
    });
  }

  // Almost every message is let through by one look at its bytes: without escapes, a word that does
  // not stand in them stands in none of its strings. Only the others are taken apart.
  bool forbid_message(std::string_view json) const {
    if (words.empty()) return false;
    if (json.find('\\') == std::string_view::npos && !forbid(json)) return false;
    return forbid_any(plugboard::Config::parse(json));
  }

  // Looks into every string of a JSON value, names of members included, with escapes undone: a word
  // spelled "sp\u0061m" is found as well.
  bool forbid_any(const plugboard::Config& value) const {
    using Type = plugboard::Config::Type;
    if (value.type() == Type::kString) return forbid(value.as_string());
    if (value.type() == Type::kList) {
      const auto items = value.as_list();
      return std::any_of(items.begin(), items.end(),
                         [&](const auto& item) { return forbid_any(item); });
    }
    const auto names = value.names();
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      const auto member = value.find(name);
      return forbid(name) || (member && forbid_any(*member));
    });
  }

  std::vector<std::string> words;
  std::map<std::string, std::string, std::less<>> redirects;
};

class WordFilter : public plugboard::Plugin {
 public:
  static std::string_view summary() {
    return "Drops messages with certain words, redirects others.";
  }

  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "properties": {
        "words": {
          "type": "array",
          "items": {"type": "string", "minLength": 1},
          "description": "messages that hold one of these, in whatever letter case, are dropped"
        },
        "redirect": {
          "type": "object",
          "additionalProperties": {"type": "string"},
          "description": "address = address to which its messages go instead"
        }
      }
    })";
  }

  explicit WordFilter(const plugboard::Config& config) : rules_(Rules(config)) {}

  auto reconfigure(const plugboard::Config& config) {
    return [this, rules = Rules(config)]() mutable { rules_.set(std::move(rules)); };
  }

  // [io]: runs for every message, so it must be quick. If one must be looked into and nests too
  // deeply for that, Config::parse throws, and the relay drops it.
  plugboard::Verdict routed_message(const plugboard::Message& message,
                                    plugboard::Routing& routing) {
    const auto rules = rules_.get();
    if (rules->forbid_message(message.data)) {
      routing.answer("WORD_NOT_ALLOWED", "Your message holds a word that is not allowed here");
      return plugboard::drop();
    }
    const auto redirect = rules->redirects.find(message.to);
    if (redirect != rules->redirects.end()) routing.route_to(redirect->second);
    return plugboard::next();
  }

 private:
  plugboard::Current<Rules> rules_;
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(WordFilter, "word-filter", "1.0.0")
