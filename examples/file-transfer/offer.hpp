// What a sender offers, and the questions and answers that move it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace transfer {

/// Bytes in one message: as base64 with all around it far below a relay's usual 2 MiB.
inline constexpr std::uint64_t kPieceBytes = 512 * 1024;

struct Offer {
  std::string name;  ///< of the file, without folders
  std::uint64_t size = 0;
  std::string sha256;  ///< hex
  std::string sender;  ///< address
};

void to_json(nlohmann::json& json, const Offer& offer);
/// Throws nlohmann::json::exception for what is no offer.
void from_json(const nlohmann::json& json, Offer& offer);

/// Reads an offer that anybody may have made. Throws std::runtime_error with a sentence for what is
/// none, and for a name that would choose a folder, hide the file or steer a terminal.
Offer read_offer(const std::string& text);

/// A blob key that nobody can guess.
std::string random_key();

/// In hex. Throws std::runtime_error if the file cannot be read.
std::string sha256_of(const std::filesystem::path& file);

std::string to_base64(std::string_view bytes);
/// Throws std::runtime_error for what is not base64.
std::string from_base64(std::string_view text);

}  // namespace transfer
