#include <algorithm>
#include <utility>

#include "plugin_check/kind_questions.hpp"

namespace plugboard::plugin_check::key_store {
namespace {

std::vector<std::string>& known_keys() {
  static std::vector<std::string> keys;
  return keys;
}

}  // namespace

void know(std::vector<std::string> keys) { known_keys() = std::move(keys); }

void lookup(Questioner& asks, const Connection& connection, std::uint32_t purpose) {
  const auto& store = asks.kinds().key_store;
  if (!store) return;
  std::string key = connection.key;
  plugboard_key_form form = {sizeof form, PLUGBOARD_KEY_ALPHABET_ID, 8, 64};
  if (store->key_form != nullptr) {
    Borrowed borrowed("key_form", asks.memory());
    auto* const filled = borrowed.output(form);
    asks.expect(
        "key_form",
        asks.instance().decide("key_form", CallKind::kControl,
                               [&] { return store->key_form(asks.instance().self(), filled); }),
        {PLUGBOARD_OK, PLUGBOARD_ERROR});
    form = *filled;
    if (form.alphabet > PLUGBOARD_KEY_ALPHABET_VISIBLE || form.min_size == 0 ||
        form.min_size > form.max_size || form.max_size > 8192) {
      reporter::finding("unfit-answer", "key_form",
                        "names an unknown alphabet, or sizes that are not within 1 to 8,192");
      return;
    }
  }
  const auto& known = known_keys();
  const bool use_known = !known.empty() && asks.rounds() % 5 != 0 && asks.rounds() % 2 == 0;
  if (use_known) key = known[asks.rounds() / 2 % known.size()];
  // What the relay would not show it, it is not shown.
  const std::uint64_t size = std::clamp<std::uint64_t>(
      asks.rounds() % 5 == 0 ? form.max_size : key.size(), form.min_size, form.max_size);
  while (key.size() < size) key += asks.word(1);
  key.resize(size);
  if (key.size() >= 8) asks.host().keep_secret(key);
  Borrowed borrowed("lookup", asks.memory());
  plugboard_key_request request = {};
  request.purpose = purpose;
  request.key = borrowed.text(key);
  request.client_address = borrowed.text(connection.peer.client_address);
  request.path = borrowed.text("/" + connection.peer.channel + "/" + connection.peer.id);
  request.peer = purpose == PLUGBOARD_KEY_FOR_HTTP ? 0 : connection.handle;
  const auto* const asked = borrowed.input(request);
  const plugboard_token token =
      asks.ask(extension::Asked::kKey, "lookup", [&](plugboard_token question) {
        return store->lookup(asks.instance().self(), asked, question);
      });
  borrowed.give_back();
  asks.await(token);
}

}  // namespace plugboard::plugin_check::key_store
