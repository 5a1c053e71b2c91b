#include "net/loop.hpp"

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <exception>
#include <string>
#include <system_error>

#include "net/connection.hpp"
#include "net/listener.hpp"

namespace plugboard::net {
namespace {

// What epoll hands back is a Connection, or with this bit any other EventSource: connections need
// no second table of virtual functions, and the call for each event is direct.
constexpr std::uint64_t kOtherSource = 1;

Descriptor made(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return Descriptor(descriptor);
}

}  // namespace

// Descriptors that only have to wake the loop: reading them is all there is to do.
class Loop::Wake final : public EventSource {
 public:
  explicit Wake(int descriptor) : descriptor_(descriptor) {}
  void on_events(std::uint32_t /*events*/) override {
    std::uint64_t count = 0;
    static_cast<void>(::read(descriptor_, &count, sizeof count));
  }

 private:
  int descriptor_;
};

Loop*& Loop::current() {
  thread_local Loop* loop = nullptr;
  return loop;
}

Loop::Loop(Shared& shared, std::uint16_t number)
    : shared_(shared),
      number_(number),
      epoll_(made(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_descriptor_(made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      timer_descriptor_(
          made(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      wake_(std::make_unique<Wake>(wake_descriptor_.get())),
      timer_(std::make_unique<Wake>(timer_descriptor_.get())),
      now_ns_(monotonic_ns()),
      buffer_(std::make_unique_for_overwrite<char[]>(kHeadroom + kBufferSize)),
      totals_(shared.totals.shard(number)),
      dispatch_(0),
      router_(shared.registry, shared.channels, totals_) {
  watch(wake_descriptor_.get(), *wake_, EPOLLIN | EPOLLET);
  watch(timer_descriptor_.get(), *timer_, EPOLLIN | EPOLLET);
  deadlines_.set_duration(Deadline::keep_alive, std::chrono::seconds(60));
  deadlines_.set_duration(Deadline::close, std::chrono::seconds(3));
  deadlines_.set_duration(Deadline::slow, std::chrono::seconds(5));
  deadlines_.set_duration(Deadline::linger, std::chrono::seconds(2));
  take_settings();
}

Loop::~Loop() { drop_connections(); }

void Loop::drop_connections() {
  Loop* const outer = std::exchange(current(), this);
  for_each([](Connection& connection) { connection.drop(); });
  run_inbox();
  do finish_turn();
  while (dispatch_.has_patient());
  again_.clear();
  current() = outer;
}

void Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) turn(-1);
}

template <class Work>
void Loop::contain(Connection* whose, Work&& work) {
  try {
    work();
  } catch (const std::exception& error) {
    failed(whose, error.what());
  } catch (...) {
    failed(whose, "an unknown exception");
  }
}

// The end of a connection hardly takes memory. Where there is not even that, the process ends: half
// a connection would be worse.
void Loop::failed(Connection* whose, const char* what) noexcept {
  constexpr std::uint64_t kBetweenComplaintsNs = 1'000'000'000;
  if (whose != nullptr) whose->drop();
  if (complained_ns_ != 0 && now_ns_ - complained_ns_ < kBetweenComplaintsNs) return;
  complained_ns_ = now_ns_;
  try {
    shared_.log(PLUGBOARD_LOG_ERROR,
                std::string(whose != nullptr ? "a connection was ended, for it could not be served"
                                             : "something was left undone") +
                    ": " + what);
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is no memory to say so
  }
}

void Loop::stop() {
  post([this] { stopping_.store(true, std::memory_order_release); });
}

void Loop::turn(int timeout_ms) {
  Loop* const outer = std::exchange(current(), this);
  epoll_event events[kEventsPerWait];
  const int count = ::epoll_wait(epoll_.get(), events, kEventsPerWait, timeout(timeout_ms));
  now_ns_ = monotonic_ns();
  take_settings();
  for (int i = 0; i < count; ++i) {
    const std::uint64_t source = events[i].data.u64;
    // NOLINTBEGIN(performance-no-int-to-ptr): what epoll keeps is a number
    if ((source & kOtherSource) == 0) [[likely]] {
      auto* const connection = reinterpret_cast<Connection*>(source);
      contain(connection, [&] { connection->on_events(events[i].events); });
    } else {
      auto* const other = reinterpret_cast<EventSource*>(source & ~kOtherSource);
      contain(nullptr, [&] { other->on_events(events[i].events); });
    }
    // NOLINTEND(performance-no-int-to-ptr)
  }
  for (const auto& connection : std::exchange(again_, {})) {
    contain(connection.get(), [&] { connection->read(); });
  }
  run_inbox();
  run_deadlines();
  run_expiries();
  resume_listeners();
  finish_turn();
  give_memory_back();
  arm_timer();
  current() = outer;
}

void Loop::post(std::function<void()> work) {
  bool signal = false;
  {
    const std::lock_guard guard(inbox_lock_);
    inbox_.push_back(std::move(work));
    signal = !std::exchange(inbox_signalled_, true);
  }
  if (signal) {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_descriptor_.get(), &one, sizeof one));
  }
}

void Loop::watch(int descriptor, EventSource& source, std::uint32_t events) {
  watch(descriptor, reinterpret_cast<std::uint64_t>(&source) | kOtherSource, events);
}

void Loop::watch(int descriptor, Connection& connection, std::uint32_t events) {
  watch(descriptor, reinterpret_cast<std::uint64_t>(&connection), events);
}

void Loop::watch(int descriptor, std::uint64_t source, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = source;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void Loop::unwatch(int descriptor) {
  epoll_event event{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, &event);
}

void Loop::add(Connection& connection) {
  connection.loop_index_ = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back(&connection);
  intrusive_ptr_add_ref(&connection);
}

void Loop::remove(Connection& connection) {
  const std::uint32_t index = connection.loop_index_;
  connections_[index] = connections_.back();
  connections_[index]->loop_index_ = index;
  connections_.pop_back();
  // Events of this turn may still name it.
  removed_.emplace_back(&connection, false);
}

void Loop::read_again(Connection& connection) { again_.emplace_back(&connection); }

void Loop::finishing(Connection& connection) { finishing_.emplace_back(&connection); }

void Loop::for_each(const std::function<void(Connection&)>& each) {
  const auto connections = connections_;  // `each` may end some
  for (Connection* connection : connections) each(*connection);
}

void Loop::end_at(std::int64_t unix_ms, peer::Handle handle) { expiries_.emplace(unix_ms, handle); }

void Loop::take_settings() {
  const std::uint64_t version = shared_.settings_version();
  if (version == settings_version_) return;
  const bool first = settings_ == nullptr;
  settings_version_ = version;
  settings_ = shared_.settings();
  dispatch_.outbox_limit = settings_->server.outbox_limit;
  deadlines_.set_duration(Deadline::request, settings_->server.handshake_timeout);
  deadlines_.set_duration(Deadline::admission, settings_->server.handshake_timeout);
  deadlines_.set_duration(Deadline::heartbeat, settings_->server.heartbeat_interval);
  if (first) return;
  for_each([](Connection& connection) { connection.on_new_settings(); });
  if (!settings_->recheck) return;
  std::vector<peer::Handle> peers;
  for (const Connection* connection : connections_) {
    if (connection->joined()) peers.push_back(connection->handle());
  }
  recheck_.begin(std::move(peers));
}

void Loop::run_inbox() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard guard(inbox_lock_);
    work.swap(inbox_);
    inbox_signalled_ = false;
  }
  for (const auto& each : work) contain(nullptr, each);
}

void Loop::run_deadlines() {
  while (DeadlineHook* hook = deadlines_.take_due(now_ns_)) {
    auto* const connection = static_cast<Connection*>(hook);
    contain(connection, [&] { connection->on_deadline(Deadlines::kind(*hook)); });
  }
}

void Loop::run_expiries() {
  if (expiries_.empty() || expiries_.begin()->first > unix_ms()) return;
  const std::int64_t now = unix_ms();
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    const peer::PeerRef peer = shared_.handles.find(expiries_.begin()->second);
    expiries_.erase(expiries_.begin());
    if (peer == nullptr) continue;
    auto* const connection = static_cast<Connection*>(peer.get());
    contain(connection, [&] { connection->end_if_expired(now); });
  }
}

