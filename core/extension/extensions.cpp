#include "extension/extensions.hpp"

#include <set>
#include <utility>

#include "extension/library.hpp"
#include "extension/library_search.hpp"
#include "extension/plan.hpp"
#include "extension/room.hpp"

namespace plugboard::extension {
namespace {

using manifest::Manifest;

/// The threads get so long to end what they are at, once nothing is to be expected any more.
constexpr auto kStopTime = std::chrono::seconds(1);

InstanceOptions instance_options_of(const ExtensionOptions& options) {
  return {options.relay_version, options.max_in_flight, options.max_queued, options.io_budget};
}

LibraryDescription describe_library(const std::string& name, const std::filesystem::path& path,
                                    std::chrono::milliseconds deadline) {
  LibraryDescription description;
  description.path = path;
  description.library = name;
  auto loaded = load_library(path, {}, deadline);
  if (auto* problem = std::get_if<LibraryProblem>(&loaded)) {
    description.sha256 = std::move(problem->sha256);
    description.problem = std::move(problem->sentence);
    return description;
  }
  const Library& library = *std::get<std::shared_ptr<const Library>>(loaded);
  const Descriptor& descriptor = library.descriptor;
  description.sha256 = library.sha256;
  description.name = descriptor.name;
  description.version = descriptor.version;
  description.summary = descriptor.summary;
  description.abi_major = descriptor.functions.abi_major;
  description.abi_minor = descriptor.functions.abi_minor;
  description.blocking = descriptor.blocking();
  description.reconfigurable = descriptor.reconfigurable();
  description.kinds = descriptor.kinds.names();
  if (!descriptor.config_schema.empty()) {
    description.config_schema = nlohmann::json::parse(descriptor.config_schema);
  }
  return description;
}

}  // namespace

Room::Room(HostServices& services, ExtensionOptions extension_options)
    : options(std::move(extension_options)),
      instance_options(instance_options_of(options)),
      threads(std::make_shared<RoomThreads>(services, options.worker_threads,
                                            options.control_timeout)) {}

Extensions::Extensions(HostServices& services, ExtensionOptions options)
    : room_(std::make_shared<Room>(services, std::move(options))) {}

Extensions::~Extensions() { shutdown(); }

std::variant<NewGeneration, Extensions::Problems> Extensions::prepare(const Manifest& manifest) {
  return NewGeneration::prepare(room_, manifest);
}

std::variant<std::shared_ptr<const Chains>, Extensions::Problems> Extensions::apply(
    const Manifest& manifest) {
  auto prepared = prepare(manifest);
  if (auto* problems = std::get_if<Problems>(&prepared)) return std::move(*problems);
  return std::get<NewGeneration>(std::move(prepared)).commit();
}

Extensions::Problems Extensions::check(const Manifest& manifest) {
  Plan plan = make_plan(manifest, PlanScope::kAll, room_->options);
  for (const PlannedPlugin& plugin : plan.plugins) {
    const manifest::PluginEntry& entry = *plugin.entry;
    const std::shared_ptr<Instance> instance =
        Instance::make(room_->threads, room_->threads->peerless, plugin.library, entry.name.text,
                       room_->instance_options);
    for (const PluginProblem& problem : instance->check(plugin.config.dump())) {
      const manifest::Source source = entry.config_sources.at(problem.pointer);
      plan.problems.push_back(plugin_problem(manifest, entry,
                                             source.value.line != 0 ? source.value : entry.position,
                                             problem.sentence));
    }
  }
  return std::move(plan.problems);
}

std::vector<LibraryDescription> Extensions::describe(const Manifest* manifest) {
  std::vector<LibraryDescription> descriptions;
  std::set<std::filesystem::path> described;
  const auto add = [&](const std::string& name, const std::filesystem::path& path) {
    if (!described.insert(path).second) return;
    descriptions.push_back(describe_library(name, path, room_->options.control_timeout));
  };
  const auto folders = manifest == nullptr ? room_->options.plugin_path
                                           : search_folders(*manifest, room_->options.plugin_path);
  for (const FoundLibrary& library : list_libraries(folders)) add(library.name, library.path);
  if (manifest != nullptr) {
    for (const manifest::PluginEntry& entry : manifest->plugins) {
      if (entry.library_path) add(entry.library.text, entry.library_path->path);
    }
  }
  return descriptions;
}

nlohmann::json Extensions::stats() const {
  nlohmann::json stats = nlohmann::json::object();
  const std::lock_guard lock(room_->mutex);
  for (const auto& [name, member] : room_->members) {
    stats[name] = member.enrolment->instance()->stats();
  }
  return stats;
}

void Extensions::wake_timers() { room_->threads->timers.wake(); }

void Extensions::shutdown() {
  Members leaving;
  {
    const std::lock_guard lock(room_->mutex);
    if (std::exchange(room_->stopped, true)) return;
    leaving.swap(room_->members);
  }
  leaving.clear();
  RoomThreads& threads = *room_->threads;
  const auto deadline = std::chrono::steady_clock::now() + room_->options.shutdown_timeout;
  for (const std::string& name : threads.wait_for_instances(deadline)) {
    threads.services.log(PLUGBOARD_LOG_ERROR, name,
                         "does not end, or is still in use: it is left as it is");
  }
  threads.stop(deadline + kStopTime);
}

}  // namespace plugboard::extension
