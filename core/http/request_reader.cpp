#include "http/request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstdint>
#include <utility>
#include <vector>

namespace plugboard::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

/// Bytes of one chunk line with its extensions, or of all trailers.
constexpr std::size_t kMaxFramingSection = 8 * 1024;

/// Chunk lines and trailers of a whole body may take so much, and so many times its own size: one
/// byte a chunk passes, a kilobyte of extensions for each does not.
constexpr std::size_t kFramingAllowance = 16 * 1024;
constexpr std::size_t kFramingFactor = 16;

constexpr std::string_view kTooLarge = "Request body is too large";
constexpr std::string_view kBadLineEnd = "Malformed line end";
constexpr std::string_view kBadChunk = "Malformed chunk";

/// Whether `c` may not even stand in a quoted string (RFC 9110 section 5.6.4).
constexpr bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

}  // namespace

/// Beast's parser with our own ends to it: fields are kept as views, a body grows with what comes.
/// Beast's containers would reserve what a Content-Length announces, and take trailers for headers.
class RequestReader::Parser : public beast_http::basic_parser<true> {
 public:
  Parser(std::vector<Header>& headers, std::string& body) : headers_(headers), body_(body) {
    header_limit(static_cast<std::uint32_t>(kMaxHeadBytes) + 1);
    body_limit(boost::none);
    eager(true);
  }

  void set_limit(std::size_t limit) { limit_ = limit; }

  /// Bytes of the present chunk still to come.
  [[nodiscard]] std::uint64_t chunk_left() const { return chunk_left_; }
  [[nodiscard]] bool too_large() const { return too_large_; }
  /// Whether a chunk has begun: its end is part of the next one's header.
  [[nodiscard]] bool any_chunks() const { return any_chunks_; }

 private:
  void on_request_impl(beast_http::verb, BeastView, BeastView, int, error_code&) override {}
  void on_response_impl(int, BeastView, int, error_code&) override {}

  void on_field_impl(beast_http::field, BeastView name, BeastView value, error_code&) override {
    if (!header_done_) headers_.push_back({view(name), view(value)});
  }

  void on_header_impl(error_code&) override { header_done_ = true; }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

  std::size_t on_body_impl(BeastView bytes, error_code&) override {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t size, BeastView, error_code& problem) override {
    if (size > limit_ - body_.size()) {
      too_large_ = true;
      problem = beast_http::error::body_limit;
      return;
    }
    chunk_left_ = size;
    any_chunks_ = true;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, error_code&) override {
    body_.append(bytes.data(), bytes.size());
    chunk_left_ -= bytes.size();
    return bytes.size();
  }

  void on_finish_impl(error_code&) override {}

  std::vector<Header>& headers_;
  std::string& body_;
  std::size_t limit_ = 0;
  std::uint64_t chunk_left_ = 0;
  bool header_done_ = false;
  bool too_large_ = false;
  bool any_chunks_ = false;
};

RequestReader::RequestReader() = default;
RequestReader::~RequestReader() = default;

std::size_t RequestReader::feed(std::string_view bytes) {
  std::size_t consumed = 0;
  while (consumed < bytes.size()) {
    const std::string_view rest = bytes.substr(consumed);
    if (state_ == State::reading_head) {
      consumed += feed_head(rest);
    } else if (state_ == State::reading_body) {
      consumed += feed_body(rest);
    } else {
      break;
    }
  }
  return consumed;
}

std::size_t RequestReader::skip_blank_lines(std::string_view bytes) {
  std::size_t skipped = 0;
  while (skipped < bytes.size()) {
    const bool inside = blank_bytes_ % 2 != 0;
    if (inside && bytes[skipped] != '\n') {
      fail(400, kBadLineEnd);
      break;
    }
    if (!inside && bytes[skipped] != '\r') break;
    ++skipped;
    if (++blank_bytes_ > kMaxHeadBytes) {
      fail(431, "Request headers are too large");
      break;
    }
  }
  return skipped;
}

std::size_t RequestReader::feed_head(std::string_view bytes) {
  if (!started_) {
    if (const std::size_t skipped = skip_blank_lines(bytes); skipped != 0) return skipped;
    if (state_ == State::failed) return 0;
    started_ = true;
    if (!is_token_char(bytes[0])) {
      fail(400, "Malformed request method");
      return 0;
    }
  }
  // Line by line, so that of bytes that belong to later requests none is copied.
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const auto newline = bytes.find('\n', taken);
    const bool whole = newline != std::string_view::npos;
    const std::string_view piece =
        bytes.substr(taken, whole ? newline + 1 - taken : std::string_view::npos);
    if (piece.size() > kMaxHeadBytes - raw_head_.size()) {
      fail(431, "Request headers are too large");
      break;
    }
    raw_head_ += piece;
    taken += piece.size();
    if (!whole) break;
    const std::string_view line = std::string_view(raw_head_).substr(line_start_);
    if (!line.ends_with("\r\n")) {
      fail(400, kBadLineEnd);
      break;
    }
    if (line.size() == 2) {
      finish_head();
      break;
    }
    line_start_ = raw_head_.size();
  }
  return taken;
}

