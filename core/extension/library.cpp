#include "extension/library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "extension/control_call.hpp"
#include "extension/elf_file.hpp"
#include "extension/library_copy.hpp"
#include "extension/sha256.hpp"

namespace plugboard::extension {
namespace {

namespace fs = std::filesystem;

using LibraryPointer = std::shared_ptr<const Library>;
using Loaded = std::variant<LibraryPointer, std::string>;  // or a clause

constexpr std::uint64_t kMaxBytes = 512ull * 1024 * 1024;

/// Everything that this process has mapped, by content: libraries, or why they were no use. Never
/// destroyed, as nothing is ever unmapped.
struct Mapped {
  std::mutex mutex;
  std::map<std::string, Loaded> by_hash;
};

Mapped& mapped() {
  static auto* const instance = new Mapped;
  return *instance;
}

std::string error_text(int error) { return std::system_category().message(error); }

/// The whole file in `content`, or a clause that says why not.
std::string read_file(const fs::path& path, std::string& content) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return error_text(errno);
  struct stat info = {};
  std::string problem;
  if (::fstat(file, &info) != 0) {
    problem = error_text(errno);
  } else if (!S_ISREG(info.st_mode)) {
    problem = "it is no regular file";
  } else if (static_cast<std::uint64_t>(info.st_size) > kMaxBytes) {
    problem = "it is larger than 512 MiB";
  }
  if (problem.empty()) {
    content.resize(static_cast<std::size_t>(info.st_size));
    std::size_t size = 0;
    while (size < content.size()) {
      const ssize_t got = ::read(file, content.data() + size, content.size() - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) problem = error_text(errno);
      if (got <= 0) break;
      size += static_cast<std::size_t>(got);
    }
    content.resize(size);
  }
  ::close(file);
  return problem;
}

/// The words of the dynamic loader, with the original's name in place of the copy's.
std::string loader_text(const fs::path& copy, const fs::path& original) {
  const char* const said = ::dlerror();  // NOLINT(concurrency-mt-unsafe): of this thread
  std::string text = said == nullptr ? "the dynamic loader does not say why" : said;
  for (std::size_t at = text.find(copy.string()); at != std::string::npos;
       at = text.find(copy.string(), at)) {
    text.replace(at, copy.string().size(), original.string());
  }
  return text;
}

/// Whether the loader gave the very file that it was asked for, not one that it takes for the same.
bool is_mapped_from(void* handle, const fs::path& copy) {
  link_map* map = nullptr;
  return ::dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map != nullptr &&
         copy.string() == map->l_name;
}

std::string entry_problem(const ElfFacts& facts) {
  if (std::find(facts.entries.begin(), facts.entries.end(), PLUGBOARD_ENTRY_NAME) !=
      facts.entries.end()) {
    return {};
  }
  if (facts.entries.empty()) return "it exports no function " PLUGBOARD_ENTRY_NAME;
  return "it was built for another plugin ABI: it exports " + facts.entries.front() +
         ", and this relay speaks " + std::to_string(PLUGBOARD_ABI_MAJOR) + "." +
         std::to_string(PLUGBOARD_ABI_MINOR) + " (" PLUGBOARD_ENTRY_NAME ")";
}

/// Has the plugin describe itself. [describe] code of a broken plugin may hang or throw.
std::variant<Descriptor, std::string> describe(plugboard_plugin_v1_function entry,
                                               std::chrono::milliseconds deadline) {
  struct Call {
    std::mutex mutex;
    std::variant<Descriptor, std::string> result = std::string();
  };
  const auto call = std::make_shared<Call>();
  const bool returned = run_with_deadline(deadline, [call, entry] {
    std::variant<Descriptor, std::string> result;
    try {
      auto described = read_descriptor(entry());
      if (auto* unfit = std::get_if<Unfit>(&described)) {
        result = std::move(unfit->sentence);
      } else {
        result = std::get<Descriptor>(std::move(described));
      }
    } catch (const std::exception& exception) {
      result = std::string("it threw an exception while describing itself: ") + exception.what();
    } catch (...) {
      result = std::string("it threw an exception while describing itself");
    }
    const std::lock_guard lock(call->mutex);
    call->result = std::move(result);
  });
  if (!returned) return std::string("it did not describe itself in time");
  const std::lock_guard lock(call->mutex);
  return std::move(call->result);
}

/// Maps the content and looks at the plugin. Sets `kept` once it is mapped: from then on the result
/// holds for the content.
Loaded map_library(const fs::path& path, const std::string& content, const std::string& sha256,
                   std::chrono::milliseconds deadline, bool& kept) {
  auto elf = read_elf(content);
  if (auto* problem = std::get_if<std::string>(&elf)) return std::move(*problem);
  const ElfFacts& facts = std::get<ElfFacts>(elf);
  if (auto problem = entry_problem(facts); !problem.empty()) return problem;

  auto copied = LibraryCopy::make(content, sha256, path, facts.needs_origin);
  if (auto* problem = std::get_if<std::string>(&copied)) return std::move(*problem);
  const fs::path& copy = std::get<LibraryCopy>(copied).path();

  // Never closed: code of the plugin may run to the end of the process.
  auto* const shared = new boost::dll::shared_library;
  std::error_code error;
  shared->load(fs::absolute(copy), error,
               boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
  if (error) {
    delete shared;
    return "it cannot be loaded: " + loader_text(fs::absolute(copy), path);
  }
  kept = true;
  static auto* const handles = new std::vector<boost::dll::shared_library*>;
  handles->push_back(shared);  // guarded by Mapped::mutex
  if (!is_mapped_from(shared->native(), fs::absolute(copy))) {
    return "the dynamic loader took it for another library that is already loaded";
  }
  auto* const symbol = ::dlsym(shared->native(), PLUGBOARD_ENTRY_NAME);
  if (symbol == nullptr) return "it exports no function " PLUGBOARD_ENTRY_NAME;
  auto described = describe(reinterpret_cast<plugboard_plugin_v1_function>(symbol), deadline);
  if (auto* problem = std::get_if<std::string>(&described)) return std::move(*problem);

  auto library = std::make_shared<Library>();
  library->path = path;
  library->sha256 = sha256;
  library->has_unique_symbols = facts.has_unique_symbols;
  library->descriptor = std::get<Descriptor>(std::move(described));
  return LibraryPointer(std::move(library));
}

}  // namespace

std::variant<LibraryPointer, LibraryProblem> load_library(const fs::path& path,
                                                          const std::string& pin,
                                                          std::chrono::milliseconds deadline) {
  std::string content;
  if (const std::string problem = read_file(path, content); !problem.empty()) {
    return LibraryProblem{path.string() + " cannot be read: " + problem, {}};
  }
  const std::string sha256 = sha256_hex(content);
  if (!pin.empty() && pin != sha256) {
    return LibraryProblem{path.string() + " is not the file that sha256 pins: it has " + sha256,
                          sha256};
  }
  Mapped& all = mapped();
  const std::lock_guard lock(all.mutex);
  Loaded result;
  if (const auto known = all.by_hash.find(sha256); known != all.by_hash.end()) {
    result = known->second;
  } else {
    bool kept = false;
    result = map_library(path, content, sha256, deadline, kept);
    if (kept) all.by_hash.emplace(sha256, result);
  }
  if (auto* problem = std::get_if<std::string>(&result)) {
    return LibraryProblem{path.string() + " cannot be used: " + *problem, sha256};
  }
  return std::get<LibraryPointer>(std::move(result));
}

std::variant<LibraryPointer, LibraryProblem> linked_library(const std::string& name,
                                                            const LinkedPlugin& plugin,
                                                            std::chrono::milliseconds deadline) {
  auto described = describe(plugin.entry, deadline);
  if (const auto* problem = std::get_if<std::string>(&described)) {
    return LibraryProblem{
        "\"" + name + "\", which is part of the program, cannot be used: " + *problem, {}};
  }
  auto library = std::make_shared<Library>();
  library->path = name;
  library->sha256 = "part of the program: " + name;  // it never changes
  library->descriptor = std::get<Descriptor>(std::move(described));
  library->program_parts = plugin.parts;
  return LibraryPointer(std::move(library));
}

}  // namespace plugboard::extension
