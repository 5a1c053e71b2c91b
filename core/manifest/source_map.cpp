#include "manifest/source_map.hpp"

#include <algorithm>

namespace plugboard::manifest {

namespace {

/// A name as it stands in a pointer, unescaped.
std::string unescaped(std::string_view part) {
  std::string name;
  for (std::size_t at = 0; at < part.size(); ++at) {
    const bool escape = part[at] == '~' && at + 1 < part.size();
    if (escape) ++at;
    name += !escape ? part[at] : part[at] == '1' ? '/' : '~';
  }
  return name;
}

/// How far a pointer leads.
struct Walk {
  std::shared_ptr<const SourceTree> last;  ///< the deepest place on its way
  bool whole = false;                      ///< it is the pointer's own
};

Walk walk(std::shared_ptr<const SourceTree> tree, std::string_view pointer) {
  while (tree && !pointer.empty()) {
    // What does not begin with a slash is no pointer, and leads no further.
    if (pointer.front() != '/') return {std::move(tree), false};
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const auto child = tree->children.find(unescaped(pointer.substr(0, end)));
    if (child == tree->children.end()) return {std::move(tree), false};
    tree = child->second;
    pointer.remove_prefix(end);
  }
  const bool whole = tree != nullptr;
  return {std::move(tree), whole};
}

}  // namespace

Source SourceMap::at(std::string_view pointer) const {
  const Walk way = walk(root_, pointer);
  return way.last ? way.last->source : Source{};
}

const Source* SourceMap::find(std::string_view pointer) const {
  const Walk way = walk(root_, pointer);
  return way.whole ? &way.last->source : nullptr;
}

SourceMap SourceMap::below(std::string_view pointer) const {
  Walk way = walk(root_, pointer);
  return way.whole ? SourceMap(std::move(way.last)) : SourceMap();
}

std::string pointer_to(std::string_view pointer, std::string_view member) {
  std::string extended(pointer);
  extended += '/';
  for (const char character : member) {
    if (character == '~') {
      extended += "~0";
    } else if (character == '/') {
      extended += "~1";
    } else {
      extended += character;
    }
  }
  return extended;
}

std::string pointer_to(std::string_view pointer, std::size_t index) {
  return std::string(pointer) + "/" + std::to_string(index);
}

}  // namespace plugboard::manifest
