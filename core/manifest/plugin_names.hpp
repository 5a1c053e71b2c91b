// The plugins that chains and channels of one manifest may name.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/document.hpp"

namespace plugboard::manifest {

/// The names of all [[plugin]] tables, whether the rest of the table is fit or not, so that a chain
/// is not blamed for naming a plugin that is written but wrong.
class PluginNames {
 public:
  /// `plugins`: the list of [[plugin]] tables, or null.
  explicit PluginNames(const Node* plugins);

  [[nodiscard]] bool contains(const std::string& name) const;

  /// Completes an error about `node`, which should have named one of them.
  void explain(Diagnostic& diagnostic, const Node& node) const;

 private:
  std::set<std::string, std::less<>> names_;
  std::vector<std::string> printable_;  ///< those without a part from the environment
};

}  // namespace plugboard::manifest
