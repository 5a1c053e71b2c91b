#include "manifest/source_map.hpp"

namespace plugboard::manifest {

Source SourceMap::at(std::string_view pointer) const {
  for (;;) {
    if (const Source* source = find(pointer)) return *source;
    if (pointer.empty()) return {};
    const std::size_t slash = pointer.rfind('/');
    pointer = slash == std::string_view::npos ? std::string_view() : pointer.substr(0, slash);
  }
}

const Source* SourceMap::find(std::string_view pointer) const {
  const auto entry = sources_.find(pointer);
  return entry == sources_.end() ? nullptr : &entry->second;
}

SourceMap SourceMap::below(std::string_view pointer) const {
  SourceMap part;
  for (auto entry = sources_.lower_bound(pointer);
       entry != sources_.end() && entry->first.starts_with(pointer); ++entry) {
    std::string rest = entry->first.substr(pointer.size());
    // "/plugin/1" is no parent of "/plugin/10".
    if (rest.empty() || rest.front() == '/') part.add(std::move(rest), entry->second);
  }
  return part;
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
