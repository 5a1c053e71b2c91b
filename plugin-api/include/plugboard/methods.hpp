// Which methods a plugin's class has, and whether they are what the relay can call: a method with
// the right name and the wrong signature is an error when the plugin is compiled, where it would
// otherwise be left out without a word.
#ifndef PLUGBOARD_METHODS_HPP
#define PLUGBOARD_METHODS_HPP

#include <concepts>
#include <string_view>
#include <type_traits>

#include "blob_store.hpp"
#include "config.hpp"
#include "hook.hpp"
#include "host.hpp"
#include "http_handler.hpp"
#include "id_parser.hpp"
#include "key_store.hpp"
#include "rate_limiter.hpp"
#include "task.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard::detail {

template <class C>
concept HasReconfigure = requires(C& plugin, const Config& config) {
  { plugin.reconfigure(config) } -> std::convertible_to<Task>;
};
template <class C>
concept HasPrepare = requires(C& plugin, const Config& config) {
  plugin.prepare(config);
  plugin.commit();
};
template <class C>
concept HasAbort = requires(C& plugin) {
  plugin.abort();
};
template <class C>
concept HasDrain = requires(C& plugin) {
  plugin.drain();
};
template <class C>
concept HasCancel = requires(C& plugin, plugboard_token token) {
  plugin.cancel(token);
};
template <class C>
concept HasCheck = requires(Host host, const Config& config) {
  C::check(host, config);
};
template <class C>
concept HasConfigSchema = requires {
  { C::config_schema() } -> std::convertible_to<std::string_view>;
};
template <class C>
concept HasSummary = requires {
  { C::summary() } -> std::convertible_to<std::string_view>;
};
template <class C>
concept HasBlocking = requires {
  { C::blocking() } -> std::same_as<bool>;
};

/// Whether a class names a member at all, whatever its type and access: deriving from it and from a
/// class that has the name makes the name ambiguous. Final classes cannot be asked.
struct Nothing {};
template <class C>
using Base = std::conditional_t<std::is_final_v<C>, Nothing, C>;

// NOLINTBEGIN(bugprone-macro-parentheses): names of members cannot stand in parentheses
#define PLUGBOARD_DETAIL_NAMES(concept_name, member)           \
  struct concept_name##Probe {                                 \
    int member;                                                \
  };                                                           \
  template <class C>                                           \
  struct concept_name##Both : Base<C>, concept_name##Probe {}; \
  template <class C>                                           \
  concept concept_name = !requires {                           \
    &concept_name##Both<C>::member;                            \
  };

// NOLINTEND(bugprone-macro-parentheses)
PLUGBOARD_DETAIL_NAMES(NamesLookup, lookup)
PLUGBOARD_DETAIL_NAMES(NamesKeyForm, key_form)
PLUGBOARD_DETAIL_NAMES(NamesConnect, connect)
PLUGBOARD_DETAIL_NAMES(NamesRelease, release)
PLUGBOARD_DETAIL_NAMES(NamesAdmit, admit)
PLUGBOARD_DETAIL_NAMES(NamesRenew, renew)
PLUGBOARD_DETAIL_NAMES(NamesRequest, request)
PLUGBOARD_DETAIL_NAMES(NamesVerifyPeer, verify_peer)
PLUGBOARD_DETAIL_NAMES(NamesPeerConnected, peer_connected)
PLUGBOARD_DETAIL_NAMES(NamesPeerDisconnected, peer_disconnected)
PLUGBOARD_DETAIL_NAMES(NamesMessage, message)
PLUGBOARD_DETAIL_NAMES(NamesRoutedMessage, routed_message)
PLUGBOARD_DETAIL_NAMES(NamesUndeliverable, undeliverable)
PLUGBOARD_DETAIL_NAMES(NamesPeerRefused, peer_refused)
PLUGBOARD_DETAIL_NAMES(NamesHttpDone, http_done)
PLUGBOARD_DETAIL_NAMES(NamesPeerReleased, peer_released)
PLUGBOARD_DETAIL_NAMES(NamesHandle, handle)
PLUGBOARD_DETAIL_NAMES(NamesClaims, claims)
PLUGBOARD_DETAIL_NAMES(NamesPut, put)
PLUGBOARD_DETAIL_NAMES(NamesGet, get)
PLUGBOARD_DETAIL_NAMES(NamesRemove, remove)
PLUGBOARD_DETAIL_NAMES(NamesLimits, limits)
PLUGBOARD_DETAIL_NAMES(NamesEntries, entries)
PLUGBOARD_DETAIL_NAMES(NamesParse, parse)
PLUGBOARD_DETAIL_NAMES(NamesReconfigure, reconfigure)
PLUGBOARD_DETAIL_NAMES(NamesPrepare, prepare)
PLUGBOARD_DETAIL_NAMES(NamesCommit, commit)
PLUGBOARD_DETAIL_NAMES(NamesAbort, abort)
PLUGBOARD_DETAIL_NAMES(NamesDrain, drain)
PLUGBOARD_DETAIL_NAMES(NamesCancel, cancel)
PLUGBOARD_DETAIL_NAMES(NamesCheck, check)
PLUGBOARD_DETAIL_NAMES(NamesConfigSchema, config_schema)
PLUGBOARD_DETAIL_NAMES(NamesSummary, summary)
PLUGBOARD_DETAIL_NAMES(NamesBlocking, blocking)
#undef PLUGBOARD_DETAIL_NAMES

