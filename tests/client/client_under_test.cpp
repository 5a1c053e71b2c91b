#include "client/client_under_test.hpp"

#include <stdexcept>

namespace plugboard::test {

using nlohmann::json;

IoThread::IoThread()
    : context_(1), work_(context_.get_executor()), thread_([this] { context_.run(); }) {}

IoThread::~IoThread() {
  work_.reset();
  context_.stop();
  thread_.join();
}

void EventLog::add(std::string kind, json detail) {
  const std::lock_guard lock(mutex_);
  events_.push_back({std::move(kind), std::move(detail)});
  changed_.notify_all();
}

json EventLog::await(const std::string& kind, const std::function<bool(const json&)>& fits,
                     std::size_t n) {
  const Deadline deadline;
  std::unique_lock lock(mutex_);
  for (;;) {
    std::size_t seen = 0;
    for (const Event& event : events_) {
      if (event.kind != kind || (fits && !fits(event.detail))) continue;
      if (++seen == n) return event.detail;
    }
    if (changed_.wait_until(lock, deadline.at()) == std::cv_status::timeout) {
      std::string all;
      for (const Event& event : events_) all += " " + event.kind + event.detail.dump();
      throw std::runtime_error("no " + kind + " event came in time, but:" + all);
    }
  }
}

std::vector<json> EventLog::all(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  std::vector<json> details;
  for (const Event& event : events_) {
    if (event.kind == kind) details.push_back(event.detail);
  }
  return details;
}

std::vector<std::string> EventLog::kinds() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const Event& event : events_) all.push_back(event.kind);
  return all;
}

RelayClientOptions quick_options(const std::string& url, const std::string& id) {
  RelayClientOptions options;
  options.url = url;
  options.channel = "demo";
  options.id = id;
  options.max_reconnect_delay = std::chrono::milliseconds(20);
  return options;
}

ClientUnderTest::ClientUnderTest(RelayClientOptions options, bool with_messages, bool connect)
    : client_(io_.context().get_executor(), std::move(options)) {
  client_.on_open([this] { events.add("open", json::array()); });
  client_.on_close([this](const CloseInfo& close) {
    events.add("close", {close.code, close.reason});
  });
  client_.on_peer_status([this](const std::string& address, bool online) {
    events.add("peer-status", {address, online});
  });
  client_.on_error([this](const ErrorInfo& error) {
    events.add("error", {error.code, error.message, error.fatal});
  });
  client_.on_drain([this] { events.add("drain", json::array()); });
  if (with_messages) {
    client_.on_message([this](const std::string& from, const json& payload) {
      events.add("message", {from, payload});
    });
  }
  if (connect) client_.connect();
}

void ClientUnderTest::await_registered() {
  client_.watch(client_.address());
  events.await("peer-status", [this](const json& detail) {
    return detail == json{client_.address(), true};
  });
}

}  // namespace plugboard::test
