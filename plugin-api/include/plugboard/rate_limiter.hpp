// Rate limiters say how much a client may do (rate_limiter.h). A plugin is one if it has
//
//   LimitVerdict connect(const LimitSubject&, std::uint64_t& slot);   a connection from an address
//   void release(std::uint64_t slot, const Usage&);                   it has ended
//   LimitVerdict admit(std::uint64_t slot, const LimitSubject&);      its key is known; optional
//   Lease renew(std::uint64_t slot, const Usage&);                    what it may send; optional
//   LimitVerdict request(const LimitSubject&);                        an HTTP request; optional
//
// All are [io]: several at once, none may block.
#ifndef PLUGBOARD_RATE_LIMITER_HPP
#define PLUGBOARD_RATE_LIMITER_HPP

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "host.hpp"
#include "rate_limiter.h"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard {

/// Who wants something. The views are borrowed until the call returns.
struct LimitSubject {
  bool adopted = false;  ///< was there before this limiter: count it, it cannot be refused
  std::chrono::nanoseconds now{};     ///< Host::monotonic at the time of the call
  std::string_view client_address{};  ///< 192.0.2.7, 2001:db8::7 or unix
  std::string_view key{};             ///< empty at connect and request, and without keys
  /// From the key's grant; 0: not stated.
  std::uint64_t max_connections = 0;
  std::uint64_t max_messages = 0;
  std::uint64_t max_bytes = 0;
};

/// What a connection did since the last lease, and what it wants next.
struct Usage {
  std::chrono::nanoseconds now{};
  std::uint64_t messages = 0;    ///< handled under the last lease
  std::uint64_t bytes = 0;       ///< their payload bytes
  std::uint64_t next_bytes = 0;  ///< payload bytes of the message that asks; 0 at release
};

/// allow(), error(), deny(), or deny_for(time).
class LimitVerdict {
 public:
  LimitVerdict(Verdict verdict) : verdict_(verdict) {}  // NOLINT(google-explicit-constructor)
  LimitVerdict(Verdict verdict, std::chrono::milliseconds retry_after)
      : verdict_(verdict), retry_after_(retry_after) {}

  Status status() const noexcept { return verdict_.status(); }
  std::chrono::milliseconds retry_after() const noexcept { return retry_after_; }

 private:
  Verdict verdict_;
  std::chrono::milliseconds retry_after_{};
};

/// No, and it is worth trying again after `retry_after` (rounded up to whole milliseconds).
inline LimitVerdict deny_for(std::chrono::nanoseconds retry_after) {
  return {deny(), std::chrono::ceil<std::chrono::milliseconds>(retry_after)};
}

/// How much a connection may send before the limiter is asked again.
class Lease {
 public:
  static constexpr std::uint64_t kUnlimited = PLUGBOARD_LEASE_UNLIMITED;

  /// `messages` at least 1, `bytes` at least Usage::next_bytes.
  static Lease grant(std::uint64_t messages, std::uint64_t bytes, std::chrono::nanoseconds valid) {
    return Lease(Status::kOk, messages, bytes, valid, false);
  }
  /// Drops this message and those that follow within `time`; the peer is told if `tell`.
  static Lease refuse(std::chrono::nanoseconds time, bool tell) {
    return Lease(Status::kDeny, 0, 0, time, tell);
  }

  plugboard_status write_to(plugboard_lease& lease) const {
    lease.flags = tell_ ? PLUGBOARD_LEASE_TELL : 0;
    lease.messages = messages_;
    lease.bytes = bytes_;
    lease.valid_ns = static_cast<std::uint64_t>(valid_.count());
    return static_cast<plugboard_status>(status_);
  }

 private:
  Lease(Status status, std::uint64_t messages, std::uint64_t bytes, std::chrono::nanoseconds valid,
        bool tell)
      : status_(status), messages_(messages), bytes_(bytes), valid_(valid), tell_(tell) {}

  Status status_;
  std::uint64_t messages_;
  std::uint64_t bytes_;
  std::chrono::nanoseconds valid_;
  bool tell_;
};