/// Compiles for classes without mistakes; says what is wrong with others.
template <class C>
constexpr void check_methods() {
  static_assert(std::constructible_from<C, const Config&> || std::is_default_constructible_v<C>,
                "the class needs a public constructor that takes (const plugboard::Config&) or "
                "nothing");
  static_assert(IsKeyStore<C> || IsRateLimiter<C> || IsHook<C> || IsHttpHandler<C> ||
                    IsBlobStore<C> || IsIdParser<C>,
                "the class has none of the methods that would make it a plugin of some kind "
                "(public? named and typed as plugin.hpp says?)");

  // Names that mean only one thing: there, but not callable, is a mistake.
  static_assert(!NamesLookup<C> || IsKeyStore<C>, "lookup: wrong signature, see key_store.hpp");
  static_assert(!(LooksUpNow<C> && LooksUpLater<C>), "lookup: at once or later, not both");
  static_assert(!NamesKeyForm<C> || HasKeyForm<C>, "key_form: wrong signature");
  static_assert(!NamesAdmit<C> || (HasAdmit<C> && IsRateLimiter<C>),
                "admit: wrong signature, or connect or release missing; see rate_limiter.hpp");
  static_assert(!NamesRenew<C> || (HasRenew<C> && IsRateLimiter<C>),
                "renew: wrong signature, or connect or release missing; see rate_limiter.hpp");
  static_assert(HasConnect<C> == HasRelease<C>,
                "a rate limiter needs both connect and release; see rate_limiter.hpp");
  static_assert(!NamesVerifyPeer<C> || VerifiesNow<C> || VerifiesLater<C>,
                "verify_peer: wrong signature, see hook.hpp");
  static_assert(!(VerifiesNow<C> && VerifiesLater<C>), "verify_peer: at once or later, not both");
  static_assert(!NamesPeerConnected<C> || HasPeerConnected<C>,
                "peer_connected: wrong signature, see hook.hpp");
  static_assert(!NamesPeerDisconnected<C> || HasPeerDisconnected<C>,
                "peer_disconnected: wrong signature, see hook.hpp");
  static_assert(!NamesMessage<C> || HasMessage<C>, "message: wrong signature, see hook.hpp");
  static_assert(!NamesRoutedMessage<C> || HasRoutedMessage<C> || HasRouting<C>,
                "routed_message: wrong signature, see hook.hpp");
  static_assert(!NamesUndeliverable<C> || HasUndeliverable<C>,
                "undeliverable: wrong signature, see hook.hpp");
  static_assert(!NamesPeerRefused<C> || HasPeerRefused<C>,
                "peer_refused: wrong signature, see hook.hpp");
  static_assert(!NamesHttpDone<C> || HasHttpDone<C>, "http_done: wrong signature, see hook.hpp");
  static_assert(!NamesPeerReleased<C> || HasPeerReleased<C>,
                "peer_released: wrong signature, see hook.hpp");
  static_assert(!NamesClaims<C> || (HasClaims<C> && IsHttpHandler<C>),
                "claims: wrong signature, or handle missing; see http_handler.hpp");
  static_assert(!NamesReconfigure<C> || HasReconfigure<C>,
                "reconfigure takes (const plugboard::Config&) and returns a callable");
  static_assert(!NamesPrepare<C> || HasPrepare<C>,
                "prepare takes (const plugboard::Config&), and commit() belongs to it");
  static_assert(!NamesConfigSchema<C> || HasConfigSchema<C>,
                "config_schema: must be a public static function without arguments that returns "
                "a std::string_view");
  static_assert(!NamesSummary<C> || HasSummary<C>,
                "summary: must be a public static function that returns a std::string_view");
  static_assert(!NamesBlocking<C> || HasBlocking<C>,
                "blocking: must be a public static function that returns a bool");

  // Names that a class may well use for something else, unless it is of the kind they belong to.
  static_assert(!NamesRequest<C> || !IsRateLimiter<C> || HasRequest<C>,
                "request: wrong signature, see rate_limiter.hpp");
  static_assert(!NamesConnect<C> || !NamesRelease<C> || IsRateLimiter<C>,
                "connect or release: wrong signature, see rate_limiter.hpp");
  static_assert(IsBlobStore<C> || !(Answers<C, Put> || Answers<C, Get> || Answers<C, Remove>),
                "a blob store needs put, get and remove; see blob_store.hpp");
  static_assert(!NamesPut<C> || !NamesGet<C> || !NamesRemove<C> || IsBlobStore<C>,
                "put, get or remove: wrong signature, see blob_store.hpp");
  static_assert(!NamesLimits<C> || !IsBlobStore<C> || HasBlobLimits<C>,
                "limits: wrong signature, see blob_store.hpp");
  static_assert(!NamesEntries<C> || !IsBlobStore<C> || HasEntries<C>,
                "entries: wrong signature, see blob_store.hpp");
  static_assert(!NamesHandle<C> || IsHttpHandler<C>,
                "handle: wrong signature, see http_handler.hpp");
  static_assert(!NamesParse<C> || IsIdParser<C>, "parse: wrong signature, see id_parser.hpp");
  static_assert(!NamesCommit<C> || NamesPrepare<C>, "commit: prepare belongs to it");
  static_assert(!NamesAbort<C> || HasAbort<C>, "abort: must be public and take nothing");
  static_assert(!NamesDrain<C> || HasDrain<C>, "drain: must be public and take nothing");
  static_assert(!NamesCancel<C> || HasCancel<C>, "cancel: must be public and take a token");
  static_assert(!NamesCheck<C> || HasCheck<C>,
                "check: must be a public static function that takes (plugboard::Host, const "
                "plugboard::Config&)");
}

}  // namespace plugboard::detail
#pragma GCC visibility pop

#endif
