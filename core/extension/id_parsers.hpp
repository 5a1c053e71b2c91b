// The plugins that parse ids in place of a channel's id_pattern. Immutable; any thread.
#pragma once

#include <plugboard/id_parser.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plugboard::extension {

struct IdParserLink;
struct IdParserLinks;

/// One parser, cheap to copy. Keeps its plugin's instance alive.
class IdParser {
 public:
  explicit IdParser(std::shared_ptr<const IdParserLink> link) : link_(std::move(link)) {}

  /// The id as it is to be known, or nothing if it is none for this channel (also if the parser
  /// fails, or gives "*", text that is not UTF-8 or of a size that cannot be). `id` is
  /// percent-decoded UTF-8 of at most 256 bytes. [I/O thread]
  [[nodiscard]] std::optional<std::string> parse(std::string_view channel,
                                                 std::string_view id) const;

 private:
  std::shared_ptr<const IdParserLink> link_;
};

class IdParsers {
 public:
  IdParsers();
  /// `links` may be null: none.
  explicit IdParsers(std::shared_ptr<const IdParserLinks> links);
  IdParsers(IdParsers&&) noexcept;
  IdParsers& operator=(IdParsers&&) noexcept;
  ~IdParsers();

  /// By the name of the [[plugin]] table; every name that a channel's id_parser gives is there.
  [[nodiscard]] std::optional<IdParser> find(std::string_view name) const;

 private:
  std::shared_ptr<const IdParserLinks> links_;
};

}  // namespace plugboard::extension
