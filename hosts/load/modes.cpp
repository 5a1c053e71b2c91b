#include "load/modes.hpp"

#include <string>

namespace plugboard::load {

bool is_clean(const Report& report) {
  if (report.at("errors").at("total") != 0) return false;
  const auto messages = report.find("messages");
  if (messages == report.end()) return true;
  for (const char* name : {"lost", "reordered", "damaged"}) {
    if (messages->at(name) != 0) return false;
  }
  return true;
}

std::string peer_id(char letter, std::size_t number) {
  constexpr std::size_t kDigits = 7;
  const std::string digits = std::to_string(number);
  return letter + std::string(digits.size() < kDigits ? kDigits - digits.size() : 0, '0') + digits;
}

}  // namespace plugboard::load
