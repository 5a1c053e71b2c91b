// What a plugin's methods come to, and how an answer that takes longer is given.
#ifndef PLUGBOARD_VERDICT_HPP
#define PLUGBOARD_VERDICT_HPP

#include <cstdint>
#include <string_view>
#include <utility>

#include "abi.h"
#include "host.h"

#pragma GCC visibility push(hidden)
namespace plugboard {

/// The codes of abi.h.
enum class Status : std::int32_t {
  kOk = PLUGBOARD_OK,
  kNext = PLUGBOARD_NEXT,
  kDeny = PLUGBOARD_DENY,
  kError = PLUGBOARD_ERROR,
  kPending = PLUGBOARD_PENDING,
  kGone = PLUGBOARD_GONE,
  kInvalid = PLUGBOARD_INVALID,
  kFull = PLUGBOARD_FULL,
  kNotFound = PLUGBOARD_NOT_FOUND,
  kTooLarge = PLUGBOARD_TOO_LARGE,
  kUnsupported = PLUGBOARD_UNSUPPORTED,
};

/// A decision without anything to go with it. Made by the functions below.
class Verdict {
 public:
  explicit constexpr Verdict(Status status) : status_(status) {}
  constexpr Status status() const noexcept { return status_; }
  friend constexpr bool operator==(Verdict, Verdict) = default;

 private:
  Status status_;
};

/// Yes.
constexpr Verdict allow() { return Verdict(Status::kOk); }
/// No.
constexpr Verdict deny() { return Verdict(Status::kDeny); }
/// Not mine: the next plugin in the chain is asked.
constexpr Verdict abstain() { return Verdict(Status::kNext); }
/// Cannot say now: the chain's failure rule applies. Throwing comes to the same, and is logged.
constexpr Verdict error() { return Verdict(Status::kError); }

/// The same for messages: on to the next hook; done, nobody else is asked; away with it.
constexpr Verdict next() { return Verdict(Status::kNext); }
constexpr Verdict handled() { return Verdict(Status::kOk); }
constexpr Verdict drop() { return Verdict(Status::kDeny); }

namespace detail {

inline std::string_view view(plugboard_bytes bytes) noexcept {
  return bytes.size == 0 ? std::string_view() : std::string_view(bytes.data, bytes.size);
}
inline plugboard_bytes bytes(std::string_view text) noexcept { return {text.data(), text.size()}; }

}  // namespace detail

/// The right and the duty to answer one question, from any thread. Whoever drops it unused has
/// answered "error", so that no question stays open and no door is left ajar.
///
/// `Reply` is what the method would have returned at once: KeyVerdict, VerifyVerdict, HttpVerdict,
/// BlobVerdict. Must not outlive the plugin's instance.
template <class Reply>
class Completion {
 public:
  Completion(const plugboard_host* host, plugboard_token token) : host_(host), token_(token) {}
  Completion(Completion&& other) noexcept
      : host_(std::exchange(other.host_, nullptr)), token_(other.token_) {}
  Completion& operator=(Completion&& other) noexcept {
    Completion taken(std::move(other));
    std::swap(host_, taken.host_);
    std::swap(token_, taken.token_);
    return *this;
  }
  ~Completion() {
    if (host_ != nullptr) host_->complete(host_, token_, PLUGBOARD_ERROR, nullptr);
  }

  /// Answers. False if the answer came too late to count (the client has gone, or time was up), or
  /// if it had been given before.
  bool operator()(const Reply& reply) {
    if (host_ == nullptr) return false;
    const bool in_time = reply.complete(host_, token_) == PLUGBOARD_OK;
    host_ = nullptr;
    return in_time;
  }

  /// Names the question in the plugin's `cancel(token)`.
  plugboard_token token() const noexcept { return token_; }

 private:
  const plugboard_host* host_;  // null once answered
  plugboard_token token_;
};

}  // namespace plugboard
#pragma GCC visibility pop

#endif
