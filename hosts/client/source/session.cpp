#include "session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <utility>
#include <variant>

namespace plugboard::client {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

bool is_channel_name(std::string_view name) {
  return !name.empty() && is_utf8(name) && std::none_of(name.begin(), name.end(), [](char c) {
    return c == ':' || c == '?' || c == '#' || (c >= 0 && c < ' ') || c == 0x7F;
  });
}

void check_options(const RelayClientOptions& options) {
  if (!is_channel_name(options.channel)) {
    throw std::invalid_argument(
        "\"" + options.channel +
        "\" is no channel: expected a name in UTF-8 without : ? # and control characters");
  }
  if (options.id.empty()) throw std::invalid_argument("the id is empty");
  if (!is_utf8(options.id)) throw std::invalid_argument("the id is not UTF-8");
  if (options.key.empty()) return;
  if (!is_well_formed_key(options.key, options.key_form, options.key_transport)) {
    throw std::invalid_argument(
        options.key_form == KeyForm::kAccessKey
            ? "ill-formed access key: expected 8 to 64 characters of A-Z a-z 0-9 _ - (a relay "
              "with a token store takes others: KeyForm::kToken)"
            : "ill-formed token: expected up to 8192 printable ASCII characters without blanks, "
              "and as a subprotocol none of \"(),/:;<=>?@[\\]{}");
  }
}

// Counted among those who wait, also when that is cancelled.
class Waiting {
 public:
  explicit Waiting(std::size_t& count) : count_(count) { ++count_; }
  ~Waiting() { --count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::size_t& count_;
};

// The error that an upgrade refused by HTTP stands for.
ErrorInfo refused_upgrade(const Ending& ending) {
  switch (ending.http_status) {
    case 401:
    case 403:
      return {"INVALID_KEY", "The relay refuses the connection (" + ending.cause + ")", true};
    case 429:
      return {"RATE_LIMITED", "Too many connections (" + ending.cause + ")", false};
    default:
      return {"CONNECT_FAILED", ending.cause, false};
  }
}

}  // namespace

Session::Session(const asio::any_io_executor& executor, RelayClientOptions options)
    : options_(std::move(options)),
      connector_(options_),
      address_(options_.channel + ":" + options_.id),
      strand_(asio::make_strand(executor)),
      backoff_(std::max(options_.max_reconnect_delay, milliseconds(1))),
      random_(std::random_device{}()),
      reconnect_timer_(strand_),
      change_(strand_, steady_clock::time_point::max()) {
  check_options(options_);
}

// ---- calls, from any thread

void Session::connect() {
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kClosing) connect_again_ = true;
  if (phase_ != Phase::kStopped) return;
  phase_ = Phase::kConnecting;
  asio::post(strand_, [self = shared_from_this()] {
    self->backoff_.reset();
    self->start_attempt();
  });
}

void Session::close() {
  {
    const std::lock_guard lock(mutex_);
    connect_again_ = false;
    if (phase_ == Phase::kStopped || phase_ == Phase::kClosing) return;
    phase_ = Phase::kClosing;
  }
  asio::post(strand_, [self = shared_from_this()] {
    if (self->connection_) {
      self->flush();
      self->connection_->close();
      return;
    }
    // It was waiting to connect.
    self->reconnect_timer_.cancel();
    self->stop_as_told();
  });
}

bool Session::send(std::string_view to, const nlohmann::json& payload) {
  std::string text = routed_text(address_, to, payload);
  const std::lock_guard lock(mutex_);
  return enqueue(std::move(text), true);
}

bool Session::watch(std::string_view address) {
  std::string text = watch_text(address);
  const std::lock_guard lock(mutex_);
  watched_.emplace(address);
  // Users of other clients watch again at each open; this one has just done so.
  if (restored_.find(address) != restored_.end()) return true;
  return enqueue(std::move(text), false);
}

