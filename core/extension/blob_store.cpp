#include "extension/blob_store.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "extension/bytes.hpp"
#include "extension/inquiry.hpp"
#include "extension/links.hpp"
#include "extension/text_keeper.hpp"

namespace plugboard::extension {
namespace {

bool is_route_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// Whether one segment of a route is one that clients and proxies leave as it is.
bool is_route_segment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         std::all_of(segment.begin(), segment.end(), is_route_character);
}

BlobVerdict::Kind kind_of(plugboard_status status) {
  switch (status) {
    case PLUGBOARD_OK:
      return BlobVerdict::Kind::kOk;
    case PLUGBOARD_NOT_FOUND:
      return BlobVerdict::Kind::kNotFound;
    case PLUGBOARD_FULL:
      return BlobVerdict::Kind::kFull;
    case PLUGBOARD_TOO_LARGE:
      return BlobVerdict::Kind::kTooLarge;
    default:
      return BlobVerdict::Kind::kFailed;
  }
}

}  // namespace

std::string blob_limits_problem(const BlobLimits& limits) {
  constexpr std::array<std::string_view, 3> kTaken = {"/health", "/ready", "/stats"};
  if (limits.max_size == 0 || limits.max_size > BlobLimits::kMaxSize) {
    return "max_size is " + std::to_string(limits.max_size) + " bytes, not 1 to 16 MiB";
  }
  const std::string_view route = limits.route_prefix;
  if (route.empty() || route.size() > BlobLimits::kMaxRouteBytes || route.front() != '/') {
    return "the route prefix does not begin with \"/\", or has more than 256 bytes";
  }
  for (std::string_view rest = route; !rest.empty();) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (!is_route_segment(rest.substr(0, end))) {
      return "the route prefix is not made of segments of letters, digits and \"-._~\", other than "
             "\".\" and \"..\"";
    }
    rest.remove_prefix(end);
  }
  if (std::find(kTaken.begin(), kTaken.end(), route) != kTaken.end()) {
    return "the route prefix is one of the relay's own routes";
  }
  return {};
}

/// One request at the store.
class BlobWalk {
 public:
  using Done = BlobStore::Done;

  BlobWalk(std::shared_ptr<const BlobLink> link, Asked asked, std::string_view key,
           std::string_view data, std::string_view client_address)
      : link_(std::move(link)),
        asked_(asked),
        request_{sizeof request_, 0, to_bytes(key), to_bytes(data), to_bytes(client_address)} {}

  [[nodiscard]] bool at_end() const { return decided_; }
  [[nodiscard]] BlobVerdict verdict() { return std::move(verdict_); }
  [[nodiscard]] Stop stop() const { return {link_->instance.get(), 0, asked_, link_->timeout}; }

  plugboard_status call(const Stop&, plugboard_token token, Timing timing) const {
    const plugboard_blob_store& table = link_->table;
    switch (asked_) {
      case Asked::kBlobPut:
        return link_->instance->decide("put", timing,
                                       [&] { return table.put(link_->self, &request_, token); });
      case Asked::kBlobGet:
        return link_->instance->decide("get", timing,
                                       [&] { return table.get(link_->self, &request_, token); });
      default:
        return link_->instance->decide("remove", timing,
                                       [&] { return table.remove(link_->self, &request_, token); });
    }
  }

  void settle(Answer answer) {
    decided_ = true;
    verdict_.kind = kind_of(answer.status);
    if (auto* data = std::get_if<std::string>(&answer.result)) verdict_.data = std::move(*data);
  }

  void own() {
    texts_.emplace(TextKeeper::size_of({request_.key, request_.data, request_.client_address}));
    for (plugboard_bytes* text : {&request_.key, &request_.data, &request_.client_address}) {
      *text = texts_->keep(*text);
    }
  }

 private:
  std::shared_ptr<const BlobLink> link_;
  Asked asked_;
  plugboard_blob_request request_;
  std::optional<TextKeeper> texts_;
  bool decided_ = false;
  BlobVerdict verdict_;
};

BlobStore::BlobStore(std::shared_ptr<const BlobLink> link) : link_(std::move(link)) {}
BlobStore::BlobStore(BlobStore&&) noexcept = default;
BlobStore& BlobStore::operator=(BlobStore&&) noexcept = default;
BlobStore::~BlobStore() = default;

const BlobLimits& BlobStore::limits() const { return link_->limits; }

Question BlobStore::put(std::string_view key, std::string_view data,
                        std::string_view client_address, Done done) const {
  return ask_chain(BlobWalk(link_, Asked::kBlobPut, key, data, client_address), std::move(done));
}

Question BlobStore::get(std::string_view key, std::string_view client_address, Done done) const {
  return ask_chain(BlobWalk(link_, Asked::kBlobGet, key, {}, client_address), std::move(done));
}

Question BlobStore::remove(std::string_view key, std::string_view client_address, Done done) const {
  return ask_chain(BlobWalk(link_, Asked::kBlobRemove, key, {}, client_address), std::move(done));
}

std::uint64_t BlobStore::entries() const {
  if (link_->table.entries == nullptr) return 0;
  std::uint64_t entries = 0;
  link_->instance->notify("entries", Timing::kIo,
                          [&] { entries = link_->table.entries(link_->self); });
  return entries;
}

}  // namespace plugboard::extension
