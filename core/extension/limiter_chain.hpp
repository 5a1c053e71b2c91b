// The rate limiters of the manifest's chain.rate_limiter, every one of which must allow.
#pragma once

#include <plugboard/rate_limiter.h>

#include <boost/container/small_vector.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "extension/grant.hpp"

namespace plugboard::extension {

struct LimiterLink;
struct LimiterLinks;
void intrusive_ptr_add_ref(const LimiterLinks* links) noexcept;
void intrusive_ptr_release(const LimiterLinks* links) noexcept;

/// Why not, and when it is worth trying again (0: not known).
struct LimitRefusal {
  std::uint64_t retry_after_ms = 0;
};

/// Who a connection belongs to. Borrowed for the call.
struct LimitSubject {
  std::string_view client_address;
  std::string_view key;  ///< empty without keys, and before one was accepted
  GrantLimits limits;    ///< of the key's grant
};

enum class Charge : std::uint8_t {
  kAllowed,
  kDropped,         ///< drop the message in silence
  kDroppedAndTell,  ///< drop it and send RATE_LIMITED, "Too many messages"
};

/// What a connection did since a limiter was last told.
struct LimiterUsage {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

/// What the limiters granted, counted down. Comes into being with a connection's first message.
struct LimiterLease {
  std::uint64_t messages_left = 0;
  std::uint64_t bytes_left = 0;
  std::uint64_t expires_ns = 0;
  std::uint64_t denied_until_ns = 0;
  // As it was granted.
  std::uint64_t messages_granted = 0;
  std::uint64_t bytes_granted = 0;

  boost::container::small_vector<LimiterUsage, 1> used;  // one for each slot

  /// Counts what was done under the lease as used, and returns that; the lease is void then.
  std::span<LimiterUsage> settle();
};

/// A connection's slot with one limiter.
struct LimiterSlot {
  const LimiterLink* link = nullptr;  // of a chain that the slots keep
  std::uint64_t number = 0;           // the limiter's own
};

/// What a ticket stands for unless it is one slot of a silent connection: one or more slots, in one
/// piece of memory with this before them.
class LimiterSlots {
 public:
  struct Delete {
    void operator()(LimiterSlots* slots) const noexcept;
  };
  using Pointer = std::unique_ptr<LimiterSlots, Delete>;

  /// Of one slot or more. All links are of one chain, which is kept.
  static Pointer make(std::span<const LimiterSlot> slots);

  std::span<LimiterSlot> slots() { return {first(), count_of(*first())}; }
  const LimiterLinks& links() { return links_of(*first()); }

  std::unique_ptr<LimiterLease> lease;  // null: no message has come yet

 private:
  LimiterSlot* first() { return reinterpret_cast<LimiterSlot*>(this + 1); }
  static std::size_t count_of(const LimiterSlot& first);
  static const LimiterLinks& links_of(const LimiterSlot& slot);
};

/// One connection's slots with all limiters, and the lease that its messages are counted against.
/// Belongs to the connection: one thread at a time. Its destructor releases each slot once; it
/// keeps the limiters' instances alive until then. A default ticket is held by nobody and allows
/// everything.
class LimiterTicket {
 public:
  LimiterTicket() = default;
  LimiterTicket(LimiterTicket&& other) noexcept
      : only_(std::exchange(other.only_, nullptr)), held_(std::exchange(other.held_, Held())) {}
  LimiterTicket& operator=(LimiterTicket&& other) noexcept;
  LimiterTicket(const LimiterTicket&) = delete;
  LimiterTicket& operator=(const LimiterTicket&) = delete;
  ~LimiterTicket() { release(); }

  /// Counts one message that arrived at `now_ns` (HostServices::monotonic_ns). No call, lock or
  /// allocation unless the lease is used up.
  [[nodiscard]] Charge charge(std::uint64_t payload_bytes, std::uint64_t now_ns) {
    if (!counts()) return Charge::kAllowed;
    if (LimiterLease* lease = this->lease(); lease != nullptr) [[likely]] {
      if (lease->messages_left != 0 && payload_bytes <= lease->bytes_left &&
          now_ns < lease->expires_ns) [[likely]] {
        --lease->messages_left;
        lease->bytes_left -= payload_bytes;
        return Charge::kAllowed;
      }
      if (now_ns < lease->denied_until_ns) return Charge::kDropped;
    }
    return renew(payload_bytes, now_ns);
  }

  /// The connection's key has been accepted: every limiter must agree. The refusal leaves the
  /// slots taken until the ticket goes, and other limiters than the refusing one may have counted
  /// the key. [I/O thread]
  [[nodiscard]] std::optional<LimitRefusal> admit(const LimitSubject& subject,
                                                  std::uint64_t now_ns);

  /// Gives all slots back now; the ticket is a default one afterwards.
  void release();

 private:
  friend class LimiterChain;

  /// Takes over the slots, of one chain.
  explicit LimiterTicket(std::span<const LimiterSlot> slots);

  [[nodiscard]] Charge renew(std::uint64_t payload_bytes, std::uint64_t now_ns);

  bool counts() const { return only_ != nullptr || held_.several != nullptr; }
  LimiterSlots* several() const { return only_ != nullptr ? nullptr : held_.several; }
  LimiterLease* lease() const {
    const LimiterSlots* slots = several();
    return slots != nullptr ? slots->lease.get() : nullptr;
  }
  /// All slots. `one` is for the only one, if there is no more, and must last as long as they.
  std::span<const LimiterSlot> slots(LimiterSlot& one) const;
  /// The chain that the slots are of; null without any.
  const LimiterLinks* links() const;
  /// Makes room for a lease if there is none.
  LimiterLease& make_lease();
  /// Frees what it holds, without a word to the limiters.
  void forget();

  // Most connections are silent most of the time, and there may be very many: one that has said
  // nothing yet takes no more memory than this where the chain is of one limiter.
  union Held {
    LimiterSlots* several = nullptr;  // owned; null: nobody counts the connection
    std::uint64_t number;             // of the slot with only_
  };
  const LimiterLink* only_ = nullptr;  // of a chain of one, which is kept; null with LimiterSlots
  Held held_;
};

/// Immutable; any thread.
class LimiterChain {
 public:
  LimiterChain();
  explicit LimiterChain(std::vector<LimiterLink> limiters);
  LimiterChain(LimiterChain&&) noexcept;
  LimiterChain& operator=(LimiterChain&&) noexcept;
  ~LimiterChain();

  [[nodiscard]] bool empty() const { return links_ == nullptr; }

  /// A connection from this address. All limiters or none: if one refuses, the slots of those asked
  /// before it are released again. A limiter that fails refuses. [I/O thread]
  [[nodiscard]] std::variant<LimiterTicket, LimitRefusal> connect(std::string_view client_address,
                                                                  std::uint64_t now_ns) const;

  /// An HTTP request from this address; nothing if it may proceed. [I/O thread]
  [[nodiscard]] std::optional<LimitRefusal> request(std::string_view client_address,
                                                    std::uint64_t now_ns) const;

  /// Brings a connection's ticket under this chain after a reload: slots of limiters that stayed
  /// are kept, those of limiters that left are released, and limiters that are new count the
  /// connection without being able to refuse it (one that fails to has no say over its messages).
  /// `admitted`: whether `admit` has been passed. Cheap if the ticket is of this chain already.
  /// [the connection's thread]
  void adopt(LimiterTicket& ticket, const LimitSubject& subject, bool admitted,
             std::uint64_t now_ns) const;

 private:
  boost::intrusive_ptr<const LimiterLinks> links_;  // null: no limiter
};

}  // namespace plugboard::extension
