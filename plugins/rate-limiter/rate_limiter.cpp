// Limits for client addresses, connections and access keys, in fixed windows.
//
// A connection's own limits are handed out as one lease for all that is left of its window. Where
// limits for its key are in force, leases are small and short (key_quota.hpp), since the other
// connections with the key draw on the same.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <plugboard/plugin.hpp>
#include <string_view>
#include <utility>

#include "rate-limiter/address_counts.hpp"
#include "rate-limiter/client_address.hpp"
#include "rate-limiter/connection.hpp"
#include "rate-limiter/connection_pool.hpp"
#include "rate-limiter/key_quota.hpp"
#include "rate-limiter/settings.hpp"
#include "rate-limiter/subject_table.hpp"

namespace plugboard {
namespace {

using namespace rate_limiter;

constexpr Nanoseconds kSharedLease = std::chrono::milliseconds(100);
constexpr std::size_t kMaxRememberedAddresses = 131'072;
constexpr std::size_t kMaxRememberedKeys = 65'536;

class RateLimiter : public Plugin {
 public:
  static std::string_view summary() {
    return "Limits connections, messages, bytes and HTTP requests in fixed windows.";
  }
  static std::string_view config_schema() { return rate_limiter::config_schema(); }

  explicit RateLimiter(const Config& config) : settings_(Limits(config)) {}

  auto reconfigure(const Config& config) {
    return [this, limits = Limits(config)] { settings_.set(limits); };
  }

  LimitVerdict connect(const LimitSubject& subject, std::uint64_t& slot) {
    const auto window = settings_.window();
    auto connection = connections_.make();
    auto address = addresses_.use(shared_name(subject.client_address), subject.now);
    const auto refused = address.with([&](AddressCounts& counts) {
      if (!subject.adopted) {
        return counts.add_connection(subject.now, window, settings_.max_connections(),
                                     settings_.max_connects());
      }
      counts.adopt_connection();
      return std::optional<AddressCounts::Refused>();
    });
    if (refused) return deny_for(refused->retry_after);
    connection->address = std::move(address);
    slot = reinterpret_cast<std::uint64_t>(connection.release());
    return allow();
  }

  LimitVerdict admit(std::uint64_t slot, const LimitSubject& subject) {
    Connection& connection = at(slot);
    leave_key(connection);
    if (subject.key.empty()) return allow();
    Account& account = connection.own_account();
    if (subject.max_connections != 0 || subject.max_messages != 0 || subject.max_bytes != 0) {
      account.granted =
          std::make_unique<KeyLimits>(KeyLimits{.max_connections = subject.max_connections,
                                                .max_messages = subject.max_messages,
                                                .max_bytes = subject.max_bytes});
    }
    auto key = keys_.use(subject.key, subject.now);
    const bool counted = key.with([&](KeyQuota& quota) {
      if (!subject.adopted) return quota.add_connection(key_limits(account).max_connections);
      quota.adopt_connection();
      return true;
    });
    if (!counted) return deny();
    account.key = std::move(key);
    return allow();
  }

  Lease renew(std::uint64_t slot, const Usage& usage) {
    Connection& connection = at(slot);
    Account& account = connection.own_account();
    if (!account.sending) account.sending = std::make_unique<Sending>();
    Sending& sending = *account.sending;
    settle(connection, usage);
    const auto window = settings_.window();
    if (sending.window.roll(usage.now, window)) sending.used = {};
    const Share left{.messages = left_of(settings_.max_messages(), sending.used.messages),
                     .bytes = left_of(settings_.max_bytes(), sending.used.bytes)};
    const Nanoseconds end = sending.window.end();
    if (left.messages == 0 || left.bytes < usage.next_bytes) {
      return refuse(sending, usage.now, end, end, left.messages == 0 || left.bytes == 0);
    }

    const KeyLimits limits = account.key ? key_limits(account) : KeyLimits{};
    if (limits.max_messages == 0 && limits.max_bytes == 0) {
      return Lease::grant(left.messages, left.bytes, end - usage.now);
    }
    bool exhausted = false;
    const auto taken = account.key.with([&](KeyQuota& quota) {
      const auto result = quota.take(usage.now, window, limits, left, usage.next_bytes);
      sending.out = result.counted;
      sending.out_window_end = quota.window_end();
      exhausted = quota.exhausted(limits);
      return result;
    });
    const Nanoseconds key_end = sending.out_window_end;
    const Nanoseconds soon = std::min(key_end, usage.now + kSharedLease);
    if (taken.lease.messages == 0) {
      // Asked again soon: another connection may give back what it took ahead.
      return refuse(sending, usage.now, soon, key_end, exhausted);
    }
    return Lease::grant(taken.lease.messages, taken.lease.bytes, std::min(end, soon) - usage.now);
  }

