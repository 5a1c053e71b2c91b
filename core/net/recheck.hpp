// Asks for the keys of one loop's peers again after a reload (manifest key chain.recheck), a
// bounded number at a time, so that key stores are not flooded. The loop's thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "extension/key_chain.hpp"
#include "extension/question.hpp"
#include "net/settings.hpp"
#include "peer/peer.hpp"

namespace plugboard::net {

class Connection;
class Loop;

class Recheck {
 public:
  explicit Recheck(Loop& loop) : loop_(loop) {}

  /// Asks about all these peers with the loop's present settings, in place of what was still to be
  /// asked with earlier ones. Who is refused is ended as revoked; where no store can answer, the
  /// peer stays.
  void begin(std::vector<peer::Handle> peers);

 private:
  static constexpr std::size_t kAtATime = 64;

  void go_on();
  void ask(Connection& connection);
  void on_verdict(peer::Handle peer, extension::KeyVerdict verdict);

  Loop& loop_;
  std::shared_ptr<const Settings> settings_;
  std::deque<peer::Handle> waiting_;
  std::unordered_map<peer::Handle, extension::Question> asked_;
  bool going_on_ = false;
};

}  // namespace plugboard::net
