// [[channel]].
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

#include "manifest/sections.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::size_t kMaxChannelBytes = 256;
constexpr std::string_view kNameForm =
    "up to 256 bytes without \":\", \"?\", \"#\" and control characters; slashes only between "
    "segments";

/// What keeps `name` from being a channel's, as a clause; empty if nothing does.
std::string_view channel_name_problem(std::string_view name) {
  if (name.size() > kMaxChannelBytes) return "is longer than 256 bytes";
  if (name.find(':') != std::string_view::npos)
    return "holds a colon, which ends a channel's name in addresses";
  if (name.find_first_of("?#") != std::string_view::npos)
    return "holds a character that ends the path of a URL";
  const bool control = std::any_of(name.begin(), name.end(), [](char c) {
    return std::iscntrl(static_cast<unsigned char>(c)) != 0;
  });
  if (control) return "holds a control character";
  if (name.front() == '/') return "begins with a slash";
  if (name.back() == '/') return "ends with a slash";
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    const std::string_view segment = name.substr(at, end - at);
    if (segment.empty()) return "holds an empty segment";
    if (segment == "." || segment == "..") return "holds a segment that URLs resolve away";
    at = end + 1;
  }
  return "";
}

/// Where each name was first given.
using TakenNames = std::map<std::string, Position, std::less<>>;

void read_name(TableReader& table, Channel& channel, TakenNames& taken) {
  if (!table.has("name")) {
    table.report_missing("name", "a string, " + std::string(kNameForm));
  }
  const Node* name = table.read_text("name");
  if (name == nullptr) return;
  channel.name = to_name(*name);
  if (const std::string_view problem = channel_name_problem(name->text); !problem.empty()) {
    table.error("name", *name, problem).allowed = kNameForm;
  }
  const auto [first, is_new] = taken.emplace(name->text, name->position);
  if (!is_new) {
    table.error("name", *name,
                "is taken by the channel at line " + std::to_string(first->second.line));
  }
}

void read_id_rule(TableReader& table, Channel& channel, const PluginNames& plugins) {
  if (const Node* pattern = table.read_text("id_pattern")) {
    channel.id_pattern = to_name(*pattern);
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 compiled(pattern->text, options);
    if (!compiled.ok()) {
      // RE2's own sentence quotes the pattern, which may come from the environment.
      Diagnostic& diagnostic =
          table.error("id_pattern", *pattern,
                      "is not a regular expression" +
                          (pattern->substituted ? std::string() : " (" + compiled.error() + ")"));
      diagnostic.allowed = "RE2 syntax";
    }
  }
  if (const Node* parser = table.read_text("id_parser")) {
    channel.id_parser = to_name(*parser);
    if (!plugins.contains(parser->text)) {
      plugins.explain(table.error("id_parser", *parser, "names no [[plugin]]"), *parser);
    }
    if (table.has("id_pattern")) {
      table.error("id_parser", *parser, "stands beside channel.id_pattern").allowed =
          "one of id_pattern and id_parser";
    }
  }
}

}  // namespace

std::vector<Channel> read_channels(const Node* node, const Node& root, const PluginNames& plugins,
                                   Diagnostics& diagnostics) {
  std::vector<Channel> channels;
  if (node == nullptr || (node->kind == Kind::kList && node->items.empty())) {
    diagnostics.error(node == nullptr ? root.position : node->position, "there is no channel")
        .allowed = "at least one [[channel]] with a name";
    return channels;
  }
  if (node->kind != Kind::kList) {
    Diagnostic& diagnostic = diagnostics.error(node->position, "channel has the wrong type");
    diagnostic.found = node->written;
    diagnostic.allowed = "[[channel]] tables, in double brackets";
    return channels;
  }
  TakenNames taken;
  for (const Node& item : node->items) {
    Channel channel;
    TableReader table(&item, "channel", diagnostics);
    if (item.kind != Kind::kTable) continue;
    read_name(table, channel, taken);
    table.read_choice("on_duplicate", channel.on_duplicate,
                      {{"replace", OnDuplicate::kReplace}, {"reject", OnDuplicate::kReject}});
    read_id_rule(table, channel, plugins);
    table.read_choice("undeliverable", channel.undeliverable,
                      {{"silent", Undeliverable::kSilent}, {"notify", Undeliverable::kNotify}});
    table.read_boolean("presence_list", channel.presence_list);
    table.read_duration("stale_evict", channel.stale_evict, std::chrono::milliseconds(0));
    table.report_unknown();
    channels.push_back(std::move(channel));
  }
  return channels;
}

}  // namespace plugboard::manifest