  void release(std::uint64_t slot, const Usage& usage) {
    const auto connection = connections_.own(at(slot));
    settle(*connection, usage);
    leave_key(*connection);
    connection->address.with([](AddressCounts& counts) { counts.remove_connection(); });
  }

  LimitVerdict request(const LimitSubject& subject) {
    const auto limit = settings_.max_requests();
    if (limit == 0) return allow();
    const auto window = settings_.window();
    const auto refused = addresses_.use(shared_name(subject.client_address), subject.now)
                             .with([&](AddressCounts& counts) {
                               return counts.add_request(subject.now, window, limit);
                             });
    if (refused) return deny_for(refused->retry_after);
    return allow();
  }

 private:
  // A slot's number is its address.
  static Connection& at(std::uint64_t slot) {
    return *reinterpret_cast<Connection*>(slot);  // NOLINT(performance-no-int-to-ptr)
  }

  // What a key's grant states stands in place of the config's.
  KeyLimits key_limits(const Account& account) const {
    const KeyLimits configured = settings_.per_key();
    if (!account.granted) return configured;
    const KeyLimits& granted = *account.granted;
    const auto stated = [](std::uint64_t own, std::uint64_t other) {
      return own != 0 ? own : other;
    };
    return {.max_connections = stated(granted.max_connections, configured.max_connections),
            .max_messages = stated(granted.max_messages, configured.max_messages),
            .max_bytes = stated(granted.max_bytes, configured.max_bytes)};
  }

  // Counts what was sent under the last lease. A lease never lasts beyond the window it was given
  // in, so all of it belongs to that window.
  void settle(Connection& connection, const Usage& usage) {
    if (!connection.account || !connection.account->sending) return;
    Sending& sending = *connection.account->sending;
    sending.used.messages += usage.messages;
    sending.used.bytes += usage.bytes;
    const Share counted = std::exchange(sending.out, Share{});
    const Share unused{.messages = counted.messages - std::min(usage.messages, counted.messages),
                       .bytes = counted.bytes - std::min(usage.bytes, counted.bytes)};
    if (unused.messages == 0 && unused.bytes == 0) return;
    connection.account->key.with(
        [&](KeyQuota& quota) { quota.give_back(sending.out_window_end, unused); });
  }

  void leave_key(Connection& connection) {
    if (!connection.account || !connection.account->key) return;
    Account& account = *connection.account;
    account.key.with([](KeyQuota& quota) { quota.remove_connection(); });
    account.key = {};
    account.granted.reset();
    if (account.sending) account.sending->out = {};
  }

  // `until`: drops what comes until then, if the limit is reached; otherwise the one message that
  // does not fit, for others may. The peer is told once before `told_until`.
  Lease refuse(Sending& sending, Nanoseconds now, Nanoseconds until, Nanoseconds told_until,
               bool exhausted) {
    const bool tell = now >= sending.told_until;
    if (tell) sending.told_until = told_until;
    return Lease::refuse(exhausted ? until - now : Nanoseconds(0), tell);
  }

  Settings settings_;
  SubjectTable<AddressCounts> addresses_{kMaxRememberedAddresses};
  SubjectTable<KeyQuota> keys_{kMaxRememberedKeys};
  ConnectionPool connections_;
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::RateLimiter, "rate-limiter", "1.0.0")
