#include "net/entrance.hpp"

#include <plugboard/hook.h>

#include "admission/access_key.hpp"
#include "admission/ask.hpp"
#include "admission/grant_check.hpp"
#include "http/answers.hpp"
#include "net/connection.hpp"
#include "net/loop.hpp"
#include "net/refusals.hpp"

namespace plugboard::net {
namespace {

admission::Application application_of(Connection& connection, const http::RequestHead& head,
                                      const http::Upgrade& upgrade) {
  admission::Application application;
  application.peer = connection.handle();
  application.client_address = connection.client().text();
  application.target = head.target;
  application.path = head.path();
  application.query = head.query();
  if (auto key = admission::find_access_key(head.query(), head.header("authorization"),
                                            upgrade.subprotocol_key)) {
    application.key = std::move(key->key);
  }
  for (const http::Header& header : head.headers) {
    application.headers.emplace_back(header.name, header.value);
  }
  return application;
}

}  // namespace

Entrance::Entrance(Connection& connection, std::shared_ptr<const Settings> settings,
                   const http::RequestHead& head, const http::Upgrade& upgrade,
                   const wire::DeflateTerms* deflate, std::string_view behind)
    : connection_(connection),
      settings_(std::move(settings)),
      upgrade_response_(http::upgrade_response(
          upgrade, deflate != nullptr ? std::string_view(deflate->response) : std::string_view())),
      deflate_bits_(deflate != nullptr ? static_cast<std::uint8_t>(deflate->server_window_bits)
                                       : std::uint8_t{0}),
      path_(head.path()) {
  waiting_.reserve(FrameReader::kHeadroom + behind.size());
  waiting_.set_size(FrameReader::kHeadroom);
  waiting_.append(behind);
  admission::Application application = application_of(connection, head, upgrade);
  if (application.key) {
    connection.set_key(*application.key, settings_->key_names.masked_name(*application.key));
  }
  admission_ = std::make_unique<admission::Admission>(
      *this, std::move(application),
      admission::AdmissionRules{.chains = settings_->chains,
                                .channels = &settings_->channels,
                                .reject_upgrade = settings_->server.on_invalid_key ==
                                                  manifest::OnInvalidKey::kRejectUpgrade});
}

Entrance::~Entrance() = default;

void Entrance::start() {
  connection_.set_deadline(Deadline::admission);
  admission_->start();
}

bool Entrance::wants_input() const {
  return waiting_.size() - FrameReader::kHeadroom < settings_->rules.max_message;
}

void Entrance::on_deadline() { refused(admission_->out_of_time()); }

admission::Poster Entrance::poster() {
  return [connection = boost::intrusive_ptr<Connection>(&connection_),
          loop = &connection_.loop()](std::function<void()> work) {
    loop->post([connection, work = std::move(work)] {
      if (connection->entering()) work();
    });
  };
}

void Entrance::upgrade() {
  connection_.begin_frames(upgrade_response_, deflate_bits_);
  connection_.set_deadline(Deadline::admission);
}

void Entrance::key_accepted(std::string_view key, extension::KeyAdmission admission) {
  const extension::Grant* grant = admission.grant();
  if (grant != nullptr && grant->expires_at_ms() != 0) {
    connection_.loop().end_at(grant->expires_at_ms(), connection_.handle());
  }
  connection_.accept_key(key, std::move(admission));
}

const extension::Grant* Entrance::grant() const { return connection_.grant(); }

std::optional<std::string> Entrance::parse_id(std::size_t channel, std::string_view id) {
  const auto& entry = settings_->channel_entries[channel];
  return entry.id_parser ? entry.id_parser->parse(entry.channel->name(), id)
                         : std::optional(std::string(id));
}

std::string_view Entrance::channel_name(std::size_t channel) const {
  return settings_->channel_entries[channel].channel->name();
}

void Entrance::named(std::size_t channel, std::string_view id) {
  connection_.set_name(*settings_->channel_entries[channel].channel, id);
}

void Entrance::with_info(const std::function<void(const plugboard_peer_info&)>& with) {
  connection_.with_info(with);
}

void Entrance::admitted(extension::LimiterTicket limits) {
  limits_ = std::move(limits);
  if (!connection_.is_let_in_by(connection_.loop().settings().chains->keys)) {
    ask_again();
    return;
  }
  connection_.set_limits(std::move(limits_));
  switch (connection_.join()) {
    case Connection::Joined::yes:
      connection_.joined(
          {waiting_.data() + FrameReader::kHeadroom, waiting_.size() - FrameReader::kHeadroom});
      break;
    case Connection::Joined::id_in_use:
      refused(admission::id_in_use());
      break;
    case Connection::Joined::ended:
      break;
  }
}

void Entrance::ask_again() {
  const auto& settings = connection_.loop().shared_settings();
  const extension::KeyChain& keys = settings->chains->keys;
  const std::string key(connection_.key());
  if (key.empty() || !keys.well_formed(key)) {
    refused(admission::key_ill_formed());
    return;
  }
  admission::ask<extension::KeyVerdict>(
      question_, poster(),
      [&](std::function<void(extension::KeyVerdict)> done) {
        return keys.ask({.purpose = PLUGBOARD_KEY_FOR_PEER,
                         .key = key,
                         .client_address = connection_.client().text(),
                         .path = path_,
                         .peer = connection_.handle()},
                        std::move(done));
      },
      [this](extension::KeyVerdict verdict) { on_key(std::move(verdict)); });
}

void Entrance::on_key(extension::KeyVerdict verdict) {
  switch (verdict.kind) {
    case extension::KeyVerdict::Kind::kDenied:
      refused(admission::key_rejected());
      return;
    case extension::KeyVerdict::Kind::kUnavailable:
      refused(admission::key_store_unavailable());
      return;
    case extension::KeyVerdict::Kind::kAllowed:
      break;
  }
  connection_.accept_key_again(std::move(verdict.admission));
  if (const auto refusal = admission::check_grant(
          connection_.grant(), connection_.channel()->name(), connection_.id())) {
    refused(*refusal);
    return;
  }
  admitted(std::move(limits_));
}

void Entrance::refused(const admission::Refusal& refusal) {
  const bool by_http = !connection_.frames_begun();
  report(refusal, by_http);
  if (by_http) {
    connection_.refuse_upgrade(refusal);
    return;
  }
  connection_.finish({.end = peer::EndReason::closed,
                      .close_code = refusal.close_code,
                      .close_reason = refusal.close_reason,
                      .error_code = refusal.code,
                      .error_message = refusal.message},
                     connection_.loop().dispatch());
}

void Entrance::report(const admission::Refusal& refusal, bool by_http) {
  report_refusal(*settings_, refusal, by_http, connection_, path_);
}

std::uint64_t Entrance::now_ns() const { return connection_.loop().now_ns(); }

}  // namespace plugboard::net
