// Where the measured server is.
#pragma once

#include <string>
#include <string_view>

namespace plugboard::load {

/// `ws://host[:port][/prefix]`, or `wss://`; the prefix comes before the channel in the path.
struct Url {
  bool secure = false;  ///< TLS
  std::string host;     ///< without brackets
  std::string port = "80";
  std::string prefix;  ///< empty, or with a slash in front and none behind

  /// Throws with a sentence on anything else.
  static Url parse(std::string_view text);

  /// As the Host header wants it.
  [[nodiscard]] std::string authority() const;
};

}  // namespace plugboard::load
