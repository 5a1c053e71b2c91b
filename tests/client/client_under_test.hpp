// A RelayClient on a thread of its own, whose events a test waits for.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "plugboard/relay_client.hpp"
#include "support/deadline.hpp"

namespace plugboard::test {

/// Runs an io_context until it is destroyed.
class IoThread {
 public:
  IoThread();
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  boost::asio::io_context& context() { return context_; }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

/// What happened to a client, in order.
class EventLog {
 public:
  struct Event {
    std::string kind;       ///< open, close, message, peer-status, error, drain
    nlohmann::json detail;  ///< the event's arguments, as an array
    bool operator==(const Event&) const = default;
  };

  void add(std::string kind, nlohmann::json detail);

  /// The `n`th event of a kind whose details `fit`, past or to come. Throws when it does not come.
  nlohmann::json await(const std::string& kind,
                       const std::function<bool(const nlohmann::json&)>& fits = {},
                       std::size_t n = 1);
  [[nodiscard]] std::vector<nlohmann::json> all(const std::string& kind) const;
  [[nodiscard]] std::vector<std::string> kinds() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
};

/// Options that reach `url` as demo:alice001 and wait but little before a reconnect.
RelayClientOptions quick_options(const std::string& url, const std::string& id = "alice001");

class ClientUnderTest {
 public:
  /// `with_messages`: messages become events, otherwise they are for `receive`. Connects unless
  /// `connect` is false.
  explicit ClientUnderTest(RelayClientOptions options, bool with_messages = true,
                           bool connect = true);

  EventLog events;

  RelayClient& operator*() { return client_; }
  RelayClient* operator->() { return &client_; }
  boost::asio::io_context& context() { return io_.context(); }

  /// Waits until the relay has registered this client, by a watch of its own address.
  void await_registered();

 private:
  IoThread io_;
  RelayClient client_;
};

}  // namespace plugboard::test
