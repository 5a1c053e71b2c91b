// A relay whose plugin is the switchboard.
#pragma once

#include <sstream>

#include "flow/suite.hpp"

namespace plugboard::test {

/// `more`: further lines of the plugin's table.
inline Manifest switchboard_manifest(const std::string& more = "") {
  Manifest manifest;
  manifest.channels =
      "[[channel]]\nname = \"pwa\"\nundeliverable = \"notify\"\n"
      "[[channel]]\nname = \"named\"\nid_parser = \"switchboard\"\n";
  manifest.plugins = "[[plugin]]\nname = \"switchboard\"\nlibrary = \"" PLUGBOARD_BUILD_DIR
                     "/tests/plugins/switchboard.so\"\n" +
                     more;
  manifest.chain = "key_store = \"open\"\nhook = [\"switchboard\"]\nhttp = [\"switchboard\"]\n";
  return manifest;
}

}  // namespace plugboard::test
