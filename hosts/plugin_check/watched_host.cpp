#include "plugin_check/watched_host.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "extension/bytes.hpp"
#include "plugin_check/call_watch.hpp"
#include "plugin_check/reporter.hpp"
#include "wire/close.hpp"
#include "wire/utf8.hpp"

namespace plugboard::plugin_check {
namespace {

using extension::view;

constexpr std::size_t kMaxJobs = 1024;
constexpr std::size_t kMaxTimers = 1024;
constexpr std::size_t kMaxReceivers = 64;
constexpr std::uint64_t kMaxText = 64ull * 1024 * 1024;
constexpr std::uint32_t kLaterFlag = 0x80000000U;

/// What the message that this thread asks about may still get.
struct RoutingState {
  plugboard_routing* routing = nullptr;
  std::size_t receivers = 0;
  std::size_t answers = 0;
};
thread_local RoutingState routing_state;

/// Never the same twice, so that what belongs to one instance is seen to be foreign to another.
std::uint64_t next_handle() {
  static std::atomic<std::uint64_t> last = 1000;
  return ++last;
}

/// Calls a function that the plugin has handed over.
template <class Call>
void call_back(const char* what, Call&& call) {
  const CallMark mark(what);
  try {
    std::forward<Call>(call)();
  } catch (const std::exception& exception) {
    reporter::finding("throws", what, std::string("throws an exception: ") + exception.what());
  } catch (...) {
    reporter::finding("throws", what, "throws an exception");
  }
}

bool is_text(plugboard_bytes bytes) {
  return extension::readable(bytes, kMaxText) && wire::valid_utf8(view(bytes));
}

/// Whether this call of route_to, replace or answer comes from within routed_message.
bool is_routing(plugboard_routing* routing, const char* function) {
  if (routing != nullptr && routing == routing_state.routing) return true;
  reporter::finding("routing-outside-its-call", function,
                    "is called with a routing that is not of the message being asked about");
  return false;
}

}  // namespace

WatchedHost::WatchedHost(std::string instance_name, Options options)
    : options_(options),
      instance_name_(std::move(instance_name)),
      memory_("create", {.guarded = true, .later = options.later}) {
  plugboard_host table = {};
  table.abi_minor = PLUGBOARD_ABI_MINOR + (options.later ? 1 : 0);
  table.context = this;
  table.relay_version = memory_.text(options.later ? "99.0.0" : "1.0.0");
  table.instance_name = memory_.text(instance_name_);
  fill(table);
  table_ = memory_.input(table);
  for (std::size_t i = 0; i < options.workers; ++i) std::thread([this] { work(); }).detach();
  std::thread([this] { keep_time(); }).detach();
}

void WatchedHost::fill(plugboard_host& table) {
  using Host = const plugboard_host*;
  table.log = [](Host host, std::int32_t level, plugboard_bytes text) {
    self(host).log(level, text);
  };
  table.problem = [](Host host, plugboard_bytes pointer, plugboard_bytes sentence) {
    WatchedHost& h = self(host);
    if (!h.enter("problem")) return;
    if (!is_text(pointer) || !is_text(sentence)) {
      reporter::finding("bad-text", "problem", "is given a text that is not UTF-8");
      return;
    }
    const std::lock_guard lock(h.mutex_);
    h.problems_.push_back({std::string(view(pointer)), std::string(view(sentence))});
  };
  table.monotonic_ns = [](Host host) {
    self(host).enter("monotonic_ns");
    return static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
  };
  table.unix_ms = [](Host host) {
    self(host).enter("unix_ms");
    return static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                         std::chrono::system_clock::now().time_since_epoch())
                                         .count());
  };
  table.complete = [](Host host, plugboard_token token, plugboard_status status,
                      const void* result) { return self(host).complete(token, status, result); };
  table.run = [](Host host, void (*job)(void*), void* context) {
    WatchedHost& h = self(host);
    if (!h.enter("run")) return PLUGBOARD_GONE;
    const std::lock_guard lock(h.mutex_);
    if (h.short_ || h.jobs_.size() >= kMaxJobs) return PLUGBOARD_FULL;
    h.jobs_.push_back({job, context});
    h.changed_.notify_all();
    return PLUGBOARD_OK;
  };
  table.timer_start = [](Host host, std::uint64_t delay_ns, std::uint64_t period_ns,
                         void (*fire)(void*), void* context, plugboard_timer* timer) {
    return self(host).timer_start(delay_ns, period_ns, fire, context, timer);
  };
  table.timer_stop = [](Host host, plugboard_timer timer) { return self(host).timer_stop(timer); };
  table.peer_find = [](Host host, plugboard_bytes address, plugboard_peer* peer) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_find") || h.short_) return PLUGBOARD_NOT_FOUND;
    for (const auto& [handle, found] : h.peers()) {
      if ((found.flags & PLUGBOARD_PEER_REGISTERED) == 0) continue;
      if (found.channel + ":" + found.id != view(address)) continue;
      *peer = handle;
      return PLUGBOARD_OK;
    }
    return PLUGBOARD_NOT_FOUND;
  };
  table.peer_list = [](Host host, plugboard_bytes channel,
                       plugboard_status (*each)(void*, const plugboard_peer_info*), void* context) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_list")) return PLUGBOARD_GONE;
    if (h.short_) return PLUGBOARD_OK;
    for (const auto& [handle, peer] : h.peers()) {
      if ((peer.flags & PLUGBOARD_PEER_REGISTERED) == 0) continue;
      if (channel.size != 0 && peer.channel != view(channel)) continue;
      Borrowed borrowed("peer_list", {.later = h.options_.later});
      const auto* const info = borrowed.input(h.info(borrowed, handle, peer));
      plugboard_status status = PLUGBOARD_ERROR;
      call_back("peer_list's each", [&] { status = each(context, info); });
      if (status != PLUGBOARD_OK) break;
    }
    return PLUGBOARD_OK;
  };
  table.peer_get = [](Host host, plugboard_peer handle,
                      void (*use)(void*, const plugboard_peer_info*), void* context) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_get") || h.short_) return PLUGBOARD_GONE;
    const auto peers = h.peers();
    const auto found = peers.find(handle);
    if (found == peers.end()) return PLUGBOARD_GONE;
    Borrowed borrowed("peer_get", {.later = h.options_.later});
    const auto* const info = borrowed.input(h.info(borrowed, handle, found->second));
    call_back("peer_get's with_info", [&] { use(context, info); });
    return PLUGBOARD_OK;
  };
  table.peer_send = [](Host host, plugboard_peer handle, plugboard_bytes message,
                       std::uint32_t flags) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_send")) return PLUGBOARD_GONE;
    if ((flags & PLUGBOARD_SEND_BINARY) == 0 && !is_text(message)) {
      reporter::finding("bad-text", "peer_send", "is given a text message that is not UTF-8");
      return PLUGBOARD_INVALID;
    }
    if (h.short_) return PLUGBOARD_FULL;
    const std::lock_guard lock(h.mutex_);
    const auto found = h.peers_.find(handle);
    const bool there =
        found != h.peers_.end() && (found->second.flags & PLUGBOARD_PEER_REGISTERED) != 0;
    return there ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.peer_send_error = [](Host host, plugboard_peer handle, plugboard_bytes code,
                             plugboard_bytes message) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_send_error")) return PLUGBOARD_GONE;
    if (!is_text(code) || !is_text(message)) {
      reporter::finding("bad-text", "peer_send_error", "is given a text that is not UTF-8");
      return PLUGBOARD_INVALID;
    }
    if (h.short_) return PLUGBOARD_FULL;
    const std::lock_guard lock(h.mutex_);
    return h.peers_.contains(handle) ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.peer_close = [](Host host, plugboard_peer handle, std::uint32_t code,
                        plugboard_bytes reason) {
    constexpr std::uint64_t kMaxReason = 123;
    WatchedHost& h = self(host);
    if (!h.enter("peer_close")) return PLUGBOARD_GONE;
    if (!is_text(reason) || reason.size > kMaxReason || code > UINT16_MAX ||
        !wire::valid_close_code(static_cast<std::uint16_t>(code))) {
      reporter::finding("bad-argument", "peer_close",
                        "is given a close code or reason that may not be sent");
      return PLUGBOARD_INVALID;
    }
    const std::lock_guard lock(h.mutex_);
    return !h.short_ && h.peers_.contains(handle) ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.peer_data_set = [](Host host, plugboard_peer handle, std::uint64_t value) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_data_set")) return PLUGBOARD_GONE;
    const std::lock_guard lock(h.mutex_);
    if (h.short_ || !h.peers_.contains(handle)) return PLUGBOARD_GONE;
    h.peer_data_[handle] = value;
    return PLUGBOARD_OK;
  };
  table.peer_data_get = [](Host host, plugboard_peer handle, std::uint64_t* value) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_data_get")) return PLUGBOARD_GONE;
    const std::lock_guard lock(h.mutex_);
    if (h.short_ || !h.peers_.contains(handle)) return PLUGBOARD_GONE;
    const auto found = h.peer_data_.find(handle);
    *value = found == h.peer_data_.end() ? 0 : found->second;
    return PLUGBOARD_OK;
  };
  table.credential_revoke = [](Host host, std::uint64_t) {
    self(host).enter("credential_revoke");
    return PLUGBOARD_NOT_FOUND;
  };
  table.credential_list = [](Host host, plugboard_status (*)(void*, std::uint64_t, std::uint64_t),
                             void*) {
    return self(host).enter("credential_list") ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.stats = [](Host host, void (*use)(void*, plugboard_bytes), void* context) {
    if (!self(host).enter("stats")) return PLUGBOARD_GONE;
    Borrowed borrowed("stats", {});
    const plugboard_bytes json = borrowed.text(R"({"totalConnections":0,"channels":{}})");
    call_back("stats's with_json", [&] { use(context, json); });
    return PLUGBOARD_OK;
  };
  table.route_to = [](Host host, plugboard_routing* routing, plugboard_bytes address) {
    if (!self(host).enter("route_to") || !is_routing(routing, "route_to")) return PLUGBOARD_GONE;
    if (!is_text(address) || view(address).find(':') == std::string_view::npos) {
      return PLUGBOARD_INVALID;
    }
    return ++routing_state.receivers > kMaxReceivers ? PLUGBOARD_FULL : PLUGBOARD_OK;
  };
  table.replace = [](Host host, plugboard_routing* routing, plugboard_bytes message) {
    if (!self(host).enter("replace") || !is_routing(routing, "replace")) return PLUGBOARD_GONE;
    const bool object =
        is_text(message) && nlohmann::json::parse(view(message), nullptr, false).is_object();
    return object ? PLUGBOARD_OK : PLUGBOARD_INVALID;
  };
  table.answer = [](Host host, plugboard_routing* routing, plugboard_bytes code,
                    plugboard_bytes message) {
    constexpr std::size_t kMaxAnswers = 8;
    if (!self(host).enter("answer") || !is_routing(routing, "answer")) return PLUGBOARD_GONE;
    if (!is_text(code) || !is_text(message)) return PLUGBOARD_INVALID;
    return ++routing_state.answers > kMaxAnswers ? PLUGBOARD_FULL : PLUGBOARD_OK;
  };
  table.extension = [](Host host, const char*) -> const void* {
    self(host).enter("extension");
    return nullptr;
  };
}

