// A certificate that a test's relay proves itself with.
#pragma once

#include <string>

namespace plugboard::test {

/// PEM texts.
struct Certificate {
  std::string certificate;
  std::string private_key;
};

/// Signed by itself, good for an hour, for `host` (a name or an address).
Certificate make_certificate(const std::string& host);

}  // namespace plugboard::test
