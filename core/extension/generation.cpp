// A generation of instances and chains, made ready and then committed or given up.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "extension/plan.hpp"
#include "extension/room.hpp"

namespace plugboard::extension {
namespace {

using manifest::Diagnostic;
using manifest::Manifest;
using manifest::Name;
using manifest::PluginEntry;

/// The form of keys that stores take unless they say otherwise: [A-Za-z0-9_-]{8,64}.
constexpr plugboard_key_form kDefaultKeyForm = {sizeof(plugboard_key_form),
                                                PLUGBOARD_KEY_ALPHABET_ID, 8, 64};

std::vector<std::string> texts(const std::vector<Name>& names) {
  std::vector<std::string> copied;
  copied.reserve(names.size());
  for (const Name& name : names) copied.push_back(name.text);
  return copied;
}

/// The chains of a manifest by name.
struct ChainNames {
  bool open = false;
  std::vector<std::string> key_stores;
  std::vector<std::string> limiters;
  std::vector<std::string> hooks;
  std::vector<std::string> http;
  std::optional<std::string> blobs;
  std::vector<std::string> id_parsers;
};

ChainNames chain_names(const Manifest& manifest) {
  ChainNames names;
  const manifest::Chain& chain = manifest.chain;
  if (const auto* stores = std::get_if<std::vector<Name>>(&chain.key_store)) {
    names.key_stores = texts(*stores);
  } else {
    names.open = true;
  }
  names.limiters = texts(chain.rate_limiter);
  names.hooks = texts(chain.hook);
  names.http = texts(chain.http);
  if (chain.blob_store) names.blobs = chain.blob_store->text;
  for (const manifest::Channel& channel : manifest.channels) {
    if (channel.id_parser) names.id_parsers.push_back(channel.id_parser->text);
  }
  return names;
}

}  // namespace

/// What a generation does with one instance, for the log.
enum class Fate { kCreated, kReplaced, kRemade, kReconfigured, kKept };

/// One instance of the generation to come.
struct Candidate {
  std::string name;
  Member member;
  std::chrono::nanoseconds timeout{};
  bool skip_errors = false;
  Fate fate = Fate::kCreated;
  bool prepared = false;  // was there before, and waits for commit or abort

