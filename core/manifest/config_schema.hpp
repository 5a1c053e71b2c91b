// Which config a plugin takes: the description that a library carries, and what it does to the
// `config` table of a [[plugin]]. Immutable once parsed; any thread.
//
// A description is a JSON object in a dialect of JSON Schema with these keywords, any other being a
// mistake of the plugin's author:
//
//   type                  string, integer, number, boolean, array, object, null, or a list of them
//   properties            of an object: name -> description
//   required              of an object: names of properties that must be written
//   additionalProperties  of an object: false (what properties does not list is a mistake; so it is
//                         if this is left out), true (is passed on as it stands), or a description
//   items                 of an array: the description of each item
//   minItems, maxItems    of an array
//   enum                  the values allowed
//   minimum, maximum      of a number, both inclusive; of a duration in ms, of a size in bytes
//   minLength, maxLength  of a string, in characters
//   pattern               of a string: RE2, matching anywhere in it unless anchored
//   default               what is taken when the member is missing; checked like a written one
//   description           for people
//   format                path      a string; made absolute against the manifest's folder
//                         secret    a string that is never printed
//                         duration  "60s" or whole milliseconds; becomes an integer, milliseconds
//                         size      "8 KiB" or whole bytes; becomes an integer, bytes
//                         regex     a string that RE2 compiles
//
// The outermost description is one of an object. An empty text describes a plugin without config.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/source_map.hpp"

namespace plugboard::manifest {

struct SchemaNode;

/// Where a config comes from. Borrowed for the call.
struct ConfigOrigin {
  const std::string& file;              ///< `Manifest::file`
  const SourceMap& sources;             ///< `PluginEntry::config_sources`
  const std::filesystem::path& folder;  ///< `Manifest::folder`
  std::string name = "config";          ///< what messages call the table
};

class ConfigSchema {
 public:
  /// The description in `text`, or a clause that says why it is none ("properties.file has the
  /// unknown keyword "defualt"; did you mean "default"?").
  [[nodiscard]] static std::variant<ConfigSchema, std::string> parse(std::string_view text);

  /// The config as the plugin is to get it, or everything that is wrong with it, in the order of
  /// the file. `config` is an object.
  [[nodiscard]] std::variant<nlohmann::json, std::vector<Diagnostic>> apply(
      const nlohmann::json& config, const ConfigOrigin& origin) const;

  /// `config`, before or after `apply`, fit for printing: secrets and what the description leaves
  /// open are "***", and strings with parts from the environment are shown as written.
  [[nodiscard]] nlohmann::json redact(const nlohmann::json& config, const SourceMap& sources) const;

  /// The members that the config may have, for people: for each a line with its dotted name and
  /// what it takes, and an indented one with its description, if it has one. Empty if there are
  /// none.
  [[nodiscard]] std::string listing() const;

 private:
  explicit ConfigSchema(std::shared_ptr<const SchemaNode> root) : root_(std::move(root)) {}

  std::shared_ptr<const SchemaNode> root_;
};

}  // namespace plugboard::manifest
