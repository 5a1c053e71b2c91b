#include "plugin_check/kind_questions.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check::rate_limiter {
namespace {

plugboard_limit_subject subject(const Questioner& asks, Borrowed& borrowed,
                                const Connection& connection, bool with_key) {
  plugboard_limit_subject subject = {};
  subject.flags = asks.unknown_flags();
  subject.now_ns = asks.now_ns();
  subject.client_address = borrowed.text(connection.peer.client_address);
  if (with_key) {
    subject.key = borrowed.text(connection.key);
    subject.max_messages = 50;
  }
  return subject;
}

}  // namespace

void connect(Questioner& asks, Connection& connection) {
  const auto& limiter = asks.kinds().rate_limiter;
  if (!limiter) return;
  for (const std::uint32_t flags : {0U, PLUGBOARD_LIMIT_ADOPTED}) {
    Borrowed borrowed("connect", asks.memory());
    plugboard_limit_subject who = subject(asks, borrowed, connection, false);
    who.flags |= flags;
    const auto* const asked = borrowed.input(who);
    auto* const refused = borrowed.output(plugboard_limit_refusal{});
    std::uint64_t slot = 0;
    const plugboard_status status = asks.instance().decide("connect", CallKind::kIo, [&] {
      return limiter->connect(asks.instance().self(), asked, &slot, refused);
    });
    asks.expect("connect", status, {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
    if (status == PLUGBOARD_DENY && flags == PLUGBOARD_LIMIT_ADOPTED) {
      reporter::finding("refuses-adopted", "connect",
                        "denies a connection that was there before, which must be counted and "
                        "cannot be refused");
    }
    if (status == PLUGBOARD_OK) {
      connection.slot = slot;
      connection.has_slot = true;
      break;
    }
  }
}

void admit(Questioner& asks, const Connection& connection) {
  const auto& limiter = asks.kinds().rate_limiter;
  if (!limiter || limiter->admit == nullptr || !connection.has_slot) return;
  Borrowed borrowed("admit", asks.memory());
  const auto* const asked = borrowed.input(subject(asks, borrowed, connection, true));
  auto* const refused = borrowed.output(plugboard_limit_refusal{});
  asks.expect(
      "admit",
      asks.instance().decide(
          "admit", CallKind::kIo,
          [&] { return limiter->admit(asks.instance().self(), connection.slot, asked, refused); }),
      {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
}

void renew(Questioner& asks, const Connection& connection) {
  const auto& limiter = asks.kinds().rate_limiter;
  if (!limiter || limiter->renew == nullptr || !connection.has_slot) return;
  for (const std::uint64_t next_bytes : {std::uint64_t{0}, std::uint64_t{100}, UINT64_C(5000000)}) {
    Borrowed borrowed("renew", asks.memory());
    const auto* const usage =
        borrowed.input(plugboard_usage{0, asks.unknown_flags(), asks.now_ns(), 1, 100, next_bytes});
    auto* const lease = borrowed.output(plugboard_lease{});
    const plugboard_status status = asks.instance().decide("renew", CallKind::kIo, [&] {
      return limiter->renew(asks.instance().self(), connection.slot, usage, lease);
    });
    asks.expect("renew", status, {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
    if (status == PLUGBOARD_OK && (lease->messages < 1 || lease->bytes < next_bytes)) {
      reporter::finding("unfit-answer", "renew",
                        "grants a lease that does not hold the message that asks for it");
    }
  }
}

void release(Questioner& asks, const Connection& connection) {
  if (!connection.has_slot) return;
  Borrowed borrowed("release", asks.memory());
  const auto* const usage =
      borrowed.input(plugboard_usage{0, asks.unknown_flags(), asks.now_ns(), 3, 300, 0});
  const auto& limiter = asks.kinds().rate_limiter;
  asks.instance().notify("release", CallKind::kIo,
                         [&] { limiter->release(asks.instance().self(), connection.slot, usage); });
}

void request(Questioner& asks) {
  const auto& limiter = asks.kinds().rate_limiter;
  if (!limiter || limiter->request == nullptr) return;
  Borrowed borrowed("request", asks.memory());
  Connection connection;
  connection.peer.client_address = "192.0.2.9";
  const auto* const who = borrowed.input(subject(asks, borrowed, connection, false));
  auto* const refused = borrowed.output(plugboard_limit_refusal{});
  asks.expect("request",
              asks.instance().decide(
                  "request", CallKind::kIo,
                  [&] { return limiter->request(asks.instance().self(), who, refused); }),
              {PLUGBOARD_OK, PLUGBOARD_DENY, PLUGBOARD_ERROR});
}

}  // namespace plugboard::plugin_check::rate_limiter
