#include "extension/limiter_chain.hpp"

#include <algorithm>
#include <memory>
#include <new>
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

using SlotList = boost::container::small_vector<LimiterSlot, 4>;
using UsageList = boost::container::small_vector<LimiterUsage, 4>;

plugboard_usage usage_of(const LimiterUsage& used, std::uint64_t next_bytes, std::uint64_t now_ns) {
  return {sizeof(plugboard_usage), 0, now_ns, used.messages, used.bytes, next_bytes};
}

void release_slot(const LimiterSlot& slot, const LimiterUsage& used) {
  const LimiterLink& link = *slot.link;
  const plugboard_usage usage = usage_of(used, 0, link.instance->services().monotonic_ns());
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

Lease renew_slot(const LimiterSlot& slot, LimiterUsage& used, std::uint64_t next_bytes,
                 std::uint64_t now_ns) {
  const LimiterLink& link = *slot.link;
  Lease granted;
  if (link.table.renew == nullptr) {
    granted.allowed = true;
    return granted;
  }
  const plugboard_usage usage = usage_of(std::exchange(used, {}), next_bytes, now_ns);
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

void intrusive_ptr_add_ref(const LimiterLinks* links) noexcept {
  boost::sp_adl_block::intrusive_ptr_add_ref(
      static_cast<const boost::intrusive_ref_counter<LimiterLinks>*>(links));
}
void intrusive_ptr_release(const LimiterLinks* links) noexcept {
  boost::sp_adl_block::intrusive_ptr_release(
      static_cast<const boost::intrusive_ref_counter<LimiterLinks>*>(links));
}

LimiterSlots::Pointer LimiterSlots::make(std::span<const LimiterSlot> slots) {
  const LimiterLinks& links = links_of(slots.front());
  // There is memory for one slot of each limiter; those that do not count the connection are last.
  const std::size_t count = links.limiters.size();
  Pointer made(new (::operator new(sizeof(LimiterSlots) + count * sizeof(LimiterSlot)))
                   LimiterSlots);
  std::uninitialized_value_construct_n(made->first(), count);
  std::copy(slots.begin(), slots.end(), made->first());
  intrusive_ptr_add_ref(&links);
  return made;
}

void LimiterSlots::Delete::operator()(LimiterSlots* slots) const noexcept {
  const LimiterLinks& links = slots->links();
  std::destroy_at(slots);
  ::operator delete(slots);
  intrusive_ptr_release(&links);
}

const LimiterLinks& LimiterSlots::links_of(const LimiterSlot& slot) { return *slot.link->links; }

std::size_t LimiterSlots::count_of(const LimiterSlot& first) {
  const std::size_t all = links_of(first).limiters.size();
  std::size_t count = 1;
  while (count < all && (&first)[count].link != nullptr) ++count;
  return count;
}

LimiterTicket::LimiterTicket(std::span<const LimiterSlot> slots) {
  if (slots.empty()) return;
  const LimiterLinks& links = *slots.front().link->links;
  if (links.limiters.size() > 1) {
    held_.several = LimiterSlots::make(slots).release();
    return;
  }
  only_ = slots.front().link;
  held_.number = slots.front().number;
  intrusive_ptr_add_ref(&links);
}

LimiterTicket& LimiterTicket::operator=(LimiterTicket&& other) noexcept {
  if (this == &other) return *this;
  release();
  only_ = std::exchange(other.only_, nullptr);
  held_ = std::exchange(other.held_, Held());
  return *this;
}

std::span<const LimiterSlot> LimiterTicket::slots(LimiterSlot& one) const {
  if (only_ == nullptr) {
    return held_.several != nullptr ? held_.several->slots() : std::span<const LimiterSlot>();
  }
  one = {only_, held_.number};
  return {&one, 1};
}

const LimiterLinks* LimiterTicket::links() const {
  if (only_ != nullptr) return only_->links;
  LimiterSlots* const slots = several();
  return slots != nullptr ? &slots->links() : nullptr;
}

LimiterLease& LimiterTicket::make_lease() {
  if (only_ != nullptr) {
    LimiterSlot one;
    auto slots = LimiterSlots::make(this->slots(one));
    forget();
    held_.several = slots.release();
  }
  LimiterSlots& slots = *several();
  if (slots.lease == nullptr) {
    slots.lease = std::make_unique<LimiterLease>();
    slots.lease->used.resize(slots.slots().size());
  }
  return *slots.lease;
}

void LimiterTicket::forget() {
  const LimiterSlots::Pointer freed(several());
  if (only_ != nullptr) intrusive_ptr_release(only_->links);
  only_ = nullptr;
  held_ = Held();
}

void LimiterTicket::release() {
  if (!counts()) return;
  LimiterLease* const lease = this->lease();
  const auto used = lease != nullptr ? lease->settle() : std::span<LimiterUsage>();
  std::size_t index = 0;
  LimiterSlot one;
  for (const LimiterSlot& slot : slots(one)) {
    release_slot(slot, used.empty() ? LimiterUsage() : used[index++]);
  }
  forget();
}

std::span<LimiterUsage> LimiterLease::settle() {
  for (LimiterUsage& each : used) {
    each.messages += messages_granted - messages_left;
    each.bytes += bytes_granted - bytes_left;
  }
  messages_granted = messages_left = 0;
  bytes_granted = bytes_left = 0;
  return used;
}

std::optional<LimitRefusal> LimiterTicket::admit(const LimitSubject& subject,
                                                 std::uint64_t now_ns) {
  LimiterSlot one;
  for (const LimiterSlot& slot : slots(one)) {
    if (auto refusal = admit_slot(*slot.link, slot.number, subject, 0, now_ns)) return refusal;
  }
  return std::nullopt;
}

Charge LimiterTicket::renew(std::uint64_t payload_bytes, std::uint64_t now_ns) {
  LimiterLease& lease = make_lease();
  const std::span<const LimiterSlot> slots = several()->slots();
  const std::span<LimiterUsage> used = lease.settle();
  Lease least;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Lease granted = renew_slot(slots[i], used[i], payload_bytes, now_ns);
    if (!granted.allowed) {
      lease.denied_until_ns = add_saturating(now_ns, granted.valid_ns);
      return granted.tell ? Charge::kDroppedAndTell : Charge::kDropped;
    }
    least.messages = std::min(least.messages, granted.messages);
    least.bytes = std::min(least.bytes, granted.bytes);
    least.valid_ns = std::min(least.valid_ns, granted.valid_ns);
  }
  lease.messages_granted = least.messages;
  lease.bytes_granted = least.bytes;
  lease.messages_left = least.messages - 1;
  lease.bytes_left = least.bytes - payload_bytes;
  lease.expires_ns = add_saturating(now_ns, least.valid_ns);
  lease.denied_until_ns = 0;
  return Charge::kAllowed;
}

LimiterChain::LimiterChain() = default;
LimiterChain::LimiterChain(std::vector<LimiterLink> limiters) {
  if (!limiters.empty()) links_.reset(new LimiterLinks(std::move(limiters)));
}
LimiterChain::LimiterChain(LimiterChain&&) noexcept = default;
LimiterChain& LimiterChain::operator=(LimiterChain&&) noexcept = default;
LimiterChain::~LimiterChain() = default;

std::variant<LimiterTicket, LimitRefusal> LimiterChain::connect(std::string_view client_address,
                                                                std::uint64_t now_ns) const {
  if (links_ == nullptr) return LimiterTicket();
  SlotList slots;
  for (const LimiterLink& link : links_->limiters) {
    std::uint64_t number = 0;
    if (auto refusal = take_slot(link, client_address, 0, now_ns, number)) {
      for (const LimiterSlot& taken : slots) release_slot(taken, {});
      return *refusal;
    }
    slots.push_back({&link, number});
  }
  return LimiterTicket(slots);
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
  if (ticket.links() == links_.get()) return;
  LimiterSlot one;
  const auto before = ticket.slots(one);
  SlotList held(before.begin(), before.end());
  UsageList held_used(held.size());
  const bool had_lease = ticket.lease() != nullptr;
  if (had_lease) std::ranges::copy(ticket.lease()->settle(), held_used.begin());

  SlotList slots;
  UsageList used;
  for (const LimiterLink& link : links_ ? std::span(links_->limiters) : std::span<LimiterLink>()) {
    const auto kept = std::ranges::find_if(held, [&](const LimiterSlot& slot) {
      return slot.link != nullptr && slot.link->instance == link.instance;
    });
    if (kept != held.end()) {
      slots.push_back({&link, kept->number});
      used.push_back(held_used[static_cast<std::size_t>(kept - held.begin())]);
      kept->link = nullptr;
      continue;
    }
    std::uint64_t number = 0;
    // It cannot refuse; one that fails has not counted the connection, and has no say in it.
    if (take_slot(link, subject.client_address, PLUGBOARD_LIMIT_ADOPTED, now_ns, number)) {
      continue;
    }
    if (admitted) (void)admit_slot(link, number, subject, PLUGBOARD_LIMIT_ADOPTED, now_ns);
    slots.push_back({&link, number});
    used.emplace_back();
  }
  LimiterTicket renewed(slots);
  if (had_lease && renewed.counts()) renewed.make_lease().used.assign(used.begin(), used.end());
  // The links of the old chain last as long as its ticket.
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (held[i].link != nullptr) release_slot(held[i], held_used[i]);
  }
  ticket.forget();
  ticket = std::move(renewed);
}

}  // namespace plugboard::extension
