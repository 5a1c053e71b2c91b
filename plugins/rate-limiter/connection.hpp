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

/// What a connection has to do with its access key.
struct KeyShare {
  SubjectTable<KeyQuota>::Use key;
  KeyLimits granted;             // by the key's grant; 0: not stated
  Share out;                     // counted against the key for the present lease
  Nanoseconds out_window_end{};  // of the window it was taken in
};

/// What a connection has sent.
struct Sending {
  FixedWindow window;
  Share used;                // in that window
  Nanoseconds told_until{};  // the peer has been told that it sends too much, for this long
};

/// What a connection has beyond its address, once it has any of it.
struct Account {
  std::unique_ptr<KeyShare> key;  // null before its key is accepted, and without one
  std::unique_ptr<Sending> sending;
};

/// Most connections are silent most of the time, and there may be very many: what they have sent
/// takes memory from their first message on.
struct Connection {
  KeyShare* key() const { return account ? account->key.get() : nullptr; }
  Account& own_account() {
    if (!account) account = std::make_unique<Account>();
    return *account;
  }

  SubjectTable<AddressCounts>::Use address;
  std::unique_ptr<Account> account;
};

}  // namespace plugboard::rate_limiter
