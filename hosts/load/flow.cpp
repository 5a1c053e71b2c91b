#include "load/flow.hpp"

#include <algorithm>

#include "load/stamp.hpp"

namespace plugboard::load {
namespace {

// Up to this size a body is copied behind its head; a larger one is sent from where it lies.
constexpr std::size_t kCopiedBody = 2048;
// Pieces a sendmsg call takes (IOV_MAX is 1024).
constexpr std::size_t kPieces = 1000;

/// The full number whose last 30 bits are `truncated` and that is nearest to `expected`.
std::uint64_t nearest(std::uint32_t truncated, std::uint64_t expected) {
  const std::uint32_t ahead = (truncated - static_cast<std::uint32_t>(expected)) & kSequenceMask;
  if (ahead <= kSequenceMask / 2) return expected + ahead;
  return expected - (kSequenceMask + 1ULL - ahead);
}

}  // namespace

void Flow::send(std::size_t count, FlowCounts& counts) {
  // One thread, and nothing here calls back: the scratch space can be shared by all flows.
  static std::string header;
  static std::string heads;
  static std::vector<iovec> pieces;
  const Body& body = message_.body();
  const bool copied = body.masked.size() <= kCopiedBody;
  counts.sent += count;
  while (count > 0) {
    const std::size_t now = copied ? count : std::min(count, kPieces / 2);
    heads.clear();
    for (std::size_t i = 0; i < now; ++i) {
      message_.append_head(heads, static_cast<std::uint32_t>(next_++ & kSequenceMask));
      if (copied) heads += body.masked;
    }
    pieces.clear();
    if (message_.batched()) {
      header.clear();
      message_.append_batch(header, now);
      pieces.push_back({.iov_base = header.data(), .iov_len = header.size()});
    }
    if (copied) {
      pieces.push_back({.iov_base = heads.data(), .iov_len = heads.size()});
    } else {
      const std::size_t head = heads.size() / now;
      for (std::size_t i = 0; i < now; ++i) {
        pieces.push_back({.iov_base = heads.data() + i * head, .iov_len = head});
        // sendmsg only reads, but its interface does not say so.
        pieces.push_back(
            {.iov_base = const_cast<char*>(body.masked.data()), .iov_len = body.masked.size()});
      }
    }
    sender_.send(pieces);
    count -= now;
  }
}

Flow::Arrival Flow::receive(std::string_view payload, FlowCounts& counts) {
  const Verdict verdict = message_.check(payload);
  if (verdict.kind == Verdict::Kind::kDamaged) {
    ++counts.damaged;
    return {};
  }
  if (verdict.kind == Verdict::Kind::kRewritten) ++counts.rewritten;
  const std::uint64_t number = nearest(verdict.sequence, expected_);
  // What is skipped and never comes is lost; what comes after a later one is out of order.
  if (number < expected_) {
    ++counts.reordered;
  } else {
    expected_ = number + 1;
  }
  ++counts.received;
  return {.known = true, .number = number};
}

}  // namespace plugboard::load