namespace detail {

template <class C>
concept HasConnect = requires(C& plugin, const LimitSubject& subject, std::uint64_t& slot) {
  { plugin.connect(subject, slot) } -> std::convertible_to<LimitVerdict>;
};
template <class C>
concept HasRelease = requires(C& plugin, std::uint64_t slot, const Usage& usage) {
  plugin.release(slot, usage);
};
template <class C>
concept HasAdmit = requires(C& plugin, std::uint64_t slot, const LimitSubject& subject) {
  { plugin.admit(slot, subject) } -> std::convertible_to<LimitVerdict>;
};
template <class C>
concept HasRenew = requires(C& plugin, std::uint64_t slot, const Usage& usage) {
  { plugin.renew(slot, usage) } -> std::convertible_to<Lease>;
};
template <class C>
concept HasRequest = requires(C& plugin, const LimitSubject& subject) {
  { plugin.request(subject) } -> std::convertible_to<LimitVerdict>;
};
template <class C>
concept IsRateLimiter = HasConnect<C> && HasRelease<C>;

inline LimitSubject limit_subject(const plugboard_limit_subject& subject) {
  return {.adopted = (subject.flags & PLUGBOARD_LIMIT_ADOPTED) != 0,
          .now = std::chrono::nanoseconds(subject.now_ns),
          .client_address = view(subject.client_address),
          .key = view(subject.key),
          .max_connections = subject.max_connections,
          .max_messages = subject.max_messages,
          .max_bytes = subject.max_bytes};
}
inline Usage usage_of(const plugboard_usage& usage) {
  return {.now = std::chrono::nanoseconds(usage.now_ns),
          .messages = usage.messages,
          .bytes = usage.bytes,
          .next_bytes = usage.next_bytes};
}
inline plugboard_status write_refusal(const LimitVerdict& verdict,
                                      plugboard_limit_refusal* refusal) {
  refusal->retry_after_ms = static_cast<std::uint64_t>(verdict.retry_after().count());
  return static_cast<plugboard_status>(verdict.status());
}

template <class Instance>
struct RateLimiterTable {
  using Class = typename Instance::Class;

  static plugboard_status connect(plugboard_instance* self, const plugboard_limit_subject* subject,
                                  std::uint64_t* slot, plugboard_limit_refusal* refusal) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "connect", [&] {
      return write_refusal(instance.object.connect(limit_subject(*subject), *slot), refusal);
    });
  }
  static plugboard_status admit(plugboard_instance* self, std::uint64_t slot,
                                const plugboard_limit_subject* subject,
                                plugboard_limit_refusal* refusal) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "admit", [&] {
      return write_refusal(instance.object.admit(slot, limit_subject(*subject)), refusal);
    });
  }
  static plugboard_status renew(plugboard_instance* self, std::uint64_t slot,
                                const plugboard_usage* usage, plugboard_lease* lease) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "renew", [&] {
      return Lease(instance.object.renew(slot, usage_of(*usage))).write_to(*lease);
    });
  }
  static void release(plugboard_instance* self, std::uint64_t slot, const plugboard_usage* usage) {
    Instance& instance = Instance::from(self);
    guarded(instance.host, "release", [&] {
      instance.object.release(slot, usage_of(*usage));
      return PLUGBOARD_OK;
    });
  }
  static plugboard_status request(plugboard_instance* self, const plugboard_limit_subject* subject,
                                  plugboard_limit_refusal* refusal) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "request", [&] {
      return write_refusal(instance.object.request(limit_subject(*subject)), refusal);
    });
  }

  static const plugboard_rate_limiter* table() {
    static constexpr plugboard_rate_limiter kTable = [] {
      plugboard_rate_limiter table{};
      table.size = sizeof table;
      table.connect = &connect;
      table.release = &release;
      if constexpr (HasAdmit<Class>) table.admit = &admit;
      if constexpr (HasRenew<Class>) table.renew = &renew;
      if constexpr (HasRequest<Class>) table.request = &request;
      return table;
    }();
    return &kTable;
  }
};

}  // namespace detail
}  // namespace plugboard
#pragma GCC visibility pop

#endif