bool WatchedHost::enter(const char* function) {
  const std::lock_guard lock(mutex_);
  if (!destroyed_) return true;
  reporter::finding("calls-after-destroy", function,
                    "is called after the instance was destroyed, when no thread of the plugin may "
                    "touch the host any more");
  return false;
}

plugboard_status WatchedHost::log(std::int32_t level, plugboard_bytes text) {
  if (!enter("log")) return PLUGBOARD_GONE;
  if (level < PLUGBOARD_LOG_TRACE || level > PLUGBOARD_LOG_ERROR) {
    reporter::finding("bad-argument", "log", "is given the level " + std::to_string(level));
  }
  if (!extension::readable(text, kMaxText)) {
    reporter::finding("bad-text", "log", "is given a text without data");
    return PLUGBOARD_INVALID;
  }
  const std::string_view line = view(text);
  const std::lock_guard lock(mutex_);
  for (const std::string& secret : secrets_) {
    if (line.find(secret) == std::string_view::npos) continue;
    reporter::finding("logs-a-secret", "log", "is given a line that holds an access key whole");
  }
  return PLUGBOARD_OK;
}

plugboard_token WatchedHost::open_question(extension::Asked asked, const char* function) {
  const std::lock_guard lock(mutex_);
  const plugboard_token token = next_handle();
  questions_[token] = {asked, function};
  ++unanswered_;
  return token;
}

