#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace plugboard::http {
namespace {

using State = RequestReader::State;

constexpr std::size_t kBodyLimit = 1024;

/// What became of some bytes: each request with its body, then how it ended.
struct Outcome {
  std::vector<std::string> requests;
  unsigned failure = 0;
  std::size_t unread = 0;
  bool operator==(const Outcome&) const = default;
};

std::string describe(const RequestReader& reader) {
  const RequestHead& head = reader.head();
  std::string text(head.method);
  text += ' ';
  text += head.target;
  for (const Header& header : head.headers) {
    text += '|';
    text += header.name;
    text += '=';
    text += header.value;
  }
  text += "||";
  text += reader.body();
  return text;
}

/// Reads all requests in `pieces`, the way a connection would.
Outcome read(const std::vector<std::string_view>& pieces) {
  Outcome outcome;
  RequestReader reader;
  std::string waiting;
  for (const std::string_view piece : pieces) {
    waiting += piece;
    while (true) {
      const std::size_t consumed = reader.feed(waiting);
      waiting.erase(0, consumed);
      if (reader.state() == State::head_complete) {
        if (reader.head().is_upgrade()) {
          outcome.requests.push_back(describe(reader));
          outcome.unread = waiting.size();
          break;
        }
        reader.accept_body(kBodyLimit);
      }
      if (reader.state() == State::complete) {
        outcome.requests.push_back(describe(reader));
        reader.next();
      }
      if (reader.state() == State::failed) {
        outcome.failure = reader.failure().status;
        return outcome;
      }
      if (waiting.empty() || consumed == 0) break;
    }
  }
  return outcome;
}

TEST(RequestReader, ReadsARequestWithALengthAndOneInChunks) {
  const Outcome outcome = read(
      {"PUT /blob/aaaaaaaa?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
       "PUT /blob/bbbbbbbb HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n"
       "GET / HTTP/1.1\r\nHost: h\r\n\r\n"});
  EXPECT_EQ(outcome.failure, 0u);
  EXPECT_EQ(outcome.requests,
            (std::vector<std::string>{
                "PUT /blob/aaaaaaaa?x=1|Host=h|Content-Length=5||hello",
                "PUT /blob/bbbbbbbb|Host=h|Transfer-Encoding=chunked||hello world",
                "GET /|Host=h||"}));
}

}  // namespace
}  // namespace plugboard::http