void RequestReader::finish_head() {
  auto checked = check_head(raw_head_);
  if (const auto* failure = std::get_if<RequestFailure>(&checked)) {
    fail(failure->status, failure->reason);
    return;
  }
  head_ = std::move(std::get<RequestHead>(checked));
  has_head_ = true;
  // Beast knows no higher minor version than the one that it is read as.
  raw_head_[raw_head_.find('\r') - 1] = head_.minor_version == 0 ? '0' : '1';
  parser_ = std::make_unique<Parser>(head_.headers, body_);
  error_code problem;
  const std::size_t read = parser_->put({raw_head_.data(), raw_head_.size()}, problem);
  if (problem || read != raw_head_.size() || !parser_->is_header_done()) {
    fail(400, "Malformed header");
    return;
  }
  const bool chunked = head_.framing == BodyFraming::chunked;
  if (parser_->chunked() != chunked ||
      parser_->content_length().value_or(0) != (chunked ? 0 : head_.content_length)) {
    fail(400, "Ambiguous body length");
    return;
  }
  state_ = State::head_complete;
}

void RequestReader::accept_body(std::size_t limit) {
  if (state_ != State::head_complete) return;
  if (head_.framing == BodyFraming::none) {
    state_ = State::complete;
  } else if (head_.framing == BodyFraming::length && head_.content_length > limit) {
    fail(413, kTooLarge);
  } else {
    parser_->set_limit(limit);
    state_ = State::reading_body;
  }
}

std::size_t RequestReader::feed_body(std::string_view bytes) {
  const bool chunked = head_.framing == BodyFraming::chunked;
  if (chunked && parser_->chunk_left() == 0) return feed_framing(bytes);
  if (chunked && bytes.size() > parser_->chunk_left()) {
    bytes = bytes.substr(0, static_cast<std::size_t>(parser_->chunk_left()));
  }
  error_code problem;
  const std::size_t read = parser_->put({bytes.data(), bytes.size()}, problem);
  if (problem) {
    fail(400, "Malformed request body");
  } else if (parser_->is_done()) {
    state_ = State::complete;
  }
  return read;
}

/// Beast is shown whole lines only: it would search an unfinished one from its start each time.
std::size_t RequestReader::feed_framing(std::string_view bytes) {
  const auto end = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, end == std::string_view::npos ? end : end + 1);
  framing_ += piece.substr(0, kMaxFramingSection + 1);
  framing_bytes_ += piece.size();
  if (framing_.size() > kMaxFramingSection) {
    // Behind the end of the chunk before, a whole line, that of the last chunk, and more behind it.
    const auto line_end = framing_.find("\r\n", framing_.starts_with("\r\n") ? 2 : 0);
    if (line_end != std::string::npos && line_end + 2 < framing_.size()) {
      fail(431, "Trailers are too large");
    } else {
      fail(400, "Chunk header is too large");
    }
  } else if (framing_bytes_ > kFramingAllowance + kFramingFactor * body_.size()) {
    fail(400, "Too little in too many chunks");
  } else if (end != std::string_view::npos) {
    parse_framing();
  }
  return piece.size();
}

void RequestReader::parse_framing() {
  if (!framing_.ends_with("\r\n")) {
    fail(400, kBadLineEnd);
    return;
  }
  std::string_view line = framing_;
  if (parser_->any_chunks()) {
    if (!line.starts_with("\r\n")) {
      fail(400, kBadChunk);
      return;
    }
    line.remove_prefix(2);
    if (line.empty()) return;
  }
  const std::size_t digits = line.find_first_not_of("0123456789ABCDEFabcdef");
  if (digits == 0 || std::string_view("\r; \t").find(line[digits]) == std::string_view::npos) {
    fail(400, kBadChunk);
    return;
  }
  // Beast takes what it likes within the quotation marks of an extension.
  if (std::any_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(line.find("\r\n")),
                  is_control)) {
    fail(400, kBadChunk);
    return;
  }
  const bool last = line.find_first_not_of('0') == digits;
  if (last && (framing_.find("\r\n ") != std::string::npos ||
               framing_.find("\r\n\t") != std::string::npos)) {
    fail(400, "Folded trailers are not accepted");
    return;
  }
  error_code problem;
  const std::size_t read = parser_->put({framing_.data(), framing_.size()}, problem);
  // The last chunk's line waits for the end of the trailers; any other has all it needs.
  if (last && problem == beast_http::error::need_more) return;
  if (parser_->too_large()) {
    fail(413, kTooLarge);
  } else if (problem || read != framing_.size()) {
    fail(400, kBadChunk);
  } else {
    framing_.clear();
    if (parser_->is_done()) state_ = State::complete;
  }
}

void RequestReader::next() {
  if (!whole()) return;
  state_ = State::reading_head;
  started_ = has_head_ = false;
  line_start_ = blank_bytes_ = framing_bytes_ = 0;
  // An idle connection holds no buffers, so these are given back and not just emptied.
  raw_head_ = std::string();
  body_ = std::string();
  framing_ = std::string();
  head_ = RequestHead();
  parser_.reset();
}

void RequestReader::fail(unsigned status, std::string_view reason) {
  state_ = State::failed;
  failure_ = {status, reason};
}

}  // namespace plugboard::http
