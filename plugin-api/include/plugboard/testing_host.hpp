// What a plugin under test has around it; a part of testing.hpp.
#ifndef PLUGBOARD_TESTING_HOST_HPP
#define PLUGBOARD_TESTING_HOST_HPP

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "blob_store.hpp"
#include "host.hpp"
#include "http_handler.hpp"
#include "key_store.hpp"
#include "plugin.h"
#include "testing_answer.hpp"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard::testing {

/// The relay's side of one plugin instance.
class TestHost {
 public:
  struct LogLine {
    Level level;
    std::string text;
  };
  struct Problem {
    std::string pointer;
    std::string sentence;
  };
  /// A peer that the test has set up, and what the plugin did to it.
  struct TestPeer {
    std::string channel{};
    std::string id{};
    std::string client_address = "192.0.2.1";
    std::string key_name{};
    std::string attributes{};
    std::vector<std::string> sent{};  ///< messages and error frames, as JSON
    std::optional<std::uint32_t> close_code{};
    std::string close_reason{};
    std::uint64_t data = 0;
  };

  TestHost() {
    table_.size = sizeof table_;
    table_.abi_minor = PLUGBOARD_ABI_MINOR;
    table_.context = this;
    table_.relay_version = detail::bytes("0.0.0-test");
    table_.instance_name = detail::bytes("under-test");
    table_.log = [](const plugboard_host* host, std::int32_t level, plugboard_bytes text) {
      self(host).locked([&](TestHost& h) {
        h.log_.push_back({static_cast<Level>(level), std::string(detail::view(text))});
      });
    };
    table_.problem = [](const plugboard_host* host, plugboard_bytes pointer,
                        plugboard_bytes sentence) {
      self(host).locked([&](TestHost& h) {
        h.problems_.push_back(
            {std::string(detail::view(pointer)), std::string(detail::view(sentence))});
      });
    };
    table_.monotonic_ns = [](const plugboard_host* host) {
      return self(host).locked([](TestHost& h) { return h.monotonic_ns_; });
    };
    table_.unix_ms = [](const plugboard_host* host) {
      return self(host).locked([](TestHost& h) { return h.unix_ms_; });
    };
    table_.complete = [](const plugboard_host* host, plugboard_token token, plugboard_status status,
                         const void* result) {
      return self(host).locked([&](TestHost& h) { return h.complete(token, status, result); });
    };
    table_.run = [](const plugboard_host* host, void (*job)(void*), void* context) {
      return self(host).locked([&](TestHost& h) {
        if (h.jobs_.size() >= h.job_limit_) return PLUGBOARD_FULL;
        h.jobs_.push_back([job, context] { job(context); });
        return PLUGBOARD_OK;
      });
    };
    table_.timer_start = [](const plugboard_host* host, std::uint64_t delay_ns,
                            std::uint64_t period_ns, void (*fire)(void*), void* context,
                            plugboard_timer* timer) {
      return self(host).locked([&](TestHost& h) {
        if (h.timers_.size() >= 1024) return PLUGBOARD_FULL;
        *timer = ++h.last_handle_;
        h.timers_[*timer] = {h.monotonic_ns_ + delay_ns, period_ns, fire, context};
        return PLUGBOARD_OK;
      });
    };
    table_.timer_stop = [](const plugboard_host* host, plugboard_timer timer) {
      return self(host).stop_timer(timer);
    };
    table_.peer_find = [](const plugboard_host* host, plugboard_bytes address,
                          plugboard_peer* peer) {
      return self(host).locked([&](TestHost& h) {
        for (const auto& [handle, found] : h.peers_) {
          if (found.channel + ":" + found.id == detail::view(address)) {
            *peer = handle;
            return PLUGBOARD_OK;
          }
        }
        return PLUGBOARD_NOT_FOUND;
      });
    };
    table_.peer_list = [](const plugboard_host* host, plugboard_bytes channel,
                          plugboard_status (*each)(void*, const plugboard_peer_info*),
                          void* context) {
      const auto peers = self(host).locked([](TestHost& h) { return h.peers_; });
      for (const auto& [handle, peer] : peers) {
        if (channel.size != 0 && peer.channel != detail::view(channel)) continue;
        if (with_info(handle, peer, [&](const auto& info) { return each(context, &info); }) !=
            PLUGBOARD_OK) {
          break;
        }
      }
      return PLUGBOARD_OK;
    };
    table_.peer_get = [](const plugboard_host* host, plugboard_peer handle,
                         void (*use)(void*, const plugboard_peer_info*), void* context) {
      const auto peer = self(host).peer(handle);
      if (!peer) return PLUGBOARD_GONE;
      with_info(handle, *peer, [&](const auto& info) { use(context, &info); });
      return PLUGBOARD_OK;
    };
    table_.peer_send = [](const plugboard_host* host, plugboard_peer handle,
                          plugboard_bytes message, std::uint32_t) {
      return self(host).with(
          handle, [&](TestPeer& peer) { peer.sent.emplace_back(detail::view(message)); });
    };
    table_.peer_send_error = [](const plugboard_host* host, plugboard_peer handle,
                                plugboard_bytes code, plugboard_bytes message) {
      return self(host).with(handle, [&](TestPeer& peer) {
        peer.sent.push_back(R"({"type":"error","payload":{"code":")" +
                            std::string(detail::view(code)) + R"(","message":")" +
                            std::string(detail::view(message)) + R"("}})");
      });
    };
    table_.peer_close = [](const plugboard_host* host, plugboard_peer handle,
                           std::uint32_t close_code, plugboard_bytes reason) {
      return self(host).with(handle, [&](TestPeer& peer) {
        peer.close_code = close_code;
        peer.close_reason = detail::view(reason);
      });
    };
    table_.peer_data_set = [](const plugboard_host* host, plugboard_peer handle,
                              std::uint64_t value) {
      return self(host).with(handle, [&](TestPeer& peer) { peer.data = value; });
    };
    table_.peer_data_get = [](const plugboard_host* host, plugboard_peer handle,
                              std::uint64_t* value) {
      return self(host).with(handle, [&](TestPeer& peer) { *value = peer.data; });
    };
    table_.credential_revoke = [](const plugboard_host* host, std::uint64_t credential) {
      return self(host).locked([&](TestHost& h) {
        h.revoked_.push_back(credential);
        return h.credentials_.contains(credential) ? PLUGBOARD_OK : PLUGBOARD_NOT_FOUND;
      });
    };
    table_.credential_list = [](const plugboard_host* host,
                                plugboard_status (*each)(void*, std::uint64_t, std::uint64_t),
                                void* context) {
      const auto credentials = self(host).locked([](TestHost& h) { return h.credentials_; });
      for (const auto& [credential, connections] : credentials) {
        if (each(context, credential, connections) != PLUGBOARD_OK) break;
      }
      return PLUGBOARD_OK;
    };
    table_.stats = [](const plugboard_host*, void (*with_json)(void*, plugboard_bytes),
                      void* context) {
      with_json(context, detail::bytes(R"({"totalConnections":0})"));
      return PLUGBOARD_OK;
    };
    table_.route_to = [](const plugboard_host* host, plugboard_routing*, plugboard_bytes address) {
      return self(host).locked([&](TestHost& h) {
        if (detail::view(address).find(':') == std::string_view::npos) return PLUGBOARD_INVALID;
        if (h.route_.receivers.size() >= 64) return PLUGBOARD_FULL;
        h.route_.receivers.emplace_back(detail::view(address));
        return PLUGBOARD_OK;
      });
    };
    table_.replace = [](const plugboard_host* host, plugboard_routing*, plugboard_bytes message) {
      return self(host).locked([&](TestHost& h) {
        if (!detail::view(message).starts_with('{')) return PLUGBOARD_INVALID;
        h.route_.replacement = std::string(detail::view(message));
        return PLUGBOARD_OK;
      });
    };
    table_.answer = [](const plugboard_host* host, plugboard_routing*, plugboard_bytes code,
                       plugboard_bytes message) {
      return self(host).locked([&](TestHost& h) {
        h.route_.answer = std::string(detail::view(code)) + ": ";
        *h.route_.answer += detail::view(message);
        return PLUGBOARD_OK;
      });
    };
    table_.extension = [](const plugboard_host*, const char*) -> const void* { return nullptr; };
  }
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  const plugboard_host* table() const noexcept { return &table_; }

  // --- What the plugin said ---------------------------------------------------------------------

  std::vector<LogLine> log() const {
    return locked([](const TestHost& h) { return h.log_; });
  }
  bool logged(std::string_view part) const {
    return locked([&](const TestHost& h) {
      return std::any_of(h.log_.begin(), h.log_.end(), [&](const LogLine& line) {
        return line.text.find(part) != std::string::npos;
      });
    });
  }
  std::vector<Problem> problems() const {
    return locked([](const TestHost& h) { return h.problems_; });
  }
  std::vector<std::uint64_t> revoked() const {
    return locked([](const TestHost& h) { return h.revoked_; });
  }

  /// Waits until `done()` holds; it is asked again whenever the plugin has called the host. False
  /// if `time` passes first.
  template <class F>
  bool wait_until(F&& done, std::chrono::milliseconds time = std::chrono::seconds(30)) const {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!done()) {
      std::unique_lock lock(mutex_);
      if (std::chrono::steady_clock::now() >= deadline) return false;
      // Short, since what is waited for may come about without a call of the host.
      called_.wait_for(lock, std::chrono::milliseconds(5));
    }
    return true;
  }

  // --- What there is around the plugin ----------------------------------------------------------

  /// Moves both clocks, and fires on this thread the timers that fall due, in their order.
  void advance(std::chrono::nanoseconds time) {
    const std::uint64_t end = locked([&](TestHost& h) {
      h.unix_ms_ += std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
      return h.monotonic_ns_ + static_cast<std::uint64_t>(time.count());
    });
    while (fire_next(end)) {
    }
    locked([&](TestHost& h) { h.monotonic_ns_ = end; });
  }
  /// The monotonic clock.
  std::chrono::nanoseconds now() const {
    return locked([](const TestHost& h) { return std::chrono::nanoseconds(h.monotonic_ns_); });
  }
  void set_unix_time(std::chrono::milliseconds time) {
    locked([&](TestHost& h) { h.unix_ms_ = time.count(); });
  }

  /// Runs on this thread the jobs that the plugin has handed to the worker pool.
  void run_jobs() {
    for (;;) {
      std::function<void()> job;
      locked([&](TestHost& h) {
        if (h.jobs_.empty()) return;
        job = std::move(h.jobs_.front());
        h.jobs_.pop_front();
      });
      if (!job) return;
      job();
    }
  }
  /// What the relay does before it destroys an instance: runs the jobs left, stops the timers left.
  void stop() {
    run_jobs();
    locked([](TestHost& h) { h.timers_.clear(); });
  }
  /// How many jobs may wait before `run` says FULL.
  void set_job_limit(std::size_t limit) {
    locked([&](TestHost& h) { h.job_limit_ = limit; });
  }

  Peer add_peer(TestPeer peer) {
    return locked([&](TestHost& h) {
      h.peers_[++h.last_handle_] = std::move(peer);
      return h.last_handle_;
    });
  }
  void remove_peer(Peer peer) {
    locked([&](TestHost& h) { h.peers_.erase(peer); });
  }
  std::optional<TestPeer> peer(Peer peer) const {
    return locked([&](const TestHost& h) -> std::optional<TestPeer> {
      const auto found = h.peers_.find(peer);
      if (found == h.peers_.end()) return std::nullopt;
      return found->second;
    });
  }
  /// Says that this many connections were admitted with a credential.
  void set_credential(std::uint64_t credential, std::uint64_t connections) {
    locked([&](TestHost& h) { h.credentials_[credential] = connections; });
  }

  // --- Questions --------------------------------------------------------------------------------

  enum class Question { kKey, kVerify, kHttp, kBlob };

  plugboard_token open_question(Question question) {
    return locked([&](TestHost& h) {
      h.questions_[++h.last_handle_].question = question;
      return h.last_handle_;
    });
  }
  /// What the plugin has answered so far; kPending if nothing.
  Answer answer(plugboard_token token) const {
    return locked([&](const TestHost& h) {
      const auto found = h.questions_.find(token);
      return found == h.questions_.end() ? Answer() : found->second.answer;
    });
  }
  /// The client has gone: an answer comes too late from now on.
  void forget(plugboard_token token) {
    locked([&](TestHost& h) { h.questions_[token].forgotten = true; });
  }

  /// What became of the last routed message.
  struct Route {
    std::vector<std::string> receivers{};
    std::optional<std::string> replacement{};
    std::optional<std::string> answer{};  ///< "CODE: message"
  };
  Route take_route() {
    return locked([](TestHost& h) { return std::exchange(h.route_, Route()); });
  }

  /// Calls use(plugboard_peer_info).
  template <class F>
  static std::invoke_result_t<F&, plugboard_peer_info&> with_info(Peer handle, const TestPeer& peer,
                                                                  F&& use) {
    const std::string address = peer.channel + ":" + peer.id;
    plugboard_peer_info info{};
    info.size = sizeof info;
    info.flags = PLUGBOARD_PEER_REGISTERED;
    info.peer = handle;
    info.channel = detail::bytes(peer.channel);
    info.id = detail::bytes(peer.id);
    info.address = detail::bytes(address);
    info.client_address = detail::bytes(peer.client_address);
    info.key_name = detail::bytes(peer.key_name);
    info.attributes = detail::bytes(peer.attributes);
    return use(info);
  }

 private:
  struct RunningTimer {
    std::uint64_t due_ns = 0;
    std::uint64_t period_ns = 0;
    void (*fire)(void*) = nullptr;
    void* context = nullptr;
  };
  struct OpenQuestion {
    Question question = Question::kKey;
    Answer answer{};
    bool answered = false;
    bool forgotten = false;
  };

  static TestHost& self(const plugboard_host* host) {
    return *static_cast<TestHost*>(host->context);
  }

  template <class F>
  std::invoke_result_t<F&, TestHost&> locked(F&& use) {
    const std::lock_guard lock(mutex_);
    called_.notify_all();
    return use(*this);
  }
  template <class F>
  std::invoke_result_t<F&, const TestHost&> locked(F&& use) const {
    const std::lock_guard lock(mutex_);
    return use(*this);
  }
  template <class F>
  plugboard_status with(Peer handle, F&& use) {
    return locked([&](TestHost& h) {
      const auto found = h.peers_.find(handle);
      if (found == h.peers_.end()) return PLUGBOARD_GONE;
      use(found->second);
      return PLUGBOARD_OK;
    });
  }

  plugboard_status complete(plugboard_token token, plugboard_status status, const void* result) {
    const auto found = questions_.find(token);
    if (found == questions_.end() || found->second.answered) return PLUGBOARD_INVALID;
    OpenQuestion& open = found->second;
    open.answered = true;
    open.answer.status = static_cast<Status>(status);
    if (result != nullptr) {
      switch (open.question) {
        case Question::kKey:
          open.answer.grant = copied(*static_cast<const plugboard_grant*>(result));
          break;
        case Question::kVerify:
          open.answer.denial = copied(*static_cast<const plugboard_verify_denial*>(result));
          break;
        case Question::kHttp:
          open.answer.response = copied(*static_cast<const plugboard_http_response*>(result));
          break;
        case Question::kBlob:
          open.answer.blob = detail::view(static_cast<const plugboard_blob*>(result)->data);
          break;
      }
    }
    return open.forgotten ? PLUGBOARD_GONE : PLUGBOARD_OK;
  }

  bool fire_next(std::uint64_t end) {
    RunningTimer timer;
    {
      const std::lock_guard lock(mutex_);
      const auto next = std::min_element(
          timers_.begin(), timers_.end(),
          [](const auto& a, const auto& b) { return a.second.due_ns < b.second.due_ns; });
      if (next == timers_.end() || next->second.due_ns > end) return false;
      monotonic_ns_ = std::max(monotonic_ns_, next->second.due_ns);
      timer = next->second;
      firing_ = next->first;
      firing_thread_ = std::this_thread::get_id();
      if (timer.period_ns == 0) {
        timers_.erase(next);
      } else {
        next->second.due_ns += timer.period_ns;
      }
    }
    timer.fire(timer.context);
    locked([](TestHost& h) { h.firing_ = 0; });
    return true;
  }

  plugboard_status stop_timer(plugboard_timer timer) {
    std::unique_lock lock(mutex_);
    const bool existed = timers_.erase(timer) != 0 || firing_ == timer;
    if (firing_thread_ != std::this_thread::get_id()) {
      called_.wait(lock, [&] { return firing_ != timer; });
    }
    return existed ? PLUGBOARD_OK : PLUGBOARD_GONE;
  }

  plugboard_host table_{};

  mutable std::mutex mutex_;
  mutable std::condition_variable called_;
  // All below: guarded by mutex_.
  std::uint64_t monotonic_ns_ = 1'000'000'000'000;
  std::int64_t unix_ms_ = 1'700'000'000'000;
  std::uint64_t last_handle_ = 0;
  std::vector<LogLine> log_;
  std::vector<Problem> problems_;
  std::vector<std::uint64_t> revoked_;
  std::map<std::uint64_t, std::uint64_t> credentials_;
  std::map<Peer, TestPeer> peers_;
  std::map<plugboard_token, OpenQuestion> questions_;
  std::map<plugboard_timer, RunningTimer> timers_;
  plugboard_timer firing_ = 0;
  std::thread::id firing_thread_;
  std::deque<std::function<void()>> jobs_;
  std::size_t job_limit_ = 1024;
  Route route_;
};

}  // namespace plugboard::testing
#pragma GCC visibility pop

#endif
