#include "extension/answer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include "extension/bytes.hpp"
#include "wire/close.hpp"
#include "wire/utf8.hpp"

namespace plugboard::extension {
namespace {

using Read = std::variant<Answer, std::string>;

constexpr std::uint64_t kMaxCodeBytes = 256;
constexpr std::uint64_t kMaxMessageBytes = 4096;
constexpr std::uint64_t kMaxCloseReasonBytes = 123;
constexpr std::uint64_t kMaxHeaders = 256;
constexpr std::uint64_t kMaxHeaderBytes = 16 * 1024;
constexpr std::uint64_t kMaxBlobBytes = 64 * 1024 * 1024;

/// The relay's own, and those that speak about one connection only (RFC 9110 section 7.6.1).
constexpr std::array<std::string_view, 10> kIgnoredHeaders = {
    "connection",          "content-length",   "date",    "keep-alive", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "trailer", "upgrade",    "transfer-encoding"};

/// One of the characters that header names are made of (RFC 9110 section 5.6.2).
bool is_token_character(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kOthers.find(c) != std::string_view::npos;
}

bool is_field_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(a) == lower(b);
  });
}

bool is_ignored(std::string_view name) {
  return std::any_of(kIgnoredHeaders.begin(), kIgnoredHeaders.end(),
                     [&](std::string_view ignored) { return equal_ignoring_case(name, ignored); });
}

/// What is wrong with the headers, or nothing: then they are in `copied`.
std::string copy_headers(const plugboard_http_response& response, HttpHeaders& copied) {
  if (response.header_count > kMaxHeaders) return "a response has more than 256 headers";
  if (response.header_count != 0 && response.headers == nullptr) {
    return "a response's headers are without data";
  }
  for (std::uint64_t i = 0; i < response.header_count; ++i) {
    const plugboard_header& header = response.headers[i];
    if (!readable(header.name, kMaxHeaderBytes) || !readable(header.value, kMaxHeaderBytes)) {
      return "a response's header is without data or larger than 16 KiB";
    }
    const std::string_view name = view(header.name);
    const std::string_view value = view(header.value);
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) {
      return "a response's header name is no token";
    }
    if (!is_field_value(value)) return "a response's header value holds control characters";
    if (!is_ignored(name)) copied.emplace_back(name, value);
  }
  return {};
}

Read read_key(plugboard_status status, const void* result) {
  Answer answer{status};
  if (status != PLUGBOARD_OK || result == nullptr) return answer;
  auto grant = Grant::copy(*static_cast<const plugboard_grant*>(result));
  if (auto* problem = std::get_if<std::string>(&grant)) {
    return "a grant cannot be used: " + *problem;
  }
  answer.result = std::get<Answer::GrantPointer>(std::move(grant));
  return answer;
}

/// Takes over a text of a denial in place of its default. Empty stands for the default.
bool take_text(plugboard_bytes text, std::uint64_t limit, std::string& into) {
  if (!readable(text, limit) || !wire::valid_utf8(view(text))) return false;
  if (text.size != 0) into = view(text);
  return true;
}

Read read_verify(plugboard_status status, const void* result) {
  Answer answer{status};
  if (status != PLUGBOARD_DENY) return answer;
  VerifyDenied denied;
  if (result != nullptr) {
    const auto& denial = *static_cast<const plugboard_verify_denial*>(result);
    if (denial.size < sizeof(plugboard_verify_denial)) {
      return std::string("a denial's size is that of no release");
    }
    if (denial.close_code != 0) {
      if (denial.close_code > UINT16_MAX ||
          !wire::valid_close_code(static_cast<std::uint16_t>(denial.close_code))) {
        return "a denial has close code " + std::to_string(denial.close_code) +
               ", which may not be sent";
      }
      denied.close_code = static_cast<std::uint16_t>(denial.close_code);
    }
    if (!take_text(denial.code, kMaxCodeBytes, denied.code) ||
        !take_text(denial.message, kMaxMessageBytes, denied.message) ||
        !take_text(denial.close_reason, kMaxCloseReasonBytes, denied.close_reason)) {
      return std::string("a denial's texts are not UTF-8, or too long");
    }
  }
  answer.result = std::move(denied);
  return answer;
}

Read read_http(plugboard_status status, const void* result) {
  Answer answer{status};
  if (status != PLUGBOARD_OK && status != PLUGBOARD_NEXT) return answer;
  if (result == nullptr) {
    if (status == PLUGBOARD_OK) return std::string("a request was answered without a response");
    return answer;
  }
  const auto& response = *static_cast<const plugboard_http_response*>(result);
  if (response.size < sizeof(plugboard_http_response)) {
    return std::string("a response's size is that of no release");
  }
  HttpResponse copied;
  if (auto problem = copy_headers(response, copied.headers); !problem.empty()) return problem;
  if (status == PLUGBOARD_OK) {
    if (response.status < 200 || response.status > 599) {
      return "a response has status " + std::to_string(response.status);
    }
    if (!readable(response.body, HttpChain::kMaxBody)) {
      return std::string("a response's body is without data or larger than 16 MiB");
    }
    copied.status = response.status;
    copied.body = view(response.body);
  }
  answer.result = std::move(copied);
  return answer;
}

Read read_blob(plugboard_status status, const void* result) {
  Answer answer{status};
  if (status != PLUGBOARD_OK) return answer;
  if (result == nullptr) return std::string("a blob was found without data");
  const auto& blob = *static_cast<const plugboard_blob*>(result);
  if (blob.size < sizeof(plugboard_blob)) {
    return std::string("a blob's size is that of no release");
  }
  if (!readable(blob.data, kMaxBlobBytes)) {
    return std::string("a blob is without data or larger than 64 MiB");
  }
  if (!wire::valid_utf8(view(blob.data))) return std::string("a blob is not UTF-8");
  answer.result = std::string(view(blob.data));
  return answer;
}

/// Whether an answer to this question, through whatever way, may have this status.
bool fits(Asked asked, plugboard_status status) {
  switch (status) {
    case PLUGBOARD_OK:
    case PLUGBOARD_ERROR:
      return true;
    case PLUGBOARD_NEXT:
    case PLUGBOARD_DENY:
      return asked == Asked::kKey || asked == Asked::kVerify || asked == Asked::kHttp;
    case PLUGBOARD_FULL:
    case PLUGBOARD_TOO_LARGE:
      return asked == Asked::kBlobPut;
    case PLUGBOARD_NOT_FOUND:
      return asked == Asked::kBlobGet || asked == Asked::kBlobRemove;
    default:
      return false;
  }
}

}  // namespace

std::variant<Answer, std::string> read_answer(Asked asked, plugboard_status status,
                                              const void* result) {
  if (!fits(asked, status)) {
    return "status " + std::to_string(status) + " is no answer to the question";
  }
  switch (asked) {
    case Asked::kKey:
      return read_key(status, result);
    case Asked::kVerify:
      return read_verify(status, result);
    case Asked::kHttp:
      return read_http(status, result);
    case Asked::kBlobGet:
      return read_blob(status, result);
    case Asked::kBlobPut:
    case Asked::kBlobRemove:
      break;
  }
  return Answer{status};
}

bool may_return(Asked asked, plugboard_status status) {
  // A response or a blob can only come through host->complete.
  const bool carries_data = asked == Asked::kHttp || asked == Asked::kBlobGet;
  return fits(asked, status) && !(carries_data && status == PLUGBOARD_OK);
}

}  // namespace plugboard::extension
