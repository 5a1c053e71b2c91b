// All chains of one generation of the manifest, as one immutable snapshot.
//
// I/O threads hold a reference for a turn, and take the new snapshot at the beginning of the next
// one after a reload. An instance that has left the chains is drained once the last snapshot with
// it and the last question on its way to it have gone, and destroyed once nothing refers to it any
// more (questions under way, admissions, limiter tickets); both happen on a thread of this room,
// whoever lets go last.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "extension/blob_store.hpp"
#include "extension/hook_chain.hpp"
#include "extension/http_chain.hpp"
#include "extension/id_parsers.hpp"
#include "extension/key_chain.hpp"
#include "extension/limiter_chain.hpp"

namespace plugboard::extension {

class Enrolment;

struct Chains {
  std::uint32_t generation = 0;  ///< 1 for the first; grows with each reload
  KeyChain keys;
  LimiterChain limiters;
  HookChain hooks;
  HttpChain http;
  std::optional<BlobStore> blobs;
  IdParsers id_parsers;
  /// Keeps each instance of the generation in service.
  std::vector<std::shared_ptr<Enrolment>> enrolments;
};

}  // namespace plugboard::extension
