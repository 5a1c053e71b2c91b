// Key stores say whether an access key may open a connection (key_store.h). A plugin is one if it
// has
//
//   Verdict or KeyVerdict lookup(const KeyRequest&);           an answer at once, or
//   void lookup(const KeyRequest&, Completion<KeyVerdict>);    one that comes later
//   KeyForm key_form();                                        which keys it takes; optional
#ifndef PLUGBOARD_KEY_STORE_HPP
#define PLUGBOARD_KEY_STORE_HPP

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host.hpp"
#include "key_store.h"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard {

/// Which keys a store wants to see; it is not asked about others.
struct KeyForm {
  enum class Alphabet : std::uint32_t {
    kId = PLUGBOARD_KEY_ALPHABET_ID,            ///< A-Z a-z 0-9 _ -
    kVisible = PLUGBOARD_KEY_ALPHABET_VISIBLE,  ///< any visible ASCII
  };
  Alphabet alphabet = Alphabet::kId;
  std::uint64_t min_size = 8;   ///< bytes, at least 1
  std::uint64_t max_size = 64;  ///< bytes, at most 8,192
};

enum class KeyPurpose : std::uint32_t {
  kPeer = PLUGBOARD_KEY_FOR_PEER,        ///< a WebSocket connection is being opened
  kHttp = PLUGBOARD_KEY_FOR_HTTP,        ///< an HTTP request needs a key
  kRecheck = PLUGBOARD_KEY_FOR_RECHECK,  ///< the peer is connected; asked again after a reload
};

/// The views are borrowed until `lookup` returns.
struct KeyRequest {
  KeyPurpose purpose = KeyPurpose::kPeer;
  std::string_view key{};             ///< never log it whole
  std::string_view client_address{};  ///< as in PeerInfo
  std::string_view path{};            ///< of the request's URL as it was sent, without the query
  Peer peer = 0;                      ///< 0 for HTTP requests
};

/// What a key allows. As it stands it restricts nothing.
struct Grant {
  /// The store's own name for what admitted the peer, for Host::revoke; 0: will never revoke.
  std::uint64_t credential = 0;
  std::optional<std::vector<std::string>> channels{};  ///< that it may join; empty list: none
  std::optional<std::vector<std::string>> reach{};     ///< channels it may address and watch
  std::string ids{};                                   ///< RE2; the whole id must match; empty: any
  std::string attributes{};        ///< a JSON object shown to hooks; empty: none
  std::int64_t expires_at_ms = 0;  ///< Unix time at which its peers are closed; 0: never
  /// For rate limiters, in place of their own limits for a key; 0: not stated.
  std::uint64_t max_connections = 0;
  std::uint64_t max_messages = 0;  ///< in the limiter's window
  std::uint64_t max_bytes = 0;     ///< in the limiter's window
};

/// A store's decision: allow() or allow(Grant), deny(), abstain(), error().
class KeyVerdict {
 public:
  KeyVerdict(Verdict verdict) : verdict_(verdict) {}  // NOLINT(google-explicit-constructor)
  explicit KeyVerdict(Grant grant) : verdict_(allow()), grant_(std::move(grant)) {}

  Status status() const noexcept { return verdict_.status(); }
  const std::optional<Grant>& grant() const noexcept { return grant_; }

  /// Answers a question of this host.
  plugboard_status complete(const plugboard_host* host, plugboard_token token) const {
    const auto status = static_cast<plugboard_status>(verdict_.status());
    if (!grant_) return host->complete(host, token, status, nullptr);
    const auto channels = borrow(grant_->channels);
    const auto reach = borrow(grant_->reach);
    plugboard_grant grant{};
    grant.size = sizeof grant;
    grant.credential = grant_->credential;
    grant.channels = grant_->channels ? channels.data() : nullptr;
    grant.channel_count = grant_->channels ? grant_->channels->size() : 0;
    grant.reach = grant_->reach ? reach.data() : nullptr;
    grant.reach_count = grant_->reach ? grant_->reach->size() : 0;
    grant.ids = detail::bytes(grant_->ids);
    grant.attributes = detail::bytes(grant_->attributes);
    grant.expires_at_ms = grant_->expires_at_ms;
    grant.max_connections = grant_->max_connections;
    grant.max_messages = grant_->max_messages;
    grant.max_bytes = grant_->max_bytes;
    return host->complete(host, token, status, &grant);
  }

 private:
  // One more than there are, since an empty list has to differ from none by its pointer.
  static std::vector<plugboard_bytes> borrow(const std::optional<std::vector<std::string>>& names) {
    std::vector<plugboard_bytes> result;
    if (!names) return result;
    result.reserve(names->size() + 1);
    for (const std::string& name : *names) result.push_back(detail::bytes(name));
    result.push_back({});
    return result;
  }

  Verdict verdict_;
  std::optional<Grant> grant_;
};

/// Yes, within these bounds.
inline KeyVerdict allow(Grant grant) { return KeyVerdict(std::move(grant)); }

namespace detail {

template <class C>
concept LooksUpNow = requires(C& plugin, const KeyRequest& request) {
  { plugin.lookup(request) } -> std::convertible_to<KeyVerdict>;
};
template <class C>
concept LooksUpLater = requires(C& plugin, const KeyRequest& request,
                                Completion<KeyVerdict> completion) {
  plugin.lookup(request, std::move(completion));
};
template <class C>
concept IsKeyStore = LooksUpNow<C> || LooksUpLater<C>;
template <class C>
concept HasKeyForm = requires(C& plugin) {
  { plugin.key_form() } -> std::convertible_to<KeyForm>;
};

/// Instance: detail::Instance<C> of plugin.hpp.
template <class Instance>
struct KeyStoreTable {
  using Class = typename Instance::Class;

  static plugboard_status lookup(plugboard_instance* self, const plugboard_key_request* request,
                                 plugboard_token token) {
    Instance& instance = Instance::from(self);
    const KeyRequest asked{.purpose = static_cast<KeyPurpose>(request->purpose),
                           .key = view(request->key),
                           .client_address = view(request->client_address),
                           .path = view(request->path),
                           .peer = request->peer};
    return guarded(instance.host, "lookup", [&]() -> plugboard_status {
      if constexpr (LooksUpLater<Class>) {
        return instance.later("lookup", [&] {
          instance.object.lookup(asked, Completion<KeyVerdict>(instance.host, token));
        });
      } else {
        const KeyVerdict verdict = instance.object.lookup(asked);
        if (!verdict.grant()) return static_cast<plugboard_status>(verdict.status());
        verdict.complete(instance.host, token);
        return PLUGBOARD_PENDING;
      }
    });
  }

  static plugboard_status key_form(plugboard_instance* self, plugboard_key_form* form) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "key_form", [&] {
      const KeyForm stated = instance.object.key_form();
      form->alphabet = static_cast<std::uint32_t>(stated.alphabet);
      form->min_size = stated.min_size;
      form->max_size = stated.max_size;
      return PLUGBOARD_OK;
    });
  }

  static const plugboard_key_store* table() {
    static constexpr plugboard_key_store kTable = [] {
      plugboard_key_store table{};
      table.size = sizeof table;
      table.lookup = &lookup;
      if constexpr (HasKeyForm<Class>) table.key_form = &key_form;
      return table;
    }();
    return &kTable;
  }
};

}  // namespace detail
}  // namespace plugboard
#pragma GCC visibility pop

#endif