void Loop::pause_listener(Listener& listener) {
  paused_listeners_.push_back(&listener);
  listeners_resume_ns_ = now_ns_ + 100'000'000U;
}

void Loop::forget_listener(const Listener& listener) { std::erase(paused_listeners_, &listener); }

void Loop::resume_listeners() {
  if (now_ns_ < listeners_resume_ns_) return;
  listeners_resume_ns_ = UINT64_MAX;
  for (Listener* listener : std::exchange(paused_listeners_, {})) listener->resume();
}

void Loop::finish_turn() {
  send_turn();
  if (dispatch_.has_patient()) {
    dispatch_.flush_some_patient();
    send_turn();
  }
  if (!removed_.empty()) note_crowd();
  removed_.clear();
}

void Loop::note_crowd() {
  constexpr std::size_t kCrowd = 256;
  constexpr std::uint64_t kUntilAllHaveGoneNs = 1'000'000'000;
  most_connections_ = std::max(most_connections_, connections_.size() + removed_.size());
  if (most_connections_ < kCrowd || connections_.size() > most_connections_ / 2) return;
  most_connections_ = connections_.size();
  give_back_ns_ = now_ns_ + kUntilAllHaveGoneNs;
}

// The C library keeps what a crowd leaves behind: of TLS sessions some hundred megabytes, in pieces
// that the next crowd does not fill again. It takes some ten milliseconds to give them back, which
// is little beside what so many connections have cost.
void Loop::give_memory_back() {
  if (now_ns_ < give_back_ns_) return;
  give_back_ns_ = UINT64_MAX;
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

void Loop::send_turn() {
  // Sending can begin the end of peers, and the end of one can give others something to send.
  do {
    dispatch_.flush();
    for (const auto& connection : std::exchange(finishing_, {})) connection->begin_end();
  } while (!finishing_.empty() || !dispatch_.empty());
}

int Loop::timeout(int wanted_ms) const { return has_more() ? 0 : wanted_ms; }

// Deadlines wake the loop through a descriptor of its set, so that whoever embeds the loop need
// only watch one descriptor. It is set again only when the next deadline comes earlier than what
// it is set to; when it fires too early, it is set to what is next then.
void Loop::arm_timer() {
  std::uint64_t next = std::min({deadlines_.next_ns(), listeners_resume_ns_, give_back_ns_});
  if (!expiries_.empty()) {
    const std::int64_t wait_ms =
        std::clamp<std::int64_t>(expiries_.begin()->first - unix_ms(), 0, 1'000'000'000);
    next = std::min(next, now_ns_ + static_cast<std::uint64_t>(wait_ms + 1) * 1'000'000U);
  }
  if (timer_armed_ns_ <= now_ns_) timer_armed_ns_ = UINT64_MAX;  // it has fired
  if (next >= timer_armed_ns_) return;
  timer_armed_ns_ = std::max(next, now_ns_ + 1);
  itimerspec at{};
  at.it_value.tv_sec = static_cast<time_t>(timer_armed_ns_ / 1'000'000'000U);
  at.it_value.tv_nsec = static_cast<long>(timer_armed_ns_ % 1'000'000'000U);
  ::timerfd_settime(timer_descriptor_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
}

}  // namespace plugboard::net
