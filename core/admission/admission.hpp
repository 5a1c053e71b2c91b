// A peer's way in, from an accepted upgrade request to the moment it may be registered: rate
// limiters, key stores, channel and id, hooks, in that order (docs/protocol.md, "Connecting").
// Knows nothing of sockets. The connection's own thread calls and is called; answers that plugins
// give elsewhere come back through Candidate::poster.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admission/ask.hpp"
#include "admission/channel_table.hpp"
#include "admission/refusal.hpp"
#include "extension/chains.hpp"
#include "extension/question.hpp"

struct plugboard_peer_info;

namespace plugboard::admission {

/// What is known from the upgrade request.
struct Application {
  extension::PeerHandle peer = 0;
  std::string client_address;
  std::string target;  // as it was sent; may hold the key
  std::string path;
  std::string query;
  std::optional<std::string> key;  // the first that is present
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What the relay's settings say about it.
struct AdmissionRules {
  std::shared_ptr<const extension::Chains> chains;
  const ChannelTable* channels = nullptr;  // lives as long as the Admission
  bool reject_upgrade = false;             // on_invalid_key = "reject-upgrade"
};

/// The connection that wants in.
class Candidate {
 public:
  virtual ~Candidate() = default;

  /// Runs work on the connection's thread, if this admission is still under way then.
  virtual Poster poster() = 0;
  /// The upgrade is to be answered with 101 now.
  virtual void upgrade() = 0;
  /// A store has allowed the key; the candidate keeps the proof of it.
  virtual void key_accepted(std::string_view key, extension::KeyAdmission admission) = 0;
  /// What the accepted key allows; null: everything.
  virtual const extension::Grant* grant() const = 0;
  /// What the channel's id parser makes of an id. `channel`: as in Destination.
  virtual std::optional<std::string> parse_id(std::size_t channel, std::string_view id) = 0;
  virtual std::string_view channel_name(std::size_t channel) const = 0;
  /// It will be known by this name.
  virtual void named(std::size_t channel, std::string_view id) = 0;
  /// Calls `with` with the candidate as plugins see it.
  virtual void with_info(const std::function<void(const plugboard_peer_info&)>& with) = 0;
  /// All steps have been passed. The Admission may be destroyed within.
  virtual void admitted(extension::LimiterTicket limits) = 0;
  /// A step has refused. The Admission may be destroyed within.
  virtual void refused(const Refusal& refusal) = 0;
  virtual std::uint64_t now_ns() const = 0;
};

class Admission {
 public:
  Admission(Candidate& candidate, Application application, AdmissionRules rules);
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  /// Takes the steps up to the first that has to wait. Called once.
  void start();

  /// Time is up: what it would be refused with.
  Refusal out_of_time() const;
  /// The step under way.
  Step step() const { return step_; }

 private:
  void check_key();
  void on_key(extension::KeyVerdict verdict);
  void check_admit_limit();
  void check_channel();
  void verify();
  void on_verified(const extension::VerifyVerdict& verdict);

  Candidate& candidate_;
  Application application_;
  AdmissionRules rules_;
  Step step_ = Step::connect_limit;
  extension::LimiterTicket limits_;
  extension::Question question_;
};

}  // namespace plugboard::admission
