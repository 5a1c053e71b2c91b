// What a plugin says about itself, checked once when its library is loaded and copied into structs
// of full size, so that what an older or shorter table lacks reads as NULL ever after. Pure; calls
// the plugin's [describe] functions.
#pragma once

#include <plugboard/plugboard.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plugboard::extension {

/// The tables of the kinds that a plugin implements.
struct KindTables {
  std::optional<plugboard_key_store> key_store;
  std::optional<plugboard_rate_limiter> rate_limiter;
  std::optional<plugboard_hook> hook;
  std::optional<plugboard_http_handler> http_handler;
  std::optional<plugboard_blob_store> blob_store;
  std::optional<plugboard_id_parser> id_parser;

  /// "key-store", "rate-limiter" and so on, those that are there.
  [[nodiscard]] std::vector<std::string> names() const;
};

struct Descriptor {
  plugboard_plugin functions = {};  // its texts are not to be used
  std::string name;
  std::string version;
  std::string summary;
  std::string config_schema;  // a JSON object; empty: takes no config
  KindTables kinds;

  [[nodiscard]] bool blocking() const { return functions.flags & PLUGBOARD_FLAG_BLOCKING; }
  [[nodiscard]] bool reconfigurable() const { return functions.prepare != nullptr; }
};

/// Why what a plugin says about itself cannot be used.
struct Unfit {
  enum class Fault {
    kNoDescriptor,
    kShortDescriptor,
    kWrongMajor,
    kFunctions,  ///< some of create, destroy, prepare and so on are missing
    kText,       ///< name, version, summary or config_schema
    kShortTable,
    kHalfKind  ///< a kind's required function is missing
  };

  Fault fault;
  std::string sentence;  ///< for people, beginning with "its", "it" and the like
};

/// Checks and copies what the entry function returned. The plugin's functions may throw.
[[nodiscard]] std::variant<Descriptor, Unfit> read_descriptor(const plugboard_plugin* plugin);

}  // namespace plugboard::extension
