// What a RelayClient keeps while its connections come and go: whether to connect, when, what is
// watched, what waits. Calls come from any thread; all that touches a connection runs on the
// strand.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backoff.hpp"
#include "connection.hpp"
#include "plugboard/relay_client.hpp"
#include "protocol.hpp"

namespace plugboard::client {

class Session : public ConnectionEvents, public std::enable_shared_from_this<Session> {
 public:
  /// Throws as RelayClient's constructor.
  Session(const boost::asio::any_io_executor& executor, RelayClientOptions options);

  void connect();
  void close();
  bool send(std::string_view to, const nlohmann::json& payload);
  bool watch(std::string_view address);
  bool unwatch(std::string_view address);
  boost::asio::awaitable<void> opened_on_strand();
  boost::asio::awaitable<Message> receive_on_strand();
  /// The owner is gone: no handler runs after this, and the connection is cut.
  void release();

  [[nodiscard]] const RelayClientOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] bool connected() const;
  [[nodiscard]] bool stopped() const;
  [[nodiscard]] std::size_t buffered_bytes() const;
  [[nodiscard]] boost::asio::any_io_executor strand() const { return strand_; }

  struct Handlers {
    RelayClient::OpenHandler open;
    RelayClient::CloseHandler close;
    RelayClient::MessageHandler message;
    RelayClient::PeerStatusHandler peer_status;
    RelayClient::ErrorHandler error;
    RelayClient::DrainHandler drain;
  };
  /// Changes the handlers while none of them runs, except one that is changing them.
  template <typename Change>
  void change_handlers(const Change& change) {
    const std::lock_guard lock(handlers_mutex_);
    auto changed = std::make_shared<Handlers>(*handlers_);
    change(*changed);
    handlers_ = std::move(changed);
  }

  // ConnectionEvents, on the strand.
  void opened() override;
  void received(std::string_view text) override;
  void written(std::size_t bytes) override;
  void ended(const Ending& ending) override;

 private:
  /// kClosing: `close` was called, and the connection has not ended yet.
  enum class Phase { kStopped, kConnecting, kOpen, kWaiting, kClosing };

  // On the strand.
  void start_attempt();
  void flush();
  void deliver(Message message);
  void stop(RelayError why);
  void stop_as_told();
  void wait_and_reconnect(std::chrono::milliseconds lasted, const Ending& ending);
  void wake_waiting();
  void update_pause();

  template <typename Call>
  void call_handler(const Call& call);
  // With mutex_ held.
  bool enqueue(std::string text, bool bounded);
  void schedule_flush();

  RelayClientOptions options_;
  Connector connector_;
  std::string address_;
  boost::asio::any_io_executor strand_;

  std::recursive_mutex handlers_mutex_;
  std::shared_ptr<const Handlers> handlers_ = std::make_shared<Handlers>();

  mutable std::mutex mutex_;
  Phase phase_ = Phase::kStopped;
  bool connect_again_ = false;  // said while closing
  std::set<std::string, std::less<>> watched_;
  std::set<std::string, std::less<>> restored_;  // sent again while the open event is told
  std::vector<std::string> outgoing_;            // taken, and not yet given to the connection
  bool flush_scheduled_ = false;
  std::size_t buffered_bytes_ = 0;
  bool refused_for_space_ = false;

  // On the strand only.
  std::shared_ptr<Connection> connection_;
  std::chrono::steady_clock::time_point opened_at_;
  Backoff backoff_;
  std::minstd_rand random_;
  boost::asio::steady_timer reconnect_timer_;
  boost::asio::steady_timer change_;  // never expires; cancelled to wake those who wait
  std::deque<Message> inbox_;
  std::size_t receivers_ = 0;
  bool fatal_ = false;  // of this connection: an error after which there is no other
  RelayError stopped_because_{"CLOSED", "the client is not connecting"};
};

}  // namespace plugboard::client