void WatchedHost::returned(plugboard_token token, plugboard_status status) {
  const std::lock_guard lock(mutex_);
  OpenQuestion& question = questions_[token];
  if (status == PLUGBOARD_PENDING) return;
  if (question.completed) {
    // The plugin may have been told to hurry while it was about to answer by returning.
    if (question.forgotten) return;
    reporter::finding("completes-twice", question.function,
                      "completes its token, and returns " + std::to_string(status) +
                          " as if it had not: only PENDING goes with a completion");
    return;
  }
  question.completed = true;
  question.by_return = true;
  question.status = status;
  --unanswered_;
  changed_.notify_all();
  if (status < PLUGBOARD_OK || status > PLUGBOARD_UNSUPPORTED) {
    reporter::finding("unknown-code", question.function,
                      "returns " + std::to_string(status) + ", which is no status");
  } else if (!extension::may_return(question.asked, status)) {
    reporter::finding("unfit-answer", question.function,
                      "returns " + std::to_string(status) + ", which is no answer to the question");
  }
}

plugboard_status WatchedHost::complete(plugboard_token token, plugboard_status status,
                                       const void* result) {
  if (!enter("complete")) return PLUGBOARD_GONE;
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(token);
  if (found == questions_.end()) {
    reporter::finding("completes-unknown-token", "complete",
                      "is called with a token that was never given out to this instance");
    return PLUGBOARD_INVALID;
  }
  OpenQuestion& question = found->second;
  if (question.completed) {
    if (question.forgotten && question.by_return) return PLUGBOARD_GONE;
    reporter::finding("completes-twice", question.function,
                      "was answered already, and its token is completed again");
    return PLUGBOARD_INVALID;
  }
  question.completed = true;
  question.status = status;
  --unanswered_;
  changed_.notify_all();
  // "With any status", once nobody waits.
  if (question.forgotten) return PLUGBOARD_GONE;
  if (status < PLUGBOARD_OK || status > PLUGBOARD_UNSUPPORTED) {
    reporter::finding("unknown-code", question.function,
                      "is completed with " + std::to_string(status) + ", which is no status");
    return PLUGBOARD_INVALID;
  }
  auto read = extension::read_answer(question.asked, status, result);
  if (const auto* problem = std::get_if<std::string>(&read)) {
    reporter::finding("unfit-answer", question.function, "is completed unusably: " + *problem);
    return PLUGBOARD_INVALID;
  }
  if (auto* blob = std::get_if<std::string>(&std::get<extension::Answer>(read).result)) {
    question.blob = std::move(*blob);
  }
  return PLUGBOARD_OK;
}

