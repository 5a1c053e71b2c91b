#include "offer.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

namespace transfer {

void to_json(nlohmann::json& json, const Offer& offer) {
  json = {{"name", offer.name},
          {"size", offer.size},
          {"sha256", offer.sha256},
          {"sender", offer.sender}};
}

void from_json(const nlohmann::json& json, Offer& offer) {
  json.at("name").get_to(offer.name);
  json.at("size").get_to(offer.size);
  json.at("sha256").get_to(offer.sha256);
  json.at("sender").get_to(offer.sender);
}

namespace {

// C1 controls, which are C2 80 to C2 9F in UTF-8, included.
bool holds_controls(std::string_view text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (before == 0xC2 && byte >= 0x80 && byte <= 0x9F) return true;
    before = byte;
  }
  return false;
}

}  // namespace

Offer read_offer(const std::string& text) {
  Offer offer;
  try {
    offer = nlohmann::json::parse(text).get<Offer>();
  } catch (const nlohmann::json::exception&) {
    throw std::runtime_error("what is under this key is no offer");
  }
  if (holds_controls(offer.name))
    throw std::runtime_error("the offered name holds characters that no name needs");
  offer.name = std::filesystem::path(offer.name).filename().string();
  if (offer.name.empty() || offer.name.front() == '.') {
    throw std::runtime_error("the offer has no file name, or one that hides the file");
  }
  return offer;
}

std::string random_key() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 22> random{};  // 132 bits
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("the system gives no random bytes");
  }
  std::string key;
  for (const unsigned char byte : random) key += kAlphabet[byte % kAlphabet.size()];
  return key;
}

std::string sha256_of(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> buffer(kPieceBytes);
  while (input.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         input.gcount() > 0) {
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(input.gcount()));
  }
  if (!input.eof()) throw std::runtime_error(file.string() + " cannot be read");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 0xFU];
  }
  return hex;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("a piece is not base64");
  // OpenSSL counts what only fills up.
  std::size_t padding = 0;
  while (padding < 2 && text.size() > padding && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

}  // namespace transfer