bool Session::unwatch(std::string_view address) {
  std::string text = unwatch_text(address);
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find(address);
  if (found != watched_.end()) watched_.erase(found);
  restored_.erase(std::string(address));
  enqueue(std::move(text), false);
  return true;
}

void Session::release() {
  {
    const std::lock_guard lock(handlers_mutex_);
    handlers_ = std::make_shared<Handlers>();
  }
  asio::post(strand_, [self = shared_from_this()] {
    self->reconnect_timer_.cancel();
    if (self->connection_) std::exchange(self->connection_, nullptr)->abort();
    self->stop({"CLOSED", "the client is gone"});
  });
}

bool Session::connected() const {
  const std::lock_guard lock(mutex_);
  return phase_ == Phase::kOpen;
}

bool Session::stopped() const {
  const std::lock_guard lock(mutex_);
  return phase_ == Phase::kStopped;
}

std::size_t Session::buffered_bytes() const {
  const std::lock_guard lock(mutex_);
  return buffered_bytes_;
}

bool Session::enqueue(std::string text, bool bounded) {
  if (phase_ != Phase::kOpen) return false;
  if (bounded && buffered_bytes_ + text.size() > options_.max_buffered_bytes) {
    refused_for_space_ = true;
    return false;
  }
  buffered_bytes_ += text.size();
  outgoing_.push_back(std::move(text));
  schedule_flush();
  return true;
}

void Session::schedule_flush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  asio::post(strand_, [self = shared_from_this()] { self->flush(); });
}

// ---- on the strand

template <typename Call>
void Session::call_handler(const Call& call) {
  const std::lock_guard lock(handlers_mutex_);
  // Held here: the handler may replace itself, or end its client.
  const auto handlers = handlers_;
  call(*handlers);
}

void Session::start_attempt() {
  fatal_ = false;
  connection_ = connector_.make(strand_, weak_from_this());
  connection_->start();
}

void Session::flush() {
  std::vector<std::string> texts;
  {
    const std::lock_guard lock(mutex_);
    flush_scheduled_ = false;
    texts.swap(outgoing_);
  }
  if (!connection_) return;
  for (std::string& text : texts) connection_->write(std::move(text));
}

void Session::opened() {
  opened_at_ = steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kConnecting) return;  // told to close meanwhile
    phase_ = Phase::kOpen;
    buffered_bytes_ = 0;
    outgoing_.clear();
    for (const std::string& address : watched_) enqueue(watch_text(address), false);
    restored_ = watched_;
  }
  wake_waiting();
  call_handler([](const Handlers& handlers) {
    if (handlers.open) handlers.open();
  });
  const std::lock_guard lock(mutex_);
  restored_.clear();
}

void Session::received(std::string_view text) {
  Incoming incoming = read_incoming(text);
  if (auto* message = std::get_if<Message>(&incoming)) {
    deliver(std::move(*message));
  } else if (const auto* status = std::get_if<PeerStatus>(&incoming)) {
    call_handler([&](const Handlers& handlers) {
      if (handlers.peer_status) handlers.peer_status(status->address, status->online);
    });
  } else if (const auto* error = std::get_if<ServerError>(&incoming)) {
    const bool fatal = is_fatal(error->code);
    if (fatal) {
      fatal_ = true;
      stopped_because_ = RelayError(error->code, error->message);
    }
    call_handler([&](const Handlers& handlers) {
      if (handlers.error) handlers.error({error->code, error->message, fatal});
    });
  }
}

void Session::deliver(Message message) {
  bool handled = false;
  call_handler([&](const Handlers& handlers) {
    if (!handlers.message) return;
    handled = true;
    handlers.message(message.from, message.payload);
  });
  if (handled || inbox_.size() >= options_.inbox_limit + receivers_) return;
  inbox_.push_back(std::move(message));
  wake_waiting();
  update_pause();
}