bool WatchedHost::forget(plugboard_token token) {
  const std::lock_guard lock(mutex_);
  OpenQuestion& question = questions_[token];
  if (question.completed) return false;
  question.forgotten = true;
  return true;
}

bool WatchedHost::all_answered() const {
  const std::lock_guard lock(mutex_);
  return unanswered_ == 0;
}

bool WatchedHost::await_answers(std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return unanswered_ == 0; });
}

bool WatchedHost::await_answer(plugboard_token token, std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return questions_.at(token).completed; });
}

std::vector<std::pair<plugboard_token, const char*>> WatchedHost::owed() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<plugboard_token, const char*>> owed;
  for (const auto& [token, question] : questions_) {
    if (!question.completed) owed.emplace_back(token, question.function);
  }
  return owed;
}

plugboard_status WatchedHost::answer(plugboard_token token) const {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(token);
  return found == questions_.end() ? PLUGBOARD_PENDING : found->second.status;
}

std::string WatchedHost::blob(plugboard_token token) const {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(token);
  return found == questions_.end() ? std::string() : found->second.blob;
}

plugboard_peer WatchedHost::add_peer(TestPeer peer) {
  const std::lock_guard lock(mutex_);
  const plugboard_peer handle = next_handle();
  peers_[handle] = std::move(peer);
  return handle;
}

void WatchedHost::change_peer(plugboard_peer handle, TestPeer peer) {
  const std::lock_guard lock(mutex_);
  peers_[handle] = std::move(peer);
}

void WatchedHost::remove_peer(plugboard_peer peer) {
  const std::lock_guard lock(mutex_);
  peers_.erase(peer);
  peer_data_.erase(peer);
}

std::uint64_t WatchedHost::peer_data(plugboard_peer peer) const {
  const std::lock_guard lock(mutex_);
  const auto found = peer_data_.find(peer);
  return found == peer_data_.end() ? 0 : found->second;
}

std::map<plugboard_peer, TestPeer> WatchedHost::peers() const {
  const std::lock_guard lock(mutex_);
  return peers_;
}

plugboard_peer_info WatchedHost::info(Borrowed& borrowed, plugboard_peer handle,
                                      const TestPeer& peer) const {
  constexpr std::int64_t kConnectedAtMs = 1'700'000'000'000;
  plugboard_peer_info info = {};
  info.flags = peer.flags | (options_.later ? kLaterFlag : 0);
  info.peer = handle;
  info.channel = borrowed.text(peer.channel);
  info.id = borrowed.text(peer.id);
  info.address = borrowed.text(peer.channel + ":" + peer.id);
  info.client_address = borrowed.text(peer.client_address);
  info.key_name = borrowed.text(peer.key_name);
  info.attributes = borrowed.text(peer.attributes);
  info.connected_at_ms = kConnectedAtMs;
  return info;
}

