#include "plugin_check/tested_plugin.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "extension/elf_file.hpp"
#include "extension/sha256.hpp"

namespace plugboard::plugin_check {
namespace {

using extension::Unfit;

constexpr auto kJobsEnd = std::chrono::seconds(10);

const char* finding_of(Unfit::Fault fault) {
  switch (fault) {
    case Unfit::Fault::kNoDescriptor:
      return "no-descriptor";
    case Unfit::Fault::kShortDescriptor:
      return "short-descriptor";
    case Unfit::Fault::kWrongMajor:
      return "wrong-major";
    case Unfit::Fault::kFunctions:
      return "missing-functions";
    case Unfit::Fault::kText:
      return "bad-text";
    case Unfit::Fault::kShortTable:
      return "short-table";
    case Unfit::Fault::kHalfKind:
      return "half-a-kind";
  }
  return "unfit";
}

/// The first kind whose table ends in the middle of a member, so that the member reads as absent.
const char* cut_table(const plugboard_plugin& plugin) {
  for (const char* id :
       {PLUGBOARD_KEY_STORE_ID, PLUGBOARD_RATE_LIMITER_ID, PLUGBOARD_HOOK_ID,
        PLUGBOARD_HTTP_HANDLER_ID, PLUGBOARD_BLOB_STORE_ID, PLUGBOARD_ID_PARSER_ID}) {
    // Every table begins with its size.
    const auto* const size = static_cast<const std::uint32_t*>(plugin.kind(id));
    if (size != nullptr && *size % sizeof(void*) != 0) return id;
  }
  return nullptr;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

bool TestedLibrary::look_at(const std::filesystem::path& path) {
  const std::string content = content_of(path);
  auto read = extension::read_elf(content);
  if (const auto* problem = std::get_if<std::string>(&read)) {
    reporter::finding("no-library", "the file", *problem);
    return false;
  }
  const auto& facts = std::get<extension::ElfFacts>(read);
  const bool has_entry = std::find(facts.entries.begin(), facts.entries.end(),
                                   PLUGBOARD_ENTRY_NAME) != facts.entries.end();
  if (!has_entry && !facts.entries.empty()) {
    reporter::finding("wrong-major", "the file",
                      "exports " + facts.entries.front() +
                          ", the entry of another plugin ABI, and "
                          "no " PLUGBOARD_ENTRY_NAME);
  } else if (!has_entry) {
    reporter::finding("no-entry", "the file", "exports no function " PLUGBOARD_ENTRY_NAME);
  }
  for (const std::string& name : facts.exports) {
    if (name == PLUGBOARD_ENTRY_NAME) continue;
    reporter::finding("second-export", "the file",
                      "exports " + name + " beside the entry: build with -fvisibility=hidden");
    break;
  }
  if (facts.has_unique_symbols) {
    reporter::finding("unique-symbols", "the file",
                      "has STB_GNU_UNIQUE symbols, which two builds of it in one process would "
                      "share: build with -fno-gnu-unique");
  }
  return has_entry;
}

std::unique_ptr<TestedLibrary> TestedLibrary::load(const std::filesystem::path& path) {
  void* handle = nullptr;
  {
    const CallMark mark("dlopen");
    handle = ::dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (handle == nullptr) {
    const char* const why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): of this thread
    reporter::finding("cannot-be-loaded", "dlopen", why == nullptr ? "" : why);
    return nullptr;
  }
  void* const symbol = ::dlsym(handle, PLUGBOARD_ENTRY_NAME);
  if (symbol == nullptr) {
    reporter::finding("no-entry", "dlsym", "exports no function " PLUGBOARD_ENTRY_NAME);
    return nullptr;
  }
  const auto entry = reinterpret_cast<plugboard_plugin_v1_function>(symbol);
  std::unique_ptr<TestedLibrary> library(new TestedLibrary);
  library->sha256_ = extension::sha256_hex(content_of(path));
  const auto described = call_plugin(PLUGBOARD_ENTRY_NAME, [&] {
    library->raw_ = entry();
    return extension::read_descriptor(library->raw_);
  });
  if (!described) return nullptr;
  const auto* const unfit = std::get_if<Unfit>(&*described);
  const bool has_tables = unfit == nullptr || unfit->fault == Unfit::Fault::kHalfKind;
  if (const char* const id = has_tables ? cut_table(*library->raw_) : nullptr) {
    reporter::finding("short-table", "kind",
                      std::string("its table for ") + id + " ends in the middle of a member");
    if (unfit != nullptr) return nullptr;
  }
  if (unfit != nullptr) {
    reporter::finding(finding_of(unfit->fault), PLUGBOARD_ENTRY_NAME, unfit->sentence);
    return nullptr;
  }
  library->descriptor_ = std::get<extension::Descriptor>(*described);
  return library;
}

std::variant<std::unique_ptr<TestedInstance>, std::vector<Problem>> TestedInstance::create(
    const TestedLibrary& library, WatchedHost& host, const std::string& config) {
  std::unique_ptr<TestedInstance> made(new TestedInstance(library, host));
  made->ended_ = true;  // unless it comes to life
  Borrowed borrowed("create", {});
  const plugboard_bytes text = borrowed.text(config);
  const auto status = call_plugin(
      "create", [&] { return library.functions().create(host.table(), text, &made->self_); });
  std::vector<Problem> problems = host.take_problems();
  if (!status) return std::vector<Problem>();
  if (*status == PLUGBOARD_OK) {
    made->ended_ = false;
    return made;
  }
  if (*status != PLUGBOARD_ERROR) {
    reporter::finding("unknown-code", "create",
                      "returns " + std::to_string(*status) + ", neither OK nor ERROR");
  }
  if (problems.empty()) {
    reporter::finding("refuses-silently", "create",
                      "fails without saying why: call host->problem before");
    problems.push_back({"", "it does not say why"});
  }
  return problems;
}

void TestedInstance::end() {
  if (std::exchange(ended_, true)) return;
  const auto& functions = library_.functions();
  if (functions.drain != nullptr) {
    call_plugin("drain", [&] { functions.drain(self_); });
  }
  if (!host_.wind_up(kJobsEnd)) {
    reporter::finding("endless-job", "a job", "still runs ten seconds after the instance's drain");
    return;
  }
  call_plugin("destroy", [&] { functions.destroy(self_); });
  host_.destroyed();
}

plugboard_status TestedInstance::reconfigure(const std::string& config, bool commit) {
  const auto& functions = library_.functions();
  if (functions.prepare == nullptr) return PLUGBOARD_OK;
  plugboard_status status = PLUGBOARD_ERROR;
  {
    Borrowed borrowed("prepare", {});
    const plugboard_bytes text = borrowed.text(config);
    status = decide("prepare", CallKind::kControl, [&] { return functions.prepare(self_, text); });
  }
  const std::vector<Problem> problems = host_.take_problems();
  if (status != PLUGBOARD_OK) {
    if (problems.empty()) {
      reporter::finding("refuses-silently", "prepare",
                        "fails without saying why: call host->problem before");
    }
    return status;
  }
  const char* const name = commit ? "commit" : "abort";
  const auto finish = commit ? functions.commit : functions.abort;
  notify(name, CallKind::kControl, [&] { finish(self_); });
  return status;
}

void TestedInstance::cancel(plugboard_token token) {
  const auto cancel = library_.functions().cancel;
  if (!host_.questions().forget(token) || cancel == nullptr) return;
  notify("cancel", CallKind::kIo, [&] { cancel(self_, token); });
}

void TestedInstance::measured(const char* function, std::chrono::nanoseconds time) {
  const std::lock_guard lock(mutex_);
  CallTimes& times = times_[function];
  ++times.calls;
  times.shortest = std::min(times.shortest, time);
  times.longest = std::max(times.longest, time);
}

std::map<std::string, CallTimes> TestedInstance::io_times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

}  // namespace plugboard::plugin_check
