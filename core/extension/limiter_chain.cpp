#include "extension/limiter_chain.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "extension/bytes.hpp"
#include "extension/links.hpp"

namespace plugboard::extension {
namespace {

/// How long a limiter that fails has messages dropped before it is asked again.
constexpr std::uint64_t kPauseAfterErrorNs = 1'000'000'000;

std::uint64_t add_saturating(std::uint64_t left, std::uint64_t right) {
  return right > UINT64_MAX - left ? UINT64_MAX : left + right;
}

plugboard_limit_subject subject_of(const LimitSubject& subject, std::uint32_t flags,
                                   std::uint64_t now_ns) {
  return {sizeof(plugboard_limit_subject),
          flags,
          now_ns,
          to_bytes(subject.client_address),
          to_bytes(subject.key),
          subject.limits.max_connections,
          subject.limits.max_messages,
          subject.limits.max_bytes};
}

/// What a limiter said about a connection or a request: nothing if it allows it.
std::optional<LimitRefusal> read_refusal(Instance& instance, const char* function,
                                         plugboard_status status,
                                         const plugboard_limit_refusal& refusal) {
  switch (status) {
    case PLUGBOARD_OK:
      return std::nullopt;
    case PLUGBOARD_DENY:
      return LimitRefusal{refusal.retry_after_ms};
    case PLUGBOARD_ERROR:
      instance.counters().errors.fetch_add(1, std::memory_order_relaxed);
      return LimitRefusal{};
    default:
      instance.failed(std::string(function) + " returned " + std::to_string(status) +
                      ", which is no answer to it");
      return LimitRefusal{};
  }
}

plugboard_limit_refusal no_refusal() { return {sizeof(plugboard_limit_refusal), 0, 0}; }

/// Asks one limiter for a slot.
std::optional<LimitRefusal> take_slot(const LimiterLink& link, std::string_view client_address,
                                      std::uint32_t flags, std::uint64_t now_ns,
                                      std::uint64_t& slot) {
  const plugboard_limit_subject who = subject_of({client_address, {}, {}}, flags, now_ns);
  plugboard_limit_refusal refusal = no_refusal();
  const plugboard_status status = link.instance->decide(
      "connect", Timing::kIo, [&] { return link.table.connect(link.self, &who, &slot, &refusal); });
  return read_refusal(*link.instance, "connect", status, refusal);
}

std::optional<LimitRefusal> admit_slot(const LimiterLink& link, std::uint64_t slot,
                                       const LimitSubject& subject, std::uint32_t flags,
                                       std::uint64_t now_ns) {
  if (link.table.admit == nullptr) return std::nullopt;
  const plugboard_limit_subject who = subject_of(subject, flags, now_ns);
  plugboard_limit_refusal refusal = no_refusal();
  const plugboard_status status = link.instance->decide(
      "admit", Timing::kIo, [&] { return link.table.admit(link.self, slot, &who, &refusal); });
  return read_refusal(*link.instance, "admit", status, refusal);
}

}  // namespace

namespace {

plugboard_usage usage_of(const LimiterSlot& slot, std::uint64_t next_bytes, std::uint64_t now_ns) {
  return {sizeof(plugboard_usage), 0, now_ns, slot.messages, slot.bytes, next_bytes};
}

void release_slot(LimiterSlot& slot) {
  const LimiterLink& link = *slot.link;
  const plugboard_usage usage = usage_of(slot, 0, link.instance->services().monotonic_ns());
  link.instance->notify("release", Timing::kIo,
                        [&] { link.table.release(link.self, slot.number, &usage); });
}

/// One limiter's lease, or that it drops the message (`allowed` false).
struct Lease {
  bool allowed = false;
  bool tell = false;
  std::uint64_t messages = PLUGBOARD_LEASE_UNLIMITED;
  std::uint64_t bytes = PLUGBOARD_LEASE_UNLIMITED;
  std::uint64_t valid_ns = UINT64_MAX;
};

Lease renew_slot(LimiterSlot& slot, std::uint64_t next_bytes, std::uint64_t now_ns) {
  const LimiterLink& link = *slot.link;
  Lease granted;
  if (link.table.renew == nullptr) {
    granted.allowed = true;
    return granted;
  }
  const plugboard_usage usage = usage_of(slot, next_bytes, now_ns);
  slot.messages = 0;
  slot.bytes = 0;
  plugboard_lease lease = {sizeof lease, 0, 0, 0, 0};
  const plugboard_status status = link.instance->decide("renew", Timing::kIo, [&] {
    return link.table.renew(link.self, slot.number, &usage, &lease);
  });
  if (status == PLUGBOARD_OK && lease.messages >= 1 && lease.bytes >= next_bytes) {
    return {true, false, lease.messages, lease.bytes, lease.valid_ns};
  }
  if (status == PLUGBOARD_DENY) {
    granted.tell = (lease.flags & PLUGBOARD_LEASE_TELL) != 0;
    granted.valid_ns = lease.valid_ns;
    return granted;
  }
  if (status == PLUGBOARD_ERROR) {
    link.instance->counters().errors.fetch_add(1, std::memory_order_relaxed);
  } else {
    link.instance->failed(status == PLUGBOARD_OK
                              ? std::string("renew granted a lease that does not hold the message")
                              : "renew returned " + std::to_string(status) +
                                    ", which is no answer to it");
  }
  granted.tell = true;
  granted.valid_ns = kPauseAfterErrorNs;
  return granted;
}

}  // namespace

LimiterTicket& LimiterTicket::operator=(LimiterTicket&& other) noexcept {
  if (this == &other) return *this;
  release();
  slots_ = std::move(other.slots_);
  return *this;
}

void LimiterTicket::release() {
  if (slots_ == nullptr) return;
  settle_usage();
  for (LimiterSlot& slot : slots_->slots) release_slot(slot);
  slots_.reset();
}

void LimiterTicket::settle_usage() {
  const std::uint64_t messages = slots_->messages_granted - slots_->messages_left;
  const std::uint64_t bytes = slots_->bytes_granted - slots_->bytes_left;
  for (LimiterSlot& slot : slots_->slots) {
    slot.messages += messages;
    slot.bytes += bytes;
  }
  slots_->messages_granted = slots_->messages_left = 0;
  slots_->bytes_granted = slots_->bytes_left = 0;
}

std::optional<LimitRefusal> LimiterTicket::admit(const LimitSubject& subject,
                                                 std::uint64_t now_ns) {
  if (slots_ == nullptr) return std::nullopt;
  for (const LimiterSlot& slot : slots_->slots) {
    if (auto refusal = admit_slot(*slot.link, slot.number, subject, 0, now_ns)) return refusal;
  }
  return std::nullopt;
}

Charge LimiterTicket::renew(std::uint64_t payload_bytes, std::uint64_t now_ns) {
  settle_usage();
  Lease least;
  for (LimiterSlot& slot : slots_->slots) {
    const Lease lease = renew_slot(slot, payload_bytes, now_ns);
    if (!lease.allowed) {
      slots_->denied_until_ns = add_saturating(now_ns, lease.valid_ns);
      return lease.tell ? Charge::kDroppedAndTell : Charge::kDropped;
    }
    least.messages = std::min(least.messages, lease.messages);
    least.bytes = std::min(least.bytes, lease.bytes);
    least.valid_ns = std::min(least.valid_ns, lease.valid_ns);
  }
  slots_->messages_granted = least.messages;
  slots_->bytes_granted = least.bytes;
  slots_->messages_left = least.messages - 1;
  slots_->bytes_left = least.bytes - payload_bytes;
  slots_->expires_ns = add_saturating(now_ns, least.valid_ns);
  slots_->denied_until_ns = 0;
  return Charge::kAllowed;
}

LimiterChain::LimiterChain() = default;
LimiterChain::LimiterChain(std::shared_ptr<const LimiterLinks> links) : links_(std::move(links)) {}
LimiterChain::LimiterChain(LimiterChain&&) noexcept = default;
LimiterChain& LimiterChain::operator=(LimiterChain&&) noexcept = default;
LimiterChain::~LimiterChain() = default;

std::variant<LimiterTicket, LimitRefusal> LimiterChain::connect(std::string_view client_address,
                                                                std::uint64_t now_ns) const {
  LimiterTicket ticket;
  if (links_ == nullptr) return ticket;
  ticket.slots_ = std::make_unique<LimiterSlots>();
  ticket.slots_->links = links_;
  ticket.slots_->slots.reserve(links_->limiters.size());
  for (const LimiterLink& link : links_->limiters) {
    std::uint64_t number = 0;
    if (auto refusal = take_slot(link, client_address, 0, now_ns, number)) return *refusal;
    ticket.slots_->slots.push_back({&link, number});
  }
  return ticket;
}

std::optional<LimitRefusal> LimiterChain::request(std::string_view client_address,
                                                  std::uint64_t now_ns) const {
  if (links_ == nullptr) return std::nullopt;
  const plugboard_limit_subject who = subject_of({client_address, {}, {}}, 0, now_ns);
  for (const LimiterLink& link : links_->limiters) {
    if (link.table.request == nullptr) continue;
    plugboard_limit_refusal refusal = no_refusal();
    const plugboard_status status = link.instance->decide(
        "request", Timing::kIo, [&] { return link.table.request(link.self, &who, &refusal); });
    if (auto refused = read_refusal(*link.instance, "request", status, refusal)) return refused;
  }
  return std::nullopt;
}

void LimiterChain::adopt(LimiterTicket& ticket, const LimitSubject& subject, bool admitted,
                         std::uint64_t now_ns) const {
  if (ticket.slots_ == nullptr ? links_ == nullptr : ticket.slots_->links == links_) return;
  if (ticket.slots_ != nullptr) ticket.settle_usage();
  const std::unique_ptr<LimiterSlots> old = std::move(ticket.slots_);
  if (links_ != nullptr) {
    ticket.slots_ = std::make_unique<LimiterSlots>();
    ticket.slots_->links = links_;
    ticket.slots_->slots.reserve(links_->limiters.size());
    for (const LimiterLink& link : links_->limiters) {
      LimiterSlot* kept = nullptr;
      for (std::size_t i = 0; old != nullptr && i < old->slots.size(); ++i) {
        LimiterSlot& slot = old->slots[i];
        if (slot.link != nullptr && slot.link->instance == link.instance) kept = &slot;
      }
      if (kept != nullptr) {
        LimiterSlot slot = *kept;
        kept->link = nullptr;
        slot.link = &link;
        ticket.slots_->slots.push_back(slot);
        continue;
      }
      std::uint64_t number = 0;
      // It cannot refuse; one that fails has not counted the connection, and has no say in it.
      if (take_slot(link, subject.client_address, PLUGBOARD_LIMIT_ADOPTED, now_ns, number)) {
        continue;
      }
      if (admitted) (void)admit_slot(link, number, subject, PLUGBOARD_LIMIT_ADOPTED, now_ns);
      ticket.slots_->slots.push_back({&link, number});
    }
  }
  if (old == nullptr) return;
  for (LimiterSlot& slot : old->slots) {
    if (slot.link != nullptr) release_slot(slot);
  }
}

}  // namespace plugboard::extension
