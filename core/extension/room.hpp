// What an `Extensions` consists of, shared with the generations that it makes ready.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "extension/extensions.hpp"
#include "extension/instance.hpp"
#include "extension/links.hpp"
#include "extension/room_threads.hpp"

namespace plugboard::extension {

/// One instance of the present generation.
struct Member {
  std::shared_ptr<Enrolment> enrolment;
  std::string config;  // as the plugin has it, a JSON object
  std::optional<plugboard_key_form> key_form;
  std::optional<BlobLimits> blob_limits;
  std::uint32_t hook_since = 0;  // generation in which it came into the chain of hooks; 0: is not
};

using Members = std::map<std::string, Member, std::less<>>;

class Room {
 public:
  Room(HostServices& services, ExtensionOptions extension_options);

  const ExtensionOptions options;
  const InstanceOptions instance_options;
  const std::shared_ptr<RoomThreads> threads;

  // Changed by the control thread of the relay, read by any.
  mutable std::mutex mutex;
  Members members;
  std::uint32_t generation = 0;
  bool stopped = false;
};

}  // namespace plugboard::extension
