#include "extension/host_table.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "extension/bytes.hpp"
#include "extension/instance.hpp"
#include "extension/log_text.hpp"
#include "wire/close.hpp"
#include "wire/utf8.hpp"

namespace plugboard::extension {

thread_local Routing* RoutingScope::current_ = nullptr;

/// One call of the plugin, through the gate. False: the instance has gone.
class HostPass {
 public:
  explicit HostPass(const plugboard_host* host)
      : table_(*static_cast<HostTable*>(host->context)), entered_(table_.gate_.enter()) {}
  HostPass(const HostPass&) = delete;
  HostPass& operator=(const HostPass&) = delete;
  ~HostPass() {
    if (entered_) table_.gate_.leave();
  }

  explicit operator bool() const { return entered_; }
  [[nodiscard]] Instance& instance() const { return table_.instance_; }
  [[nodiscard]] HostServices& services() const { return table_.services_; }

  /// False if nobody gathers problems now.
  [[nodiscard]] bool gather(PluginProblem problem) const {
    const std::lock_guard lock(table_.mutex_);
    if (!table_.problems_) return false;
    constexpr std::size_t kMaxProblems = 100;
    if (table_.problems_->size() < kMaxProblems) table_.problems_->push_back(std::move(problem));
    return true;
  }

 private:
  HostTable& table_;
  const bool entered_;
};

namespace {

constexpr std::uint64_t kMaxTextBytes = 64 * 1024;
constexpr std::uint64_t kMaxMessageBytes = 1ull << 32;
constexpr std::uint64_t kMaxCodeBytes = 256;
constexpr std::uint64_t kMaxErrorBytes = 4096;
constexpr std::uint64_t kMaxCloseReasonBytes = 123;

bool is_text(plugboard_bytes bytes, std::uint64_t limit) {
  return readable(bytes, limit) && wire::valid_utf8(view(bytes));
}

/// Runs what may throw: a callback of the plugin's, or the relay short of memory.
template <class Body>
plugboard_status guarded(const HostPass& pass, const Body& body) {
  try {
    return body();
  } catch (const std::exception& exception) {
    pass.instance().misused(std::string("a call of the host, or a callback of it, threw: ") +
                            exception.what());
  } catch (...) {
    pass.instance().misused("a callback threw an exception through the host");
  }
  return PLUGBOARD_ERROR;
}

/// Runs one function of the table: nothing but a status may get back into the plugin.
template <class Body>
plugboard_status serve(const plugboard_host* host, const Body& body) {
  const HostPass pass(host);
  if (!pass) return PLUGBOARD_GONE;
  return guarded(pass, [&] { return body(pass); });
}

void host_log(const plugboard_host* host, int32_t level, plugboard_bytes text) {
  serve(host, [&](const HostPass& pass) {
    if (!readable(text, UINT64_MAX)) return PLUGBOARD_INVALID;
    const std::string_view start = view(text).substr(0, kMaxTextBytes);
    pass.instance().log(std::clamp(level, PLUGBOARD_LOG_TRACE, PLUGBOARD_LOG_ERROR), start);
    return PLUGBOARD_OK;
  });
}

void host_problem(const plugboard_host* host, plugboard_bytes pointer, plugboard_bytes sentence) {
  serve(host, [&](const HostPass& pass) {
    if (!readable(pointer, kMaxTextBytes) || !readable(sentence, kMaxTextBytes)) {
      return PLUGBOARD_INVALID;
    }
    PluginProblem problem{std::string(view(pointer)), log_text(view(sentence))};
    std::string unasked = problem.sentence;
    if (!pass.gather(std::move(problem))) pass.instance().log(PLUGBOARD_LOG_ERROR, unasked);
    return PLUGBOARD_OK;
  });
}

uint64_t host_monotonic_ns(const plugboard_host* host) {
  std::uint64_t now = 0;
  serve(host, [&](const HostPass& pass) {
    now = pass.services().monotonic_ns();
    return PLUGBOARD_OK;
  });
  return now;
}

int64_t host_unix_ms(const plugboard_host* host) {
  std::int64_t now = 0;
  serve(host, [&](const HostPass& pass) {
    now = pass.services().unix_ms();
    return PLUGBOARD_OK;
  });
  return now;
}

plugboard_status host_complete(const plugboard_host* host, plugboard_token token,
                               plugboard_status status, const void* result) {
  return serve(host, [&](const HostPass& pass) {
    const TokenTable::Completion completion =
        pass.instance().tokens().complete(token, status, result);
    if (!completion.problem.empty()) pass.instance().misused(completion.problem);
    return completion.status;
  });
}

plugboard_status host_run(const plugboard_host* host, void (*job)(void*), void* context) {
  return serve(host, [&](const HostPass& pass) {
    if (job == nullptr) return PLUGBOARD_INVALID;
    Instance& instance = pass.instance();
    const bool accepted = instance.lane().post([&instance, job, context] {
      instance.notify("a job", Timing::kMayBlock, [&] { job(context); });
    });
    return accepted ? PLUGBOARD_OK : PLUGBOARD_FULL;
  });
}

plugboard_status host_timer_start(const plugboard_host* host, uint64_t delay_ns, uint64_t period_ns,
                                  void (*fire)(void*), void* context, plugboard_timer* timer) {
  return serve(host, [&](const HostPass& pass) {
    plugboard_timer started = 0;
    const plugboard_status status =
        pass.instance().timers().start(delay_ns, period_ns, fire, context, started);
    if (timer != nullptr) *timer = started;
    return status;
  });
}

plugboard_status host_timer_stop(const plugboard_host* host, plugboard_timer timer) {
  return serve(host, [&](const HostPass& pass) { return pass.instance().timers().stop(timer); });
}

plugboard_status host_peer_find(const plugboard_host* host, plugboard_bytes address,
                                plugboard_peer* peer) {
  return serve(host, [&](const HostPass& pass) {
    if (peer == nullptr || !readable(address, kMaxTextBytes)) return PLUGBOARD_INVALID;
    *peer = pass.services().find_peer(view(address));
    return *peer == 0 ? PLUGBOARD_NOT_FOUND : PLUGBOARD_OK;
  });
}

plugboard_status host_peer_list(const plugboard_host* host, plugboard_bytes channel,
                                plugboard_status (*each)(void*, const plugboard_peer_info*),
                                void* context) {
  return serve(host, [&](const HostPass& pass) {
    if (each == nullptr || !readable(channel, kMaxTextBytes)) return PLUGBOARD_INVALID;
    pass.services().list_peers(view(channel), [&](const plugboard_peer_info& info) {
      return guarded(pass, [&] { return each(context, &info); }) == PLUGBOARD_OK;
    });
    return PLUGBOARD_OK;
  });
}

plugboard_status host_peer_get(const plugboard_host* host, plugboard_peer peer,
                               void (*with_info)(void*, const plugboard_peer_info*),
                               void* context) {
  return serve(host, [&](const HostPass& pass) {
    if (with_info == nullptr) return PLUGBOARD_INVALID;
    const bool there = pass.services().with_peer(peer, [&](const plugboard_peer_info& info) {
      guarded(pass, [&] {
        with_info(context, &info);
        return PLUGBOARD_OK;
      });
    });
    return there ? PLUGBOARD_OK : PLUGBOARD_GONE;
  });
}

plugboard_status host_peer_send(const plugboard_host* host, plugboard_peer peer,
                                plugboard_bytes message, uint32_t flags) {
  return serve(host, [&](const HostPass& pass) {
    const bool binary = (flags & PLUGBOARD_SEND_BINARY) != 0;
    if (!readable(message, kMaxMessageBytes) || !(binary || wire::valid_utf8(view(message)))) {
      return PLUGBOARD_INVALID;
    }
    return pass.services().send(peer, view(message), flags);
  });
}

plugboard_status host_peer_send_error(const plugboard_host* host, plugboard_peer peer,
                                      plugboard_bytes code, plugboard_bytes message) {
  return serve(host, [&](const HostPass& pass) {
    if (!is_text(code, kMaxCodeBytes) || !is_text(message, kMaxErrorBytes)) {
      return PLUGBOARD_INVALID;
    }
    return pass.services().send_error(peer, view(code), view(message));
  });
}

plugboard_status host_peer_close(const plugboard_host* host, plugboard_peer peer,
                                 uint32_t close_code, plugboard_bytes reason) {
  return serve(host, [&](const HostPass& pass) {
    const auto code = static_cast<std::uint16_t>(close_code);
    if (code != close_code || !wire::valid_close_code(code) ||
        !is_text(reason, kMaxCloseReasonBytes)) {
      return PLUGBOARD_INVALID;
    }
    return pass.services().close(peer, code, view(reason));
  });
}

plugboard_status host_peer_data_set(const plugboard_host* host, plugboard_peer peer,
                                    uint64_t value) {
  return serve(host,
               [&](const HostPass& pass) { return pass.instance().peer_data().set(peer, value); });
}

plugboard_status host_peer_data_get(const plugboard_host* host, plugboard_peer peer,
                                    uint64_t* value) {
  return serve(host, [&](const HostPass& pass) {
    if (value == nullptr) return PLUGBOARD_INVALID;
    std::uint64_t found = 0;
    const plugboard_status status = pass.instance().peer_data().get(peer, found);
    *value = found;
    return status;
  });
}

plugboard_status host_credential_revoke(const plugboard_host* host, uint64_t credential) {
  return serve(host, [&](const HostPass& pass) {
    if (credential == 0) return PLUGBOARD_INVALID;
    const std::vector<PeerHandle> peers = pass.instance().credentials().revoke(credential);
    for (const PeerHandle peer : peers) pass.services().revoke(peer);
    pass.instance().counters().revocations.fetch_add(peers.size(), std::memory_order_relaxed);
    return peers.empty() ? PLUGBOARD_NOT_FOUND : PLUGBOARD_OK;
  });
}

plugboard_status host_credential_list(const plugboard_host* host,
                                      plugboard_status (*each)(void*, uint64_t, uint64_t),
                                      void* context) {
  return serve(host, [&](const HostPass& pass) {
    if (each == nullptr) return PLUGBOARD_INVALID;
    for (const auto& [credential, connections] : pass.instance().credentials().list()) {
      if (each(context, credential, connections) != PLUGBOARD_OK) break;
    }
    return PLUGBOARD_OK;
  });
}

plugboard_status host_stats(const plugboard_host* host, void (*with_json)(void*, plugboard_bytes),
                            void* context) {
  return serve(host, [&](const HostPass& pass) {
    if (with_json == nullptr) return PLUGBOARD_INVALID;
    const std::string json = pass.services().stats_json();
    with_json(context, to_bytes(json));
    return PLUGBOARD_OK;
  });
}

/// The routing of this thread's call, or null, which is then complained about.
Routing* routing_of(const HostPass& pass, plugboard_routing* handle) {
  Routing* const routing = RoutingScope::find(handle);
  if (routing == nullptr) {
    pass.instance().misused("a message's routing was used outside of routed_message");
  }
  return routing;
}

plugboard_status host_route_to(const plugboard_host* host, plugboard_routing* handle,
                               plugboard_bytes address) {
  return serve(host, [&](const HostPass& pass) {
    Routing* const routing = routing_of(pass, handle);
    if (routing == nullptr) return PLUGBOARD_GONE;
    if (!is_text(address, kMaxTextBytes)) return PLUGBOARD_INVALID;
    return routing->add_target(view(address));
  });
}

plugboard_status host_replace(const plugboard_host* host, plugboard_routing* handle,
                              plugboard_bytes message) {
  return serve(host, [&](const HostPass& pass) {
    Routing* const routing = routing_of(pass, handle);
    if (routing == nullptr) return PLUGBOARD_GONE;
    if (!readable(message, kMaxMessageBytes)) return PLUGBOARD_INVALID;
    return routing->replace(view(message));
  });
}

plugboard_status host_answer(const plugboard_host* host, plugboard_routing* handle,
                             plugboard_bytes code, plugboard_bytes message) {
  return serve(host, [&](const HostPass& pass) {
    Routing* const routing = routing_of(pass, handle);
    if (routing == nullptr) return PLUGBOARD_GONE;
    if (!is_text(code, kMaxCodeBytes) || !is_text(message, kMaxErrorBytes)) {
      return PLUGBOARD_INVALID;
    }
    return routing->add_answer(view(code), view(message));
  });
}

const void* host_extension(const plugboard_host* host, const char* id) {
  const void* found = nullptr;
  serve(host, [&](const HostPass& pass) {
    if (id == nullptr) return PLUGBOARD_INVALID;
    if (id == kProgramPartsId) found = pass.instance().library().program_parts.get();
    return found != nullptr ? PLUGBOARD_OK : PLUGBOARD_NOT_FOUND;
  });
  return found;
}

}  // namespace

HostTable& HostTable::make(Instance& instance, HostServices& services,
                           std::string_view relay_version) {
  static std::mutex mutex;
  static auto* const all = new std::vector<HostTable*>;  // reachable to the end
  auto* const table = new HostTable(instance, services, relay_version);
  const std::lock_guard lock(mutex);
  all->push_back(table);
  return *table;
}

HostTable::HostTable(Instance& instance, HostServices& services, std::string_view relay_version)
    : instance_(instance),
      services_(services),
      relay_version_(relay_version),
      instance_name_(instance.name()),
      table_{sizeof(plugboard_host),
             PLUGBOARD_ABI_MINOR,
             this,
             to_bytes(relay_version_),
             to_bytes(instance_name_),
             host_log,
             host_problem,
             host_monotonic_ns,
             host_unix_ms,
             host_complete,
             host_run,
             host_timer_start,
             host_timer_stop,
             host_peer_find,
             host_peer_list,
             host_peer_get,
             host_peer_send,
             host_peer_send_error,
             host_peer_close,
             host_peer_data_set,
             host_peer_data_get,
             host_credential_revoke,
             host_credential_list,
             host_stats,
             host_route_to,
             host_replace,
             host_answer,
             host_extension} {}

void HostTable::gather_problems() {
  const std::lock_guard lock(mutex_);
  problems_.emplace();
}

std::vector<PluginProblem> HostTable::take_problems() {
  const std::lock_guard lock(mutex_);
  std::vector<PluginProblem> problems;
  if (problems_) problems.swap(*problems_);
  problems_.reset();
  return problems;
}

}  // namespace plugboard::extension
