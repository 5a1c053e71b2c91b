#include "http/response.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <cstdint>

namespace plugboard::http {
namespace {

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const auto& header) { return same_text(header.first, name); });
}

/// Headers that speak of the connection or the message's length, which are the server's business.
bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 5> kReserved = {"Content-Length", "Connection",
                                                         "Transfer-Encoding", "Keep-Alive", "Date"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [name](std::string_view reserved) { return same_text(name, reserved); });
}

bool is_sendable(std::string_view name, std::string_view value) {
  return is_token(name) && std::all_of(value.begin(), value.end(), [](char c) {
           const auto byte = static_cast<std::uint8_t>(c);
           return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
         });
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_cors(std::string& out, const manifest::Cors& cors) {
  if (std::holds_alternative<manifest::CorsOff>(cors)) return;
  const auto* const origin = std::get_if<manifest::CorsOrigin>(&cors);
  append_header(out, "Access-Control-Allow-Origin", origin == nullptr ? "*" : origin->origin);
  append_header(out, "Access-Control-Allow-Methods", "GET, PUT, DELETE, OPTIONS");
  append_header(out, "Access-Control-Allow-Headers", "Content-Type, Authorization");
}

/// RFC 9110 section 8.6: answers that have no content and must not tell a length.
bool without_content(unsigned status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

Response json_response(unsigned status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body), false};
}

bool closes(const Response& response, const RequestFacts& request) {
  return response.close || !request.keep_alive;
}

std::string serialize(const Response& response, const RequestFacts& request,
                      const manifest::Cors& cors, std::string_view date) {
  std::string out = "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  const auto known = boost::beast::http::int_to_status(response.status);
  if (known != boost::beast::http::status::unknown) {
    const auto reason = boost::beast::http::obsolete_reason(known);
    out.append(reason.data(), reason.size());
  }
  out += "\r\n";
  append_header(out, "Date", date);
  for (const auto& [name, value] : response.headers) {
    if (!is_reserved(name) && is_sendable(name, value)) append_header(out, name, value);
  }
  if (!has_header(response, "Access-Control-Allow-Origin")) append_cors(out, cors);
  const bool contentless = without_content(response.status);
  if (!contentless) append_header(out, "Content-Length", std::to_string(response.body.size()));
  const bool close = closes(response, request);
  if (has_header(response, "Upgrade")) {
    // RFC 9110 section 7.8: Upgrade is spoken to the next hop, and Connection says so.
    append_header(out, "Connection", close ? "Upgrade, close" : "Upgrade");
  } else if (close) {
    append_header(out, "Connection", "close");
  } else if (request.minor_version == 0) {
    append_header(out, "Connection", "keep-alive");
  }
  out += "\r\n";
  if (!contentless && !request.head) out += response.body;
  return out;
}

std::string_view HttpDate::at(std::chrono::system_clock::time_point now) {
  using std::chrono::floor;
  const auto second = floor<std::chrono::seconds>(now);
  if (second == second_) return text_;
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(second - day);
  const auto two_digits = [](auto number) {
    const auto value = static_cast<unsigned>(number);
    return std::string{static_cast<char>('0' + value / 10 % 10),
                       static_cast<char>('0' + value % 10)};
  };
  text_ = kDays[std::chrono::weekday(day).c_encoding()];
  text_ += ", " + two_digits(static_cast<unsigned>(date.day())) + ' ';
  text_ += kMonths[static_cast<unsigned>(date.month()) - 1];
  text_ += ' ' + std::to_string(static_cast<int>(date.year())) + ' ';
  text_ += two_digits(time.hours().count()) + ':' + two_digits(time.minutes().count()) + ':' +
           two_digits(time.seconds().count()) + " GMT";
  second_ = second;
  return text_;
}

}  // namespace plugboard::http
