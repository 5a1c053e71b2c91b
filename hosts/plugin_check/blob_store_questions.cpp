#include <algorithm>

#include "extension/blob_store.hpp"
#include "extension/bytes.hpp"
#include "plugin_check/kind_questions.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check::blob_store {
namespace {

using extension::Asked;

plugboard_token blob(Questioner& asks, const char* function, Asked asked, const std::string& key,
                     const std::string& data) {
  const auto& store = *asks.kinds().blob_store;
  const auto call = asked == Asked::kBlobPut   ? store.put
                    : asked == Asked::kBlobGet ? store.get
                                               : store.remove;
  Borrowed borrowed(function, asks.memory());
  plugboard_blob_request request = {};
  request.flags = asks.unknown_flags();
  request.key = borrowed.text(key);
  request.data = borrowed.text(data);
  request.client_address = borrowed.text("192.0.2.9");
  const auto* const given = borrowed.input(request);
  return asks.ask(asked, function, [&](plugboard_token question) {
    return call(asks.instance().self(), given, question);
  });
}

}  // namespace

void questions(Questioner& asks) {
  if (!asks.kinds().blob_store) return;
  blob(asks, "put", Asked::kBlobPut, asks.word(12), "a blob");
  blob(asks, "get", Asked::kBlobGet, asks.word(12), "");
  blob(asks, "remove", Asked::kBlobRemove, asks.word(12), "");
}

void blobs(Questioner& asks) {
  const auto& store = asks.kinds().blob_store;
  if (!store) return;
  extension::BlobLimits limits;
  if (store->limits != nullptr) {
    Borrowed borrowed("limits", asks.memory());
    auto* const filled = borrowed.output(
        plugboard_blob_limits{0, 0, limits.max_size, borrowed.text(limits.route_prefix)});
    asks.expect(
        "limits",
        asks.instance().decide("limits", CallKind::kControl,
                               [&] { return store->limits(asks.instance().self(), filled); }),
        {PLUGBOARD_OK, PLUGBOARD_ERROR});
    limits.max_size = filled->max_size;
    limits.route_prefix = extension::readable(filled->route_prefix, 4096)
                              ? std::string(extension::view(filled->route_prefix))
                              : "";
    if (const auto problem = extension::blob_limits_problem(limits); !problem.empty()) {
      reporter::finding("unfit-answer", "limits", "states limits that cannot be used: " + problem);
      return;
    }
  }
  constexpr std::uint64_t kLarge = 65536;
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{5}, std::min(limits.max_size, kLarge)}) {
    const std::string key = asks.word(8 + asks.random() % 57);
    const std::string data = asks.word(std::min(size, limits.max_size));
    const plugboard_status put = asks.await(blob(asks, "put", Asked::kBlobPut, key, data));
    const plugboard_token got = blob(asks, "get", Asked::kBlobGet, key, "");
    const plugboard_status get = asks.await(got);
    const bool cancelled = asks.options().cancel != Cancel::kNever;
    if (put == PLUGBOARD_OK && asks.options().patient && asks.options().guarded && !cancelled &&
        (get == PLUGBOARD_NOT_FOUND ||
         (get == PLUGBOARD_OK && asks.host().questions().blob(got) != data))) {
      reporter::finding("loses-blob", "get", "does not find what put has just answered OK for");
    }
    asks.await(blob(asks, "remove", Asked::kBlobRemove, key, ""));
  }
  if (store->entries != nullptr) {
    asks.instance().notify("entries", CallKind::kIo,
                           [&] { store->entries(asks.instance().self()); });
  }
}

}  // namespace plugboard::plugin_check::blob_store