void Session::written(std::size_t bytes) {
  bool drained = false;
  {
    const std::lock_guard lock(mutex_);
    buffered_bytes_ -= std::min(bytes, buffered_bytes_);
    if (refused_for_space_ && buffered_bytes_ <= options_.max_buffered_bytes / 2) {
      refused_for_space_ = false;
      drained = true;
    }
  }
  if (!drained) return;
  call_handler([](const Handlers& handlers) {
    if (handlers.drain) handlers.drain();
  });
}

void Session::ended(const Ending& ending) {
  connection_.reset();
  const auto lasted = ending.opened ? duration_cast<milliseconds>(steady_clock::now() - opened_at_)
                                    : milliseconds(0);
  bool wanted = false;
  {
    const std::lock_guard lock(mutex_);
    wanted = phase_ != Phase::kClosing;
    // No longer open, whatever comes next.
    if (wanted) phase_ = Phase::kConnecting;
    outgoing_.clear();
    restored_.clear();
    buffered_bytes_ = 0;
    refused_for_space_ = false;
  }

  std::optional<ErrorInfo> error;
  if (wanted && !ending.opened) {
    error = ending.http_status != 0 ? refused_upgrade(ending)
                                    : ErrorInfo{"CONNECT_FAILED", ending.cause, false};
  } else if (wanted && !fatal_) {
    if (auto known = fatal_close(ending.close_code, ending.reason)) {
      error = ErrorInfo{known->code, known->message, true};
    }
  }
  if (error && error->fatal) {
    fatal_ = true;
    stopped_because_ = RelayError(error->code, error->message);
  }

  if (!wanted) {
    stop_as_told();
  } else if (fatal_) {
    stop(stopped_because_);
  } else if (!options_.reconnect) {
    stop(error ? RelayError(error->code, error->message)
               : RelayError("CLOSED", "the connection was lost"));
  } else {
    wait_and_reconnect(lasted, ending);
  }

  if (error) {
    call_handler([&](const Handlers& handlers) {
      if (handlers.error) handlers.error(*error);
    });
  }
  call_handler([&](const Handlers& handlers) {
    if (handlers.close) handlers.close({ending.close_code, ending.reason});
  });
}

void Session::stop(RelayError why) {
  stopped_because_ = std::move(why);
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kStopped;
  }
  wake_waiting();
}

void Session::stop_as_told() {
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    again = std::exchange(connect_again_, false);
  }
  stop({"CLOSED", "closed"});
  if (again) connect();
}

void Session::wait_and_reconnect(milliseconds lasted, const Ending& ending) {
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kWaiting;
  }
  Advice advice;
  advice.close_code = ending.close_code;
  if (ending.retry_after) advice.retry_after = *ending.retry_after;
  const double chance = std::uniform_real_distribution<>(0.0, 1.0)(random_);
  reconnect_timer_.expires_after(backoff_.next(lasted, advice, chance));
  reconnect_timer_.async_wait([weak = weak_from_this()](error_code cancelled) {
    const auto self = weak.lock();
    if (!self || cancelled) return;
    {
      const std::lock_guard lock(self->mutex_);
      if (self->phase_ != Phase::kWaiting) return;
      self->phase_ = Phase::kConnecting;
    }
    self->start_attempt();
  });
}

void Session::wake_waiting() { change_.cancel(); }

void Session::update_pause() {
  if (!connection_) return;
  connection_->pause(options_.inbox_limit > 0 && inbox_.size() >= options_.inbox_limit);
}

asio::awaitable<void> Session::opened_on_strand() {
  const auto self = shared_from_this();
  for (;;) {
    if (connected()) co_return;
    if (stopped()) throw RelayError(stopped_because_);
    error_code woken;
    co_await change_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

asio::awaitable<Message> Session::receive_on_strand() {
  const auto self = shared_from_this();
  for (;;) {
    if (!inbox_.empty()) {
      Message message = std::move(inbox_.front());
      inbox_.pop_front();
      update_pause();
      co_return message;
    }
    if (stopped()) throw RelayError(stopped_because_);
    const Waiting waiting(receivers_);
    error_code woken;
    co_await change_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

}  // namespace plugboard::client
