#include "manifest/diagnostic.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace plugboard::manifest {

std::string Diagnostic::text() const {
  std::string line = file;
  if (position.line != 0) {
    line.append(":").append(std::to_string(position.line));
    line.append(":").append(std::to_string(position.column));
  }
  line += severity == Severity::kError ? ": error: " : ": warning: ";
  line += what;
  if (!found.empty()) line += "; found " + found;
  if (!allowed.empty()) line += "; allowed: " + allowed;
  if (!suggestion.empty()) line += "; did you mean \"" + suggestion + "\"?";
  return line;
}

Diagnostic& Diagnostics::error(Position position, std::string what) {
  ++errors_;
  return gathered_.emplace_back(Diagnostic{file_, position, Severity::kError, std::move(what)});
}

Diagnostic& Diagnostics::warning(Position position, std::string what) {
  return gathered_.emplace_back(Diagnostic{file_, position, Severity::kWarning, std::move(what)});
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(
      gathered_.begin(), gathered_.end(), [](const Diagnostic& left, const Diagnostic& right) {
        return std::tie(left.position, left.severity) < std::tie(right.position, right.severity);
      });
  errors_ = 0;
  return std::exchange(gathered_, {});
}

std::string to_text(const std::vector<Diagnostic>& diagnostics) {
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics) lines += diagnostic.text() + "\n";
  return lines;
}

}  // namespace plugboard::manifest
