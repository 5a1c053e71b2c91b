// The blob store keeps small texts under keys (blob_store.h). A plugin is one if it has
//
//   BlobVerdict put(const BlobRequest&);      stored(), full(), too_large() or error()
//   BlobVerdict get(const BlobRequest&);      found(data), not_found() or error()
//   BlobVerdict remove(const BlobRequest&);   removed(), not_found() or error()
//   BlobLimits limits();                      what it takes and where; optional
//   std::uint64_t entries();                  how many there are, for /stats; optional
//
// put, get and remove may also be `void put(const BlobRequest&, Completion<BlobVerdict>)`, each for
// itself, to answer later.
#ifndef PLUGBOARD_BLOB_STORE_HPP
#define PLUGBOARD_BLOB_STORE_HPP

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "blob_store.h"
#include "host.hpp"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard {

struct BlobLimits {
  std::uint64_t max_size = 8192;       ///< bytes of one blob
  std::string route_prefix = "/blob";  ///< begins with "/", does not end with one
  bool require_key = false;  ///< the key chain must allow each request: 401 or 403 otherwise
};

/// The views are borrowed until the call returns. The relay has checked the key's form, that the
/// data are UTF-8, and max_size.
struct BlobRequest {
  std::string_view key{};
  std::string_view data{};            ///< what to put; empty for get and remove
  std::string_view client_address{};  ///< as in PeerInfo
};

/// Made by the functions below.
class BlobVerdict {
 public:
  BlobVerdict(Verdict verdict) : verdict_(verdict) {}  // NOLINT(google-explicit-constructor)
  explicit BlobVerdict(std::string data) : verdict_(allow()), data_(std::move(data)) {}

  Status status() const noexcept { return verdict_.status(); }
  const std::optional<std::string>& data() const noexcept { return data_; }

  plugboard_status complete(const plugboard_host* host, plugboard_token token) const {
    const auto status = static_cast<plugboard_status>(verdict_.status());
    if (!data_) return host->complete(host, token, status, nullptr);
    plugboard_blob blob{};
    blob.size = sizeof blob;
    blob.data = detail::bytes(*data_);
    return host->complete(host, token, status, &blob);
  }

 private:
  Verdict verdict_;
  std::optional<std::string> data_;
};

constexpr Verdict stored() { return Verdict(Status::kOk); }
constexpr Verdict removed() { return Verdict(Status::kOk); }
constexpr Verdict not_found() { return Verdict(Status::kNotFound); }
constexpr Verdict full() { return Verdict(Status::kFull); }
constexpr Verdict too_large() { return Verdict(Status::kTooLarge); }
inline BlobVerdict found(std::string data) { return BlobVerdict(std::move(data)); }

namespace detail {

// The three questions have one shape, so that one template serves them all.
struct Put {
  static constexpr const char* kName = "put";
  static auto ask(auto& plugin, const BlobRequest& request) -> decltype(plugin.put(request)) {
    return plugin.put(request);
  }
  static auto ask(auto& plugin, const BlobRequest& request, Completion<BlobVerdict> completion)
      -> decltype(plugin.put(request, std::move(completion))) {
    return plugin.put(request, std::move(completion));
  }
};
struct Get {
  static constexpr const char* kName = "get";
  static auto ask(auto& plugin, const BlobRequest& request) -> decltype(plugin.get(request)) {
    return plugin.get(request);
  }
  static auto ask(auto& plugin, const BlobRequest& request, Completion<BlobVerdict> completion)
      -> decltype(plugin.get(request, std::move(completion))) {
    return plugin.get(request, std::move(completion));
  }
};
struct Remove {
  static constexpr const char* kName = "remove";
  static auto ask(auto& plugin, const BlobRequest& request) -> decltype(plugin.remove(request)) {
    return plugin.remove(request);
  }
  static auto ask(auto& plugin, const BlobRequest& request, Completion<BlobVerdict> completion)
      -> decltype(plugin.remove(request, std::move(completion))) {
    return plugin.remove(request, std::move(completion));
  }
};

template <class C, class Question>
concept AnswersNow = requires(C& plugin, const BlobRequest& request) {
  { Question::ask(plugin, request) } -> std::convertible_to<BlobVerdict>;
};
template <class C, class Question>
concept AnswersLater = requires(C& plugin, const BlobRequest& request,
                                Completion<BlobVerdict> completion) {
  Question::ask(plugin, request, std::move(completion));
};
template <class C, class Question>
concept Answers = AnswersNow<C, Question> || AnswersLater<C, Question>;
template <class C>
concept HasBlobLimits = requires(C& plugin) {
  { plugin.limits() } -> std::convertible_to<BlobLimits>;
};
template <class C>
concept HasEntries = requires(C& plugin) {
  { plugin.entries() } -> std::convertible_to<std::uint64_t>;
};
template <class C>
concept IsBlobStore = Answers<C, Put> && Answers<C, Get> && Answers<C, Remove>;

template <class Instance>
struct BlobStoreTable {
  using Class = typename Instance::Class;

  static plugboard_status limits(plugboard_instance* self, plugboard_blob_limits* limits) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "limits", [&] {
      BlobLimits stated = instance.object.limits();
      instance.route_prefix = std::move(stated.route_prefix);
      limits->max_size = stated.max_size;
      limits->flags = stated.require_key ? PLUGBOARD_BLOB_REQUIRE_KEY : 0;
      limits->route_prefix = bytes(instance.route_prefix);
      return PLUGBOARD_OK;
    });
  }

  template <class Question>
  static plugboard_status answer(plugboard_instance* self, const plugboard_blob_request* request,
                                 plugboard_token token) {
    Instance& instance = Instance::from(self);
    const BlobRequest asked{.key = view(request->key),
                            .data = view(request->data),
                            .client_address = view(request->client_address)};
    return guarded(instance.host, Question::kName, [&]() -> plugboard_status {
      if constexpr (AnswersLater<Class, Question>) {
        return instance.later(Question::kName, [&] {
          Question::ask(instance.object, asked, Completion<BlobVerdict>(instance.host, token));
        });
      } else {
        const BlobVerdict verdict = Question::ask(instance.object, asked);
        if (!verdict.data()) return static_cast<plugboard_status>(verdict.status());
        verdict.complete(instance.host, token);
        return PLUGBOARD_PENDING;
      }
    });
  }

  static std::uint64_t entries(plugboard_instance* self) {
    Instance& instance = Instance::from(self);
    std::uint64_t count = 0;
    guarded(instance.host, "entries", [&] {
      count = instance.object.entries();
      return PLUGBOARD_OK;
    });
    return count;
  }

  static const plugboard_blob_store* table() {
    static constexpr plugboard_blob_store kTable = [] {
      plugboard_blob_store table{};
      table.size = sizeof table;
      table.put = &answer<Put>;
      table.get = &answer<Get>;
      table.remove = &answer<Remove>;
      if constexpr (HasBlobLimits<Class>) table.limits = &limits;
      if constexpr (HasEntries<Class>) table.entries = &entries;
      return table;
    }();
    return &kTable;
  }
};

}  // namespace detail
}  // namespace plugboard
#pragma GCC visibility pop

#endif
