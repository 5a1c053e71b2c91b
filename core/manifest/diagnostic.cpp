#include "manifest/diagnostic.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace plugboard::manifest {

namespace {

/// `text` with the control characters of Unicode (C0, DEL, C1) escaped.
std::string without_controls(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string clean;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto code = static_cast<unsigned char>(text[at]);
    // C1 is what UTF-8 writes as C2 80 to C2 9F.
    const bool c1 =
        code == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    if (c1) code = static_cast<unsigned char>(text[++at]);
    if (c1 || code < 0x20 || code == 0x7F) {
      clean.append("\\u00");
      clean += kHex[code >> 4U];
      clean += kHex[code & 0xFU];
    } else {
      clean += text[at];
    }
  }
  return clean;
}

}  // namespace

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
  return without_controls(line);
}

Diagnostic& Diagnostics::error(Position position, std::string what) {
  ++errors_;
  return gathered_.emplace_back(Diagnostic{file_, position, Severity::kError, std::move(what)});
}

Diagnostic& Diagnostics::warning(Position position, std::string what) {
  return gathered_.emplace_back(Diagnostic{file_, position, Severity::kWarning, std::move(what)});
}

std::vector<Diagnostic> Diagnostics::take() {
  sort_by_place(gathered_);
  errors_ = 0;
  return std::exchange(gathered_, {});
}

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  std::stable_sort(
      diagnostics.begin(), diagnostics.end(), [](const Diagnostic& left, const Diagnostic& right) {
        return std::tie(left.position, left.severity) < std::tie(right.position, right.severity);
      });
}

bool holds_error(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::kError;
  });
}

std::string to_text(const std::vector<Diagnostic>& diagnostics) {
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics) lines += diagnostic.text() + "\n";
  return lines;
}

}  // namespace plugboard::manifest
