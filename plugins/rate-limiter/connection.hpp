// One connection as the limiter knows it: what its slot number stands for. The relay never makes
// two calls for one slot at a time, so nothing here needs a lock but what is shared with others.
#pragma once

#include <memory>

#include "rate-limiter/address_counts.hpp"
#include "rate-limiter/fixed_window.hpp"
#include "rate-limiter/key_quota.hpp"
#include "rate-limiter/settings.hpp"
#include "rate-limiter/subject_table.hpp"

namespace plugboard::rate_limiter {

/// What a connection has sent.
struct Sending {
  FixedWindow window;
  Share used;                    // in that window
  Nanoseconds told_until{};      // the peer has been told that it sends too much, for this long
  Share out;                     // counted against its key for the present lease
  Nanoseconds out_window_end{};  // of the key's window that it was taken in
};

/// What a connection has beyond its address, once it has any of it.
struct Account {
  SubjectTable<KeyQuota>::Use key;     // empty before its key is accepted, and without one
  std::unique_ptr<KeyLimits> granted;  // by the key's grant; null: it states none
  std::unique_ptr<Sending> sending;    // null before its first message
};

/// Most connections are silent most of the time, and there may be very many: they take memory for
/// what they have and no more.
struct Connection {
  Account& own_account() {
    if (!account) account = std::make_unique<Account>();
    return *account;
  }

  SubjectTable<AddressCounts>::Use address;
  std::unique_ptr<Account> account;
};

}  // namespace plugboard::rate_limiter
