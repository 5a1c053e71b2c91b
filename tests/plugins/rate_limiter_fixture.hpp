// A rate-limiter as the shared object that it is, and connections that keep to its answers.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "plugins/shipped_plugin.hpp"

namespace plugboard::test {

/// What the relay makes of the limiter's answers for one connection: leases counted down by itself.
class LimitedPeer {
 public:
  LimitedPeer(ShippedPlugin& limiter, testing::TestHost& host, const std::string& address,
              bool adopted = false)
      : limiter_(limiter), host_(host) {
    auto subject = limit_subject(address);
    subject.flags = adopted ? PLUGBOARD_LIMIT_ADOPTED : 0;
    plugboard_limit_refusal refusal{};
    refusal.size = sizeof refusal;
    connected_ = limiter_.rate_limiter().connect(limiter_.self(), &subject, &slot_, &refusal) ==
                 PLUGBOARD_OK;
    retry_after_ms_ = refusal.retry_after_ms;
  }
  LimitedPeer(const LimitedPeer&) = delete;
  LimitedPeer& operator=(const LimitedPeer&) = delete;
  ~LimitedPeer() { leave(); }

  bool connected() const { return connected_; }
  std::uint64_t retry_after_ms() const { return retry_after_ms_; }

  struct GrantLimits {
    std::uint64_t connections = 0;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };
  bool admit(const std::string& key, GrantLimits limits = {0, 0, 0}, bool adopted = false) {
    auto subject = limit_subject("192.0.2.1");
    subject.flags = adopted ? PLUGBOARD_LIMIT_ADOPTED : 0;
    subject.key = detail::bytes(key);
    subject.max_connections = limits.connections;
    subject.max_messages = limits.messages;
    subject.max_bytes = limits.bytes;
    plugboard_limit_refusal refusal{};
    refusal.size = sizeof refusal;
    return limiter_.rate_limiter().admit(limiter_.self(), slot_, &subject, &refusal) ==
           PLUGBOARD_OK;
  }

  /// Whether a message passes.
  bool send(std::uint64_t bytes = 1) {
    const auto now = static_cast<std::uint64_t>(host_.now().count());
    if (now < dropping_until_) return false;
    if (now >= valid_until_ || messages_left_ == 0 || bytes_left_ < bytes) {
      plugboard_usage usage = this->usage(bytes);
      plugboard_lease lease{};
      lease.size = sizeof lease;
      sent_ = {};
      ++renewals_;
      const auto status = limiter_.rate_limiter().renew(limiter_.self(), slot_, &usage, &lease);
      if (status != PLUGBOARD_OK) {
        messages_left_ = 0;
        dropping_until_ = now + lease.valid_ns;
        told_ += (lease.flags & PLUGBOARD_LEASE_TELL) != 0;
        return false;
      }
      EXPECT_GE(lease.messages, 1u);
      EXPECT_GE(lease.bytes, bytes);
      EXPECT_GT(lease.valid_ns, 0u);
      messages_left_ = lease.messages;
      bytes_left_ = lease.bytes;
      valid_until_ = now + lease.valid_ns;
    }
    if (messages_left_ != PLUGBOARD_LEASE_UNLIMITED) --messages_left_;
    if (bytes_left_ != PLUGBOARD_LEASE_UNLIMITED) bytes_left_ -= bytes;
    ++sent_.messages;
    sent_.bytes += bytes;
    return true;
  }
  /// How many of `count` messages pass.
  int send_many(int count, std::uint64_t bytes = 1) {
    int passed = 0;
    for (int i = 0; i < count; ++i) passed += send(bytes);
    return passed;
  }
  int renewals() const { return renewals_; }
  int told() const { return told_; }
  std::chrono::nanoseconds lease_left() const {
    return std::chrono::nanoseconds(valid_until_) - host_.now();
  }

  void leave() {
    if (!connected_) return;
    connected_ = false;
    const plugboard_usage usage = this->usage(0);
    limiter_.rate_limiter().release(limiter_.self(), slot_, &usage);
  }

 private:
  struct Sent {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };

  plugboard_limit_subject limit_subject(const std::string& address) const {
    plugboard_limit_subject subject{};
    subject.size = sizeof subject;
    subject.now_ns = static_cast<std::uint64_t>(host_.now().count());
    subject.client_address = detail::bytes(address);
    return subject;
  }
  plugboard_usage usage(std::uint64_t next_bytes) const {
    plugboard_usage usage{};
    usage.size = sizeof usage;
    usage.now_ns = static_cast<std::uint64_t>(host_.now().count());
    usage.messages = sent_.messages;
    usage.bytes = sent_.bytes;
    usage.next_bytes = next_bytes;
    return usage;
  }

  ShippedPlugin& limiter_;
  testing::TestHost& host_;
  bool connected_ = false;
  std::uint64_t slot_ = 0;
  std::uint64_t retry_after_ms_ = 0;
  std::uint64_t messages_left_ = 0;
  std::uint64_t bytes_left_ = 0;
  std::uint64_t valid_until_ = 0;
  std::uint64_t dropping_until_ = 0;
  Sent sent_;
  int renewals_ = 0;
  int told_ = 0;
};

class RateLimiter : public ::testing::Test {
 protected:
  void start(const std::string& config) {
    limiter = std::make_unique<ShippedPlugin>("rate-limiter", host, config);
  }
  std::unique_ptr<LimitedPeer> connect(const std::string& address = "192.0.2.1") {
    return std::make_unique<LimitedPeer>(*limiter, host, address);
  }
  std::unique_ptr<LimitedPeer> connect_with(const std::string& key,
                                            LimitedPeer::GrantLimits limits = {0, 0, 0}) {
    auto peer = connect();
    EXPECT_TRUE(peer->admit(key, limits));
    return peer;
  }
  struct RequestVerdict {
    bool allowed;
    std::uint64_t retry_after_ms;
  };
  RequestVerdict request(const std::string& address = "192.0.2.1") {
    plugboard_limit_subject subject{};
    subject.size = sizeof subject;
    subject.now_ns = static_cast<std::uint64_t>(host.now().count());
    subject.client_address = detail::bytes(address);
    plugboard_limit_refusal refusal{};
    refusal.size = sizeof refusal;
    const auto status = limiter->rate_limiter().request(limiter->self(), &subject, &refusal);
    return {status == PLUGBOARD_OK, refusal.retry_after_ms};
  }

  testing::TestHost host;
  std::unique_ptr<ShippedPlugin> limiter;
};

}  // namespace plugboard::test