  [[nodiscard]] Instance& instance() const { return *member.enrolment->instance(); }
};

namespace {

std::string fate_text(const Candidate& candidate) {
  const Library& library = candidate.instance().library();
  std::string what =
      library.descriptor.name + " " + library.descriptor.version + " from " + library.path.string();
  switch (candidate.fate) {
    case Fate::kCreated:
      return "created: " + what;
    case Fate::kReplaced:
      return "replaced: its library is another build, and " + what + " starts afresh";
    case Fate::kRemade:
      return "replaced: it cannot be reconfigured, and " + what + " starts afresh";
    case Fate::kReconfigured:
      return "reconfigured: " + what;
    case Fate::kKept:
      return "kept: " + what + ", as it was";
  }
  return what;
}

}  // namespace

class NewGeneration::Impl {
 public:
  explicit Impl(std::shared_ptr<Room> room) : room_(std::move(room)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  /// Makes everything ready; what went wrong, if anything did.
  [[nodiscard]] std::vector<Diagnostic> make_ready(const Manifest& manifest);
  [[nodiscard]] std::shared_ptr<const Chains> commit();

 private:
  void add(const Manifest& manifest, PlannedPlugin plugin, std::vector<Diagnostic>& problems);
  [[nodiscard]] Instance::Problems set_up(Candidate& candidate, PlannedPlugin& plugin);
  [[nodiscard]] Instance::Problems read_forms(Candidate& candidate);
  /// One line for each instance that comes, stays or goes.
  void log_fates();

  template <class L>
  L link(const std::string& name) const;
  std::shared_ptr<const KeyStoreLinks> key_stores() const;
  std::vector<LimiterLink> limiters() const;
  std::shared_ptr<const HookLinks> hooks() const;
  std::shared_ptr<const HttpLinks> http() const;
  std::shared_ptr<const IdParserLinks> id_parsers() const;
  std::optional<BlobStore> blobs() const;
  const Candidate& candidate(const std::string& name) const;

  std::shared_ptr<Room> room_;
  std::uint32_t generation_ = 0;
  ChainNames names_;
  std::vector<Candidate> candidates_;
  bool committed_ = false;
};

NewGeneration::Impl::~Impl() {
  if (committed_) return;
  for (const Candidate& candidate : candidates_) {
    if (candidate.prepared) candidate.instance().abort();
  }
}

std::vector<Diagnostic> NewGeneration::Impl::make_ready(const Manifest& manifest) {
  {
    const std::lock_guard lock(room_->mutex);
    if (room_->stopped) return {manifest.error({}, "the relay is stopping")};
    generation_ = room_->generation + 1;
  }
  Plan plan = make_plan(manifest, PlanScope::kChains, room_->options);
  if (!plan.problems.empty()) return std::move(plan.problems);
  names_ = chain_names(manifest);
  std::vector<Diagnostic> problems;
  for (PlannedPlugin& plugin : plan.plugins) add(manifest, std::move(plugin), problems);
  return problems;
}

void NewGeneration::Impl::add(const Manifest& manifest, PlannedPlugin plugin,
                              std::vector<Diagnostic>& problems) {
  const PluginEntry& entry = *plugin.entry;
  Candidate candidate;
  candidate.name = entry.name.text;
  candidate.timeout = entry.timeout;
  candidate.skip_errors = entry.on_error == manifest::OnError::kSkip;
  for (const PluginProblem& problem : set_up(candidate, plugin)) {
    const manifest::Source source = entry.config_sources.at(problem.pointer);
    problems.push_back(plugin_problem(
        manifest, entry, source.value.line != 0 ? source.value : entry.position, problem.sentence));
  }
  // Also one that failed: what was prepared of it is to be aborted.
  if (candidate.member.enrolment != nullptr) candidates_.push_back(std::move(candidate));
}

Instance::Problems NewGeneration::Impl::set_up(Candidate& candidate, PlannedPlugin& plugin) {
  const Library& library = *plugin.library;
  Member before;
  {
    const std::lock_guard lock(room_->mutex);
    const auto found = room_->members.find(candidate.name);
    if (found != room_->members.end()) before = found->second;
  }
  const std::string config = plugin.config.dump();
  if (before.enrolment != nullptr) {
    Instance& instance = *before.enrolment->instance();
    const bool same_library = instance.library().sha256 == library.sha256;
    if (same_library && library.descriptor.reconfigurable()) {
      candidate.fate = Fate::kReconfigured;
      candidate.member = std::move(before);
      candidate.member.config = config;
      Instance::Problems problems = instance.prepare(config);
      candidate.prepared = problems.empty();
      return problems;
    }
    if (same_library && before.config == config) {
      candidate.fate = Fate::kKept;
      candidate.member = std::move(before);
      return {};
    }
    candidate.fate = same_library ? Fate::kRemade : Fate::kReplaced;
  }
  const std::shared_ptr<Instance> instance =
      Instance::make(room_->threads, room_->threads->services, plugin.library, candidate.name,
                     room_->instance_options);
  Instance::Problems problems = instance->create(config);
  if (!problems.empty()) return problems;
  candidate.member.enrolment = std::make_shared<Enrolment>(instance);
  candidate.member.config = config;
  return read_forms(candidate);
}

Instance::Problems NewGeneration::Impl::read_forms(Candidate& candidate) {
  Instance& instance = candidate.instance();
  Instance::Problems problems;
  if (instance.kinds().key_store) {
    plugboard_key_form form = kDefaultKeyForm;
    problems = instance.read_key_form(form);
    if (problems.empty()) candidate.member.key_form = form;
  }
  if (instance.kinds().blob_store) {
    BlobLimits limits;
    Instance::Problems more = instance.read_blob_limits(limits);
    if (more.empty()) candidate.member.blob_limits = std::move(limits);
    std::move(more.begin(), more.end(), std::back_inserter(problems));
  }
  return problems;
}

std::shared_ptr<const Chains> NewGeneration::Impl::commit() {
  committed_ = true;
  for (Candidate& candidate : candidates_) {
    if (!candidate.prepared) continue;
    candidate.instance().commit();
    for (const PluginProblem& problem : read_forms(candidate)) {
      candidate.instance().log(PLUGBOARD_LOG_ERROR,
                               problem.sentence + "; what it said before stays in force");
    }
  }
  for (Candidate& candidate : candidates_) {
    std::uint32_t& since = candidate.member.hook_since;
    const bool hooked =
        std::find(names_.hooks.begin(), names_.hooks.end(), candidate.name) != names_.hooks.end();
    since = !hooked ? 0 : since == 0 ? generation_ : since;
  }
  auto chains = std::make_shared<Chains>();
  chains->generation = generation_;
  if (!names_.open) chains->keys = KeyChain(key_stores());
  chains->limiters = LimiterChain(limiters());
  chains->hooks = HookChain(hooks());
  chains->http = HttpChain(http());
  chains->blobs = blobs();
  chains->id_parsers = IdParsers(id_parsers());
  log_fates();
  Members members;
  for (Candidate& candidate : candidates_) {
    chains->enrolments.push_back(candidate.member.enrolment);
    members.emplace(candidate.name, std::move(candidate.member));
  }
  candidates_.clear();
  const std::lock_guard lock(room_->mutex);
  room_->members.swap(members);  // those that leave are drained once the last snapshot goes
  room_->generation = generation_;
  return chains;
}

void NewGeneration::Impl::log_fates() {
  for (const Candidate& candidate : candidates_) {
    candidate.instance().log(PLUGBOARD_LOG_INFO, fate_text(candidate));
  }
  // Only this thread changes the members.
  for (const auto& member : room_->members) {
    const bool stays =
        std::any_of(candidates_.begin(), candidates_.end(),
                    [&](const Candidate& candidate) { return candidate.name == member.first; });
    if (!stays) {
      member.second.enrolment->instance()->log(PLUGBOARD_LOG_INFO,
                                               "retired: no chain names it any more");
    }
  }
}

const Candidate& NewGeneration::Impl::candidate(const std::string& name) const {
  // The plan has seen to it that it is there, and of the right kind.
  return *std::find_if(candidates_.begin(), candidates_.end(),
                       [&](const Candidate& candidate) { return candidate.name == name; });
}

template <class L>
L NewGeneration::Impl::link(const std::string& name) const {
  const Candidate& from = candidate(name);
  L link;
  link.instance = from.member.enrolment->instance();
  if constexpr (!std::is_same_v<L, LimiterLink>) link.enrolment = from.member.enrolment;
  link.self = link.instance->self();
  link.timeout = from.timeout;
  link.skip_errors = from.skip_errors;
  return link;
}

std::shared_ptr<const KeyStoreLinks> NewGeneration::Impl::key_stores() const {
  auto links = std::make_shared<KeyStoreLinks>();
  for (const std::string& name : names_.key_stores) {
    auto store = link<KeyStoreLink>(name);
    store.table = *store.instance->kinds().key_store;
    store.form = candidate(name).member.key_form.value_or(kDefaultKeyForm);
    links->stores.push_back(std::move(store));
  }
  return links;
}

std::vector<LimiterLink> NewGeneration::Impl::limiters() const {
  std::vector<LimiterLink> links;
  for (const std::string& name : names_.limiters) {
    auto limiter = link<LimiterLink>(name);
    limiter.table = *limiter.instance->kinds().rate_limiter;
    links.push_back(std::move(limiter));
  }
  return links;
}

std::shared_ptr<const HookLinks> NewGeneration::Impl::hooks() const {
  auto links = std::make_shared<HookLinks>();
  links->generation = generation_;
  for (const std::string& name : names_.hooks) {
    auto hook = link<HookLink>(name);
    hook.table = *hook.instance->kinds().hook;
    hook.since = candidate(name).member.hook_since;
    if (hook.table.verify_peer != nullptr) links->verifiers.push_back(hook);
    if (hook.table.routed_message != nullptr) links->routers.push_back(hook);
    links->hooks.push_back(std::move(hook));
  }
  for (const Candidate& candidate : candidates_) {
    links->everybody.push_back(candidate.member.enrolment->instance());
  }
  return links;
}

std::shared_ptr<const HttpLinks> NewGeneration::Impl::http() const {
  if (names_.http.empty()) return nullptr;
  auto links = std::make_shared<HttpLinks>();
  for (const std::string& name : names_.http) {
    auto handler = link<HttpLink>(name);
    handler.table = *handler.instance->kinds().http_handler;
    links->handlers.push_back(std::move(handler));
  }
  return links;
}

std::optional<BlobStore> NewGeneration::Impl::blobs() const {
  if (!names_.blobs) return std::nullopt;
  auto store = std::make_shared<BlobLink>(link<BlobLink>(*names_.blobs));
  store->table = *store->instance->kinds().blob_store;
  store->limits = candidate(*names_.blobs).member.blob_limits.value_or(BlobLimits());
  return BlobStore(std::move(store));
}

std::shared_ptr<const IdParserLinks> NewGeneration::Impl::id_parsers() const {
  if (names_.id_parsers.empty()) return nullptr;
  auto links = std::make_shared<IdParserLinks>();
  for (const std::string& name : names_.id_parsers) {
    auto parser = std::make_shared<IdParserLink>(link<IdParserLink>(name));
    parser->table = *parser->instance->kinds().id_parser;
    links->parsers.emplace(name, std::move(parser));
  }
  return links;
}

NewGeneration::NewGeneration(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NewGeneration::NewGeneration(NewGeneration&&) noexcept = default;
NewGeneration& NewGeneration::operator=(NewGeneration&&) noexcept = default;
NewGeneration::~NewGeneration() = default;

std::variant<NewGeneration, std::vector<Diagnostic>> NewGeneration::prepare(
    std::shared_ptr<Room> room, const Manifest& manifest) {
  auto impl = std::make_unique<Impl>(std::move(room));
  std::vector<Diagnostic> problems = impl->make_ready(manifest);
  if (!problems.empty()) return problems;
  return NewGeneration(std::move(impl));
}

std::shared_ptr<const Chains> NewGeneration::commit() && { return impl_->commit(); }

}  // namespace plugboard::extension
