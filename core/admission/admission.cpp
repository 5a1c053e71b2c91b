#include "admission/admission.hpp"

#include <plugboard/hook.h>

#include "admission/grant_check.hpp"

namespace plugboard::admission {
namespace {

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

std::chrono::milliseconds retry_after(const extension::LimitRefusal& refusal) {
  return std::chrono::milliseconds(refusal.retry_after_ms);
}

}  // namespace

Admission::Admission(Candidate& candidate, Application application, AdmissionRules rules)
    : candidate_(candidate), application_(std::move(application)), rules_(std::move(rules)) {}

void Admission::start() {
  if (!rules_.reject_upgrade) candidate_.upgrade();
  auto connected =
      rules_.chains->limiters.connect(application_.client_address, candidate_.now_ns());
  if (const auto* refusal = std::get_if<extension::LimitRefusal>(&connected)) {
    candidate_.refused(too_many_connections(Step::connect_limit, retry_after(*refusal)));
    return;
  }
  limits_ = std::get<extension::LimiterTicket>(std::move(connected));
  step_ = Step::key;
  check_key();
}

void Admission::check_key() {
  const extension::KeyChain& keys = rules_.chains->keys;
  if (keys.open()) {
    check_admit_limit();
    return;
  }
  if (!application_.key || !keys.well_formed(*application_.key)) {
    candidate_.refused(key_ill_formed());
    return;
  }
  ask<extension::KeyVerdict>(
      question_, candidate_.poster(),
      [&](std::function<void(extension::KeyVerdict)> done) {
        return keys.ask({.purpose = PLUGBOARD_KEY_FOR_PEER,
                         .key = *application_.key,
                         .client_address = application_.client_address,
                         .path = application_.path,
                         .peer = application_.peer},
                        std::move(done));
      },
      [this](extension::KeyVerdict verdict) { on_key(std::move(verdict)); });
}

void Admission::on_key(extension::KeyVerdict verdict) {
  switch (verdict.kind) {
    case extension::KeyVerdict::Kind::kDenied:
      candidate_.refused(key_rejected());
      return;
    case extension::KeyVerdict::Kind::kUnavailable:
      candidate_.refused(key_store_unavailable());
      return;
    case extension::KeyVerdict::Kind::kAllowed:
      break;
  }
  candidate_.key_accepted(*application_.key, std::move(verdict.admission));
  check_admit_limit();
}

void Admission::check_admit_limit() {
  step_ = Step::admit_limit;
  const extension::LimitSubject subject{
      .client_address = application_.client_address,
      .key = application_.key && !rules_.chains->keys.open() ? std::string_view(*application_.key)
                                                             : std::string_view(),
      .limits = candidate_.grant() ? candidate_.grant()->limits() : extension::GrantLimits{}};
  if (const auto refusal = limits_.admit(subject, candidate_.now_ns())) {
    candidate_.refused(too_many_connections(Step::admit_limit, retry_after(*refusal)));
    return;
  }
  if (rules_.reject_upgrade) candidate_.upgrade();
  step_ = Step::url;
  check_channel();
}

void Admission::check_channel() {
  std::optional<Destination> destination = rules_.channels->find(application_.path);
  if (!destination) {
    candidate_.refused(invalid_url());
    return;
  }
  if (!destination->judged) {
    std::optional<std::string> parsed = candidate_.parse_id(destination->channel, destination->id);
    if (!parsed) {
      candidate_.refused(invalid_url());
      return;
    }
    destination->id = std::move(*parsed);
  }
  if (const auto refusal = check_grant(
          candidate_.grant(), candidate_.channel_name(destination->channel), destination->id)) {
    candidate_.refused(*refusal);
    return;
  }
  candidate_.named(destination->channel, destination->id);
  step_ = Step::verify;
  verify();
}

void Admission::verify() {
  const extension::HookChain& hooks = rules_.chains->hooks;
  if (!hooks.wants_verify()) {
    candidate_.admitted(std::move(limits_));
    return;
  }
  std::vector<plugboard_header> headers;
  headers.reserve(application_.headers.size());
  for (const auto& [name, value] : application_.headers) {
    headers.push_back({borrow(name), borrow(value)});
  }
  ask<extension::VerifyVerdict>(
      question_, candidate_.poster(),
      [&](std::function<void(extension::VerifyVerdict)> done) {
        extension::Question question;
        candidate_.with_info([&](const plugboard_peer_info& info) {
          const plugboard_verify_request request{
              .size = sizeof(plugboard_verify_request),
              .flags = 0,
              .peer = &info,
              .target = borrow(application_.target),
              .query = borrow(application_.query),
              .key = application_.key ? borrow(*application_.key) : plugboard_bytes{},
              .headers = headers.data(),
              .header_count = headers.size()};
          question = hooks.verify(request, std::move(done));
        });
        return question;
      },
      [this](const extension::VerifyVerdict& verdict) { on_verified(verdict); });
}

void Admission::on_verified(const extension::VerifyVerdict& verdict) {
  if (const auto* denied = std::get_if<extension::VerifyDenied>(&verdict)) {
    candidate_.refused(verification_denied(denied->code, denied->message, denied->close_code,
                                           denied->close_reason));
  } else if (std::holds_alternative<extension::VerifyFailed>(verdict)) {
    candidate_.refused(verification_failed());
  } else {
    candidate_.admitted(std::move(limits_));
  }
}

Refusal Admission::out_of_time() const {
  return step_ == Step::verify ? verification_failed() : key_store_unavailable();
}

}  // namespace plugboard::admission
