// Keys from an environment variable, separated by commas. Read when the instance is made; a process
// cannot be given a new environment, so there is nothing to reload.
#include <algorithm>
#include <cstdlib>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "access_keys/key_table.hpp"

namespace plugboard {
namespace {

using access_keys::Digest;
using access_keys::KeyTable;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Texts between commas, those left out that are empty.
std::vector<std::string_view> parts(std::string_view list) {
  std::vector<std::string_view> result;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(part.size() + 1, list.size()));
    if (const auto key = trimmed(part); !key.empty()) result.push_back(key);
  }
  return result;
}

class KeyStoreEnv : public Plugin {
 public:
  static std::string_view summary() { return "Access keys from an environment variable."; }

  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "properties": {
        "variable": {
          "type": "string",
          "minLength": 1,
          "description": "name of the environment variable that holds the keys, comma separated"
        }
      },
      "required": ["variable"]
    })";
  }

  explicit KeyStoreEnv(const Config& config) : keys_(read(config)) {}

  Verdict lookup(const KeyRequest& request) const {
    return keys_.find(request.key) != 0 ? allow() : abstain();
  }

 private:
  static KeyTable read(const Config& config) {
    const std::string name = config.string("variable");
    const std::string variable = "the environment variable " + name;
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): copied
    if (value == nullptr) config.fail("variable", variable + " is not set");
    const std::string list = value;
    if (list.empty()) config.fail("variable", variable + " is empty");
    const auto keys = parts(list);
    if (keys.empty()) config.fail("variable", variable + " holds no keys");

    std::vector<Digest> digests;
    for (const std::string_view key : keys) {
      if (!access_keys::is_access_key(key)) {
        config.fail("variable", variable + " holds an ill-formed key: number " +
                                    std::to_string(digests.size() + 1) + " of " +
                                    std::to_string(keys.size()) + " is not " +
                                    std::string(access_keys::kForm));
      }
      digests.push_back(access_keys::digest_of(key));
    }
    return KeyTable(std::move(digests));
  }

  const KeyTable keys_;
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::KeyStoreEnv, "key-store-env", "1.0.0")
