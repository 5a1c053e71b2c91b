// What the path of an upgrade request names: a channel and an id on it. Immutable, built once for
// each reading of the manifest; any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest/manifest.hpp"

namespace re2 {
class RE2;
}

namespace plugboard::admission {

/// What a path names.
struct Destination {
  std::size_t channel = 0;  ///< its place in the manifest's list
  std::string id;           ///< percent-decoded, UTF-8, 1 to 256 bytes, not `*`
  bool judged = true;       ///< false: the channel has an `id_parser`, whose word is still wanted
};

class ChannelTable {
 public:
  /// Bytes of an id.
  static constexpr std::size_t kMaxIdBytes = 256;

  /// `channels`: names all different, patterns that compile, as the manifest's reader sees to.
  explicit ChannelTable(std::span<const manifest::Channel> channels);
  ~ChannelTable();
  ChannelTable(ChannelTable&&) noexcept;
  ChannelTable& operator=(ChannelTable&&) noexcept;

  /// Reads `/{channel}/{id}`, as it was sent, without the query. The id is the last segment, and
  /// all before it the channel's name, so that of the names that fit the longest is found. A
  /// channel's name may be sent percent-encoded, as browsers do with what is not ASCII. Nothing if
  /// there is no such channel, or the id is malformed or breaks the channel's rule: INVALID_URL.
  [[nodiscard]] std::optional<Destination> find(std::string_view path) const;

  /// Whether `id` is an id on this channel, for ids that come from elsewhere than a path. True for
  /// channels with an `id_parser`, whose word is still wanted.
  [[nodiscard]] bool valid_id(std::size_t channel, std::string_view id) const;

 private:
  struct Rule;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  [[nodiscard]] std::optional<std::size_t> find_channel(std::string_view name) const;

  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> places_;
  std::vector<Rule> rules_;
};

}  // namespace plugboard::admission
