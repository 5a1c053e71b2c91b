// A connection between its upgrade request and its registration: runs its Admission, and keeps the
// frames that it sends meanwhile. The connection's own thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "admission/admission.hpp"
#include "http/request_head.hpp"
#include "http/upgrade.hpp"
#include "net/frame_reader.hpp"
#include "net/settings.hpp"
#include "wire/extensions.hpp"

namespace plugboard::net {

class Connection;

class Entrance final : public admission::Candidate {
 public:
  /// `head` and `upgrade` are copied as far as they are needed. `behind`: bytes received behind the
  /// request.
  Entrance(Connection& connection, std::shared_ptr<const Settings> settings,
           const http::RequestHead& head, const http::Upgrade& upgrade,
           const wire::DeflateTerms* deflate, std::string_view behind);
  ~Entrance() override;

  /// May destroy the entrance, as may every function below that is not const.
  void start();
  void received(std::string_view bytes) { waiting_.append(bytes); }
  bool wants_input() const;
  /// Something waits to be handled once the peer is let in.
  bool holds_frames() const { return waiting_.size() > FrameReader::kHeadroom; }
  void on_deadline();
  admission::Step step() const { return admission_->step(); }
  /// Tells hooks of a refusal.
  void report(const admission::Refusal& refusal, bool by_http);

 private:
  // admission::Candidate
  admission::Poster poster() override;
  void upgrade() override;
  void key_accepted(std::string_view key, extension::KeyAdmission admission) override;
  const extension::Grant* grant() const override;
  std::optional<std::string> parse_id(std::size_t channel, std::string_view id) override;
  std::string_view channel_name(std::size_t channel) const override;
  void named(std::size_t channel, std::string_view id) override;
  void with_info(const std::function<void(const plugboard_peer_info&)>& with) override;
  void admitted(extension::LimiterTicket limits) override;
  void refused(const admission::Refusal& refusal) override;
  std::uint64_t now_ns() const override;

  /// A reload has taken away the store that let the key in, or has closed an open door: those of
  /// now decide.
  void ask_again();
  void on_key(extension::KeyVerdict verdict);

  Connection& connection_;
  std::shared_ptr<const Settings> settings_;
  std::string upgrade_response_;
  std::uint8_t deflate_bits_;
  std::string path_;
  std::unique_ptr<admission::Admission> admission_;
  extension::LimiterTicket limits_;  // once all steps have been passed
  extension::Question question_;
  GrowingBuffer waiting_;  // behind FrameReader::kHeadroom bytes
};

}  // namespace plugboard::net
