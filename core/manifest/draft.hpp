// Makes of a manifest with mistakes one that later stages can judge. Pure.
#pragma once

#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/document.hpp"
#include "manifest/manifest.hpp"

namespace plugboard::manifest {

/// Takes the plugins out of `manifest` that `diagnostics` have errors about, and their names out of
/// its chains and channels: whatever a library said of them would be guesswork. Where libraries are
/// looked for is not known, all go. `root` is what the manifest was read from.
void leave_out_mistakes(Manifest& manifest, const Node& root,
                        const std::vector<Diagnostic>& diagnostics);

}  // namespace plugboard::manifest