void WatchedHost::set_routing(plugboard_routing* routing) { routing_state = {routing}; }

void WatchedHost::keep_secret(std::string text) {
  const std::lock_guard lock(mutex_);
  if (std::find(secrets_.begin(), secrets_.end(), text) == secrets_.end()) {
    secrets_.push_back(std::move(text));
  }
}

std::vector<Problem> WatchedHost::take_problems() {
  const std::lock_guard lock(mutex_);
  return std::exchange(problems_, {});
}

void WatchedHost::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !jobs_.empty(); });
    const Job job = jobs_.front();
    jobs_.pop_front();
    ++busy_workers_;
    lock.unlock();
    call_back("a job", [&] { job.function(job.context); });
    lock.lock();
    --busy_workers_;
    changed_.notify_all();
  }
}

plugboard_status WatchedHost::timer_start(std::uint64_t delay_ns, std::uint64_t period_ns,
                                          void (*fire)(void*), void* context,
                                          plugboard_timer* timer) {
  constexpr std::uint64_t kYearNs = 31'536'000'000'000'000;
  constexpr std::uint64_t kShortestNs = 1'000'000;
  if (!enter("timer_start")) return PLUGBOARD_GONE;
  const std::lock_guard lock(mutex_);
  if (short_ || timers_.size() >= kMaxTimers) return PLUGBOARD_FULL;
  *timer = next_handle();
  Timer& started = timers_[*timer];
  started.due =
      std::chrono::steady_clock::now() + std::chrono::nanoseconds(std::min(delay_ns, kYearNs));
  if (period_ns != 0) {
    started.period = std::chrono::nanoseconds(std::clamp(period_ns, kShortestNs, kYearNs));
  }
  started.fire = fire;
  started.context = context;
  changed_.notify_all();
  return PLUGBOARD_OK;
}

plugboard_status WatchedHost::timer_stop(plugboard_timer timer) {
  if (!enter("timer_stop")) return PLUGBOARD_GONE;
  std::unique_lock lock(mutex_);
  const auto found = timers_.find(timer);
  if (found == timers_.end() || found->second.stopped) return PLUGBOARD_GONE;
  found->second.stopped = true;
  if (found->second.firing == std::this_thread::get_id()) return PLUGBOARD_OK;
  if (found->second.firing == std::thread::id()) {
    timers_.erase(found);
  } else {
    changed_.wait(lock, [&] { return !timers_.contains(timer); });
  }
  changed_.notify_all();
  return PLUGBOARD_OK;
}

void WatchedHost::keep_time() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto next = std::min_element(timers_.begin(), timers_.end(), [](auto& a, auto& b) {
      return a.second.due < b.second.due;
    });
    if (next == timers_.end()) {
      changed_.wait(lock);
      continue;
    }
    const auto due = next->second.due;  // the timer may be gone when the wait is over
    if (std::chrono::steady_clock::now() < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    Timer& timer = next->second;  // stays while it fires
    timer.firing = std::this_thread::get_id();
    const auto fire = timer.fire;
    void* const context = timer.context;
    lock.unlock();
    call_back("a timer", [&] { fire(context); });
    lock.lock();
    timer.firing = {};
    if (timer.stopped || timer.period.count() == 0) {
      timers_.erase(next);
    } else {
      timer.due = std::chrono::steady_clock::now() + timer.period;
    }
    changed_.notify_all();
  }
}

bool WatchedHost::wind_up(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  for (auto timer = timers_.begin(); timer != timers_.end();) {
    timer->second.stopped = true;
    timer = timer->second.firing == std::thread::id() ? timers_.erase(timer) : std::next(timer);
  }
  return changed_.wait_for(lock, time,
                           [&] { return timers_.empty() && jobs_.empty() && busy_workers_ == 0; });
}

void WatchedHost::destroyed() {
  const std::lock_guard lock(mutex_);
  destroyed_ = true;
}

void WatchedHost::reset() {
  const std::lock_guard lock(mutex_);
  destroyed_ = false;
  questions_.clear();
  unanswered_ = 0;
  peers_.clear();
  peer_data_.clear();
  problems_ = {};
  secrets_ = {};
}

}  // namespace plugboard::plugin_check
