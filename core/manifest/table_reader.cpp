#include "manifest/table_reader.hpp"

#include <algorithm>

#include "manifest/nearest.hpp"
#include "manifest/quantity.hpp"
#include "manifest/text_lines.hpp"

namespace plugboard::manifest {

TableReader::TableReader(const Node* table, std::string path, Diagnostics& diagnostics)
    : table_(table), path_(std::move(path)), diagnostics_(diagnostics) {
  if (table_ != nullptr && table_->kind != Kind::kTable) {
    Diagnostic& diagnostic = diagnostics_.error(table_->position, path_ + " has the wrong type");
    diagnostic.found = table_->written;
    diagnostic.allowed = "a table";
    table_ = nullptr;
  }
}

std::string TableReader::path_of(std::string_view key) const {
  const std::string name = shortened(key);
  return path_.empty() ? name : path_ + "." + name;
}

const Node* TableReader::written(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  return table_ == nullptr ? nullptr : table_->member(key);
}

const Node* TableReader::find(std::string_view key) {
  const Node* node = written(key);
  return node != nullptr && node->unreadable ? nullptr : node;
}

bool TableReader::has(std::string_view key) const {
  return table_ != nullptr && table_->member(key) != nullptr;
}

void TableReader::read_boolean(std::string_view key, bool& target) {
  const Node* node = find(key);
  if (node == nullptr) return;
  if (node->kind != Kind::kBoolean) {
    wrong_type(key, *node, "true or false");
    return;
  }
  target = node->boolean;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t least,
                                                 std::int64_t largest) {
  const Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const std::string allowed =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(largest);
  if (node->kind != Kind::kInteger) {
    wrong_type(key, *node, allowed);
    return std::nullopt;
  }
  if (node->integer < least || node->integer > largest) {
    error(key, *node, "is out of range").allowed = allowed;
    return std::nullopt;
  }
  return node->integer;
}

void TableReader::read_duration(std::string_view key, std::chrono::milliseconds& target,
                                std::chrono::milliseconds least) {
  const Node* node = find(key);
  if (node == nullptr) return;
  const std::string range = "from " + to_text(least) + " to " + to_text(kLongestDuration);
  const std::string allowed = "a duration " + range + " in ms, s, m or h, as \"30s\"";
  if (node->kind != Kind::kString) {
    wrong_type(key, *node, allowed);
    return;
  }
  const auto parsed = parse_duration(node->text);
  const auto* duration = std::get_if<std::chrono::milliseconds>(&parsed);
  if (duration == nullptr && std::get<NoQuantity>(parsed) == NoQuantity::kForm) {
    Diagnostic& diagnostic = error(key, *node, "is not a duration");
    diagnostic.allowed = allowed;
    suggest(diagnostic, *node, likely_duration(node->text));
    return;
  }
  if (duration == nullptr || *duration < least || *duration > kLongestDuration) {
    error(key, *node, "is out of range").allowed = allowed;
    return;
  }
  target = *duration;
}

bool TableReader::read_size(std::string_view key, std::size_t& target, std::uint64_t least,
                            std::uint64_t largest) {
  const Node* node = find(key);
  if (node == nullptr) return false;
  const std::string allowed = "a size from " + size_to_text(least) + " to " +
                              size_to_text(largest) +
                              ", as a number of bytes or in B, KiB or MiB, as \"2 MiB\"";
  std::optional<std::uint64_t> bytes;
  if (node->kind == Kind::kInteger) {
    if (node->integer >= 0) bytes = static_cast<std::uint64_t>(node->integer);
  } else if (node->kind == Kind::kString) {
    const auto parsed = parse_size(node->text);
    if (const auto* size = std::get_if<std::uint64_t>(&parsed)) {
      bytes = *size;
    } else if (std::get<NoQuantity>(parsed) == NoQuantity::kForm) {
      Diagnostic& diagnostic = error(key, *node, "is not a size");
      diagnostic.allowed = allowed;
      suggest(diagnostic, *node, likely_size(node->text));
      return false;
    }
  } else {
    wrong_type(key, *node, allowed);
    return false;
  }
  if (!bytes || *bytes < least || *bytes > largest) {
    error(key, *node, "is out of range").allowed = allowed;
    return false;
  }
  target = static_cast<std::size_t>(*bytes);
  return true;
}

std::optional<std::size_t> TableReader::choice_index(std::string_view key,
                                                     const std::vector<std::string>& names) {
  const Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind != Kind::kString) {
    wrong_type(key, *node, quoted_list(names));
    return std::nullopt;
  }
  const auto name = std::find(names.begin(), names.end(), node->text);
  if (name == names.end()) {
    Diagnostic& diagnostic = error(key, *node, "has an unknown value");
    diagnostic.allowed = quoted_list(names);
    suggest(diagnostic, *node, nearest(node->text, names));
    return std::nullopt;
  }
  return static_cast<std::size_t>(name - names.begin());
}

const Node* TableReader::read_text(std::string_view key, Shown shown) {
  const Node* node = find(key);
  if (node == nullptr) return nullptr;
  if (node->kind != Kind::kString) {
    wrong_type(key, *node, "a string", shown);
    return nullptr;
  }
  if (node->text.empty()) {
    error(key, *node, "is empty", shown).allowed = "a string that is not empty";
    return nullptr;
  }
  return node;
}

std::optional<std::vector<const Node*>> TableReader::read_texts(std::string_view key,
                                                                std::string_view what) {
  const Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const std::string allowed = "a list of strings, each " + std::string(what);
  if (node->kind != Kind::kList) {
    wrong_type(key, *node, allowed);
    return std::nullopt;
  }
  std::vector<const Node*> texts;
  for (const Node& item : node->items) {
    if (item.unreadable) continue;
    if (item.kind != Kind::kString) {
      error(key, item, "holds an item of the wrong type").allowed = allowed;
    } else if (item.text.empty()) {
      error(key, item, "holds an empty string").allowed = allowed;
    } else {
      texts.push_back(&item);
    }
  }
  return texts;
}

void TableReader::report_missing(std::string_view key, std::string allowed) {
  Diagnostic& diagnostic = diagnostics_.error(table_ == nullptr ? Position{1, 1} : table_->position,
                                              path_of(key) + " is missing");
  diagnostic.allowed = std::move(allowed);
}

Diagnostic& TableReader::error(std::string_view key, const Node& node, std::string_view clause,
                               Shown shown) {
  Diagnostic& diagnostic =
      diagnostics_.error(node.position, path_of(key) + " " + std::string(clause));
  diagnostic.found = shown == Shown::kAsWritten ? node.written : std::string(to_words(node.kind));
  return diagnostic;
}

void TableReader::suggest(Diagnostic& diagnostic, const Node& node,
                          const std::optional<std::string>& meant) {
  if (meant && !node.substituted) diagnostic.suggestion = *meant;
}

void TableReader::report_unknown() {
  if (table_ == nullptr) return;
  for (const Member& member : table_->members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    Diagnostic& diagnostic =
        diagnostics_.error(member.key_position, path_of(member.key) + " is not a known key");
    std::string& allowed = diagnostic.allowed;
    for (const std::string& key : known_) allowed += (allowed.empty() ? "" : ", ") + key;
    diagnostic.suggestion = nearest(member.key, known_).value_or("");
  }
}

}  // namespace plugboard::manifest
