#include "extension/key_chain.hpp"

#include <algorithm>
#include <utility>

#include "extension/bytes.hpp"
#include "extension/inquiry.hpp"
#include "extension/links.hpp"
#include "extension/text_keeper.hpp"

namespace plugboard::extension {
namespace {

/// How often one store is asked again since its credential was revoked meanwhile.
constexpr int kMaxRepeats = 3;

bool is_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_visible(char c) { return c >= 0x21 && c <= 0x7E; }

bool fits(const plugboard_key_form& form, std::string_view key) {
  if (key.size() < form.min_size || key.size() > form.max_size) return false;
  return std::all_of(
      key.begin(), key.end(),
      form.alphabet == PLUGBOARD_KEY_ALPHABET_VISIBLE ? is_visible : is_id_character);
}

}  // namespace

/// A key's way through the stores.
class KeyWalk {
 public:
  using Done = std::function<void(KeyVerdict)>;

  KeyWalk(std::shared_ptr<const KeyStoreLinks> links, const KeyQuestion& question)
      : links_(std::move(links)), question_(question) {
    find_store(0);
  }

  [[nodiscard]] bool at_end() const { return decided_ || store_ == links_->stores.size(); }

  [[nodiscard]] KeyVerdict verdict() {
    if (!decided_ && unavailable_) verdict_.kind = KeyVerdict::Kind::kUnavailable;
    return std::move(verdict_);
  }

  [[nodiscard]] Stop stop() const {
    const KeyStoreLink& link = links_->stores[store_];
    return {link.instance.get(), store_, Asked::kKey, link.timeout};
  }

  plugboard_status call(const Stop& stop, plugboard_token token, Timing timing) const {
    const KeyStoreLink& link = links_->stores[stop.link];
    const plugboard_key_request request = {
        sizeof request,           question_.purpose,
        to_bytes(question_.key),  to_bytes(question_.client_address),
        to_bytes(question_.path), question_.peer};
    return link.instance->decide("lookup", timing,
                                 [&] { return link.table.lookup(link.self, &request, token); });
  }

  void settle(Answer answer) {
    switch (answer.status) {
      case PLUGBOARD_OK:
        allow(std::move(answer));
        return;
      case PLUGBOARD_DENY:
        decided_ = true;  // the verdict says denied
        return;
      case PLUGBOARD_NEXT:
        find_store(store_ + 1);
        return;
      default:
        pass_over();
    }
  }

  void own() {
    texts_.emplace(question_.key.size() + question_.client_address.size() + question_.path.size());
    for (std::string_view* text : {&question_.key, &question_.client_address, &question_.path}) {
      *text = view(texts_->keep(to_bytes(*text)));
    }
  }

 private:
  /// Moves on to the next store that takes keys like this one.
  void find_store(std::size_t from) {
    const auto& stores = links_->stores;
    store_ = from;
    while (store_ < stores.size() && !fits(stores[store_].form, question_.key)) ++store_;
    repeats_ = 0;
    note_epoch();
  }

  /// Revocations from here on concern the answer that is about to be asked for.
  void note_epoch() {
    if (store_ < links_->stores.size()) {
      asked_at_ = links_->stores[store_].instance->credentials().epoch();
    }
  }

  void pass_over() {
    unavailable_ = true;
    find_store(store_ + 1);
  }

  void allow(Answer answer) {
    const std::shared_ptr<Instance>& instance = links_->stores[store_].instance;
    KeyAdmission admission;
    if (auto* grant = std::get_if<Answer::GrantPointer>(&answer.result)) {
      const std::int64_t expires = (*grant)->expires_at_ms();
      if (expires != 0 && expires <= instance->services().unix_ms()) {
        decided_ = true;  // the verdict says denied
        return;
      }
      const std::uint64_t credential = (*grant)->credential();
      if (credential != 0 && question_.peer != 0) {
        admission.entry_ = instance->credentials().admit(credential, question_.peer, asked_at_);
        if (admission.entry_ == nullptr) {
          repeat();
          return;
        }
      }
      admission.grant_ = std::move(*grant);
    }
    admission.instance_ = instance;
    verdict_ = {KeyVerdict::Kind::kAllowed, std::move(admission)};
    decided_ = true;
  }

  /// The credential was revoked after the store had been asked: what it says now counts.
  void repeat() {
    if (++repeats_ > kMaxRepeats) {
      pass_over();
    } else {
      note_epoch();
    }
  }

  std::shared_ptr<const KeyStoreLinks> links_;
  KeyQuestion question_;
  std::optional<TextKeeper> texts_;
  std::size_t store_ = 0;
  int repeats_ = 0;
  std::uint64_t asked_at_ = 0;
  bool unavailable_ = false;
  bool decided_ = false;
  KeyVerdict verdict_;
};

KeyAdmission::KeyAdmission() = default;
KeyAdmission::KeyAdmission(KeyAdmission&&) noexcept = default;

KeyAdmission& KeyAdmission::operator=(KeyAdmission&& other) noexcept {
  // The entry is in a table of the instance, so it goes first.
  entry_ = std::move(other.entry_);
  instance_ = std::move(other.instance_);
  grant_ = std::move(other.grant_);
  return *this;
}

KeyAdmission::~KeyAdmission() = default;

std::string_view KeyAdmission::store() const {
  return instance_ == nullptr ? std::string_view() : std::string_view(instance_->name());
}

KeyChain::KeyChain() = default;
KeyChain::KeyChain(std::shared_ptr<const KeyStoreLinks> links) : links_(std::move(links)) {}
KeyChain::KeyChain(KeyChain&&) noexcept = default;
KeyChain& KeyChain::operator=(KeyChain&&) noexcept = default;
KeyChain::~KeyChain() = default;

bool KeyChain::well_formed(std::string_view key) const {
  if (links_ == nullptr) return true;
  return std::any_of(links_->stores.begin(), links_->stores.end(),
                     [&](const KeyStoreLink& store) { return fits(store.form, key); });
}

bool KeyChain::includes(const KeyAdmission& admission) const {
  return links_ == nullptr ||
         std::any_of(links_->stores.begin(), links_->stores.end(), [&](const KeyStoreLink& store) {
           return store.instance == admission.instance_;
         });
}

Question KeyChain::ask(const KeyQuestion& question, std::function<void(KeyVerdict)> done) const {
  if (links_ == nullptr) {
    done({KeyVerdict::Kind::kAllowed, KeyAdmission()});
    return {};
  }
  return ask_chain(KeyWalk(links_, question), std::move(done));
}

}  // namespace plugboard::extension
