#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "http/conversation.hpp"

namespace plugboard::http {
namespace {

using namespace std::string_literals;
using State = RequestReader::State;
using Requests = std::vector<std::string>;

constexpr std::string_view kGet = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kUpgrade =
    "GET /pwa/alice001 HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

std::string chunked(std::string_view body) {
  return "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

std::string chunked_request(std::string_view body) {
  return "PUT /b|Host=h|Transfer-Encoding=chunked||" + std::string(body);
}

std::string with_length(std::string_view body) {
  return "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

TEST(RequestReader, BeginsWithoutHavingStarted) {
  const RequestReader reader;
  EXPECT_EQ(reader.state(), State::reading_head);
  EXPECT_FALSE(reader.started());
}

TEST(RequestReader, HasStartedWithTheFirstByte) {
  RequestReader reader;
  reader.feed("G");
  EXPECT_TRUE(reader.started());
}

TEST(RequestReader, HasNotStartedWithEmptyLines) {
  RequestReader reader;
  EXPECT_EQ(reader.feed("\r\n\r"), 3u);
  EXPECT_FALSE(reader.started());
}

TEST(RequestReader, PassesOverEmptyLinesBeforeARequest) {
  EXPECT_EQ(converse("\r\n\r\n" + std::string(kGet)).requests, Requests{"GET /a?b|Host=h||"});
}

TEST(RequestReader, ShowsTheHeadBeforeItsBodyIsAccepted) {
  RequestReader reader;
  const std::string bytes = with_length("hello");
  EXPECT_EQ(reader.feed(bytes), bytes.size() - 5);
  EXPECT_EQ(reader.state(), State::head_complete);
  EXPECT_EQ(reader.head().method, "PUT");
  EXPECT_EQ(reader.head().path(), "/b");
  EXPECT_EQ(reader.head().content_length, 5u);
}

TEST(RequestReader, TakesTheTargetApart) {
  RequestReader reader;
  reader.feed("GET http://h:80/a/b%20c?d=e HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(reader.head().target, "http://h:80/a/b%20c?d=e");
  EXPECT_EQ(reader.head().path(), "/a/b%20c");
  EXPECT_EQ(reader.head().query(), "d=e");
  EXPECT_EQ(reader.head().host, "h:80");
}

TEST(RequestReader, KeepsHeadersInTheirOrder) {
  EXPECT_EQ(converse("GET / HTTP/1.1\r\nHost: h\r\nB: 1\r\nA:\t2 \r\nb: 3\r\n\r\n").requests,
            Requests{"GET /|Host=h|B=1|A=2|b=3||"});
}

TEST(RequestReader, FindsHeadersInAnyLetterCase) {
  RequestReader reader;
  reader.feed("GET / HTTP/1.1\r\nHost: h\r\nX-Y: 1\r\nx-y: 2\r\n\r\n");
  EXPECT_EQ(reader.head().header("X-y"), "1");
  EXPECT_EQ(reader.head().all("x-Y"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(reader.head().joined("X-Y"), "1, 2");
  EXPECT_EQ(reader.head().header("X-Z"), std::nullopt);
}

TEST(RequestReader, CompletesARequestWithoutBodyWhenAccepted) {
  RequestReader reader;
  reader.feed(kGet);
  reader.accept_body(0);
  EXPECT_EQ(reader.state(), State::complete);
  EXPECT_EQ(reader.body(), "");
}

TEST(RequestReader, ReadsABodyOfAKnownLength) {
  EXPECT_EQ(converse(with_length("hello")).requests,
            Requests{"PUT /b|Host=h|Content-Length=5||hello"});
}

TEST(RequestReader, ReadsABodyInChunks) {
  EXPECT_EQ(converse(chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")).requests,
            Requests{chunked_request("hello world")});
}

TEST(RequestReader, ReadsAnEmptyBodyInChunks) {
  EXPECT_EQ(converse(chunked("0\r\n\r\n")).requests, Requests{chunked_request("")});
}

TEST(RequestReader, ReadsRequestsOneBehindTheOther) {
  const Conversation said =
      converse(with_length("one") + chunked("3\r\ntwo\r\n0\r\n\r\n") + std::string(kGet));
  EXPECT_EQ(said.requests, (Requests{"PUT /b|Host=h|Content-Length=3||one", chunked_request("two"),
                                     "GET /a?b|Host=h||"}));
}

TEST(RequestReader, ConsumesNothingOfTheNextRequestBeforeNext) {
  RequestReader reader;
  const std::string bytes = std::string(kGet) + std::string(kGet);
  EXPECT_EQ(reader.feed(bytes), kGet.size());
  EXPECT_EQ(reader.feed(kGet), 0u);
  reader.accept_body(0);
  EXPECT_EQ(reader.feed(kGet), 0u);
  reader.next();
  EXPECT_EQ(reader.feed(kGet), kGet.size());
}

TEST(RequestReader, HasNotStartedAgainAfterNext) {
  RequestReader reader;
  reader.feed(kGet);
  reader.accept_body(0);
  reader.next();
  EXPECT_EQ(reader.state(), State::reading_head);
  EXPECT_FALSE(reader.started());
  EXPECT_FALSE(reader.has_head());
}

TEST(RequestReader, LeavesBytesBehindAnUpgradeAlone) {
  const std::string frames = "\x81\x82mask\r\n\r\n";
  EXPECT_EQ(converse(std::string(kUpgrade) + frames).upgraded, frames);
}

TEST(RequestReader, IsWholeWithItsHeadIfItHasNoBody) {
  RequestReader reader;
  reader.feed(kGet);
  EXPECT_TRUE(reader.whole());
  reader.next();
  EXPECT_EQ(reader.state(), State::reading_head);
}

TEST(RequestReader, IsNotWholeBeforeItsBody) {
  RequestReader reader;
  reader.feed(with_length("hello"));
  EXPECT_FALSE(reader.whole());
  reader.next();
  EXPECT_EQ(reader.state(), State::head_complete);
  reader.accept_body(5);
  EXPECT_FALSE(reader.whole());
  reader.feed("hello");
  EXPECT_TRUE(reader.whole());
}

TEST(RequestReader, ForgetsTheBodyOfTheRequestBefore) {
  RequestReader reader;
  reader.feed(with_length("hello"));
  reader.accept_body(5);
  reader.feed("hello");
  reader.next();
  EXPECT_EQ(reader.body(), "");
}

// Every cut of a conversation reads the same.

std::string long_conversation() {
  return "\r\n" + with_length("hello") +
         chunked(
             "3;name=\"va\\\"lue\"\r\none\r\n0A\r\n0123456789\r\n0;last\r\nX-T: r\r\nY: "
             "z\r\n\r\n") +
         chunked("0\r\n\r\n") + std::string(kGet) + std::string(kUpgrade) + "\x81\x80\r\n\r\n";
}

TEST(RequestReader, ReadsTheSameByteByByte) {
  const std::string bytes = long_conversation();
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    pieces.push_back(std::string_view(bytes).substr(at, 1));
  }
  const Conversation whole = converse(bytes);
  ASSERT_EQ(whole.requests.size(), 5u);
  EXPECT_EQ(converse(pieces), whole);
}

TEST(RequestReader, ReadsTheSameCutAtAnyPlace) {
  const std::string bytes = long_conversation();
  const std::string_view view = bytes;
  const Conversation whole = converse(bytes);
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    ASSERT_EQ(converse({view.substr(0, at), view.substr(at)}), whole) << "cut at " << at;
  }
}

TEST(RequestReader, ReadsTheSameCutAtAnyTwoPlaces) {
  const std::string bytes = "\r\nPUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none" +
                            chunked("3;a=\"b\"\r\ntwo\r\n0\r\nX: y\r\n\r\n") +
                            "GET / HTTP/1.0\r\n\r\n";
  const std::string_view view = bytes;
  const Conversation whole = converse(bytes);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      ASSERT_EQ(converse({view.substr(0, first), view.substr(first, second - first),
                          view.substr(second)}),
                whole)
          << "cut at " << first << " and " << second;
    }
  }
}

TEST(RequestReader, WaitsAtEveryCut) {
  const std::string bytes = chunked("3;a\r\none\r\n0\r\nX-T: r\r\n\r\n");
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    const Conversation said = converse(bytes.substr(0, at));
    ASSERT_TRUE(said.waiting && said.requests.empty()) << "cut at " << at;
  }
}

// Limits.

TEST(RequestReader, TakesAHeadOfExactly64KiB) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  bytes.append(kMaxHeadBytes - bytes.size() - 4, 'x');
  bytes += "\r\n\r\n";
  EXPECT_EQ(converse(bytes).requests.size(), 1u);
}

TEST(RequestReader, RefusesALargerHead) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  bytes.append(kMaxHeadBytes - bytes.size() - 3, 'x');
  bytes += "\r\n\r\n";
  EXPECT_EQ(converse(bytes).failure, 431u);
}

TEST(RequestReader, RefusesALargerHeadBeforeItsEnd) {
  EXPECT_EQ(converse("GET /" + std::string(kMaxHeadBytes, 'a')).failure, 431u);
}

TEST(RequestReader, RefusesALargerHeadThatComesByteByByte) {
  RequestReader reader;
  reader.feed("GET /");
  for (std::size_t at = 0; at < kMaxHeadBytes; ++at) reader.feed("a");
  EXPECT_EQ(reader.state(), State::failed);
  EXPECT_EQ(reader.failure().status, 431u);
}

TEST(RequestReader, RefusesEmptyLinesWithoutEnd) {
  std::string bytes;
  while (bytes.size() <= kMaxHeadBytes) bytes += "\r\n";
  EXPECT_EQ(converse(bytes).failure, 431u);
}

TEST(RequestReader, TakesABodyOfExactlyTheLimit) {
  EXPECT_EQ(converse(with_length("12345"), 5).requests.size(), 1u);
}

TEST(RequestReader, RefusesAnAnnouncedBodyBeyondTheLimitAtTheHead) {
  RequestReader reader;
  reader.feed("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n");
  reader.accept_body(5);
  EXPECT_EQ(reader.state(), State::failed);
  EXPECT_EQ(reader.failure().status, 413u);
}

TEST(RequestReader, KeepsTheHeadOfARequestRefusedForItsBody) {
  RequestReader reader;
  reader.feed("PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n");
  reader.accept_body(5);
  ASSERT_TRUE(reader.has_head());
  EXPECT_EQ(reader.head().path(), "/b");
}

TEST(RequestReader, TakesChunksOfExactlyTheLimit) {
  EXPECT_EQ(converse(chunked("3\r\n123\r\n2\r\n45\r\n0\r\n\r\n"), 5).requests.size(), 1u);
}

TEST(RequestReader, RefusesAChunkBeyondTheLimitAtItsHeader) {
  EXPECT_EQ(converse(chunked("3\r\n123\r\n3\r\n"), 5).failure, 413u);
}

TEST(RequestReader, AllocatesNothingForWhatIsMerelyAnnounced) {
  RequestReader reader;
  reader.feed("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000000\r\n\r\n");
  reader.accept_body(2'000'000'000'000);
  reader.feed("x");
  EXPECT_EQ(reader.state(), State::reading_body);
  EXPECT_EQ(reader.body(), "x");
}

TEST(RequestReader, TakesChunksOfOneByte) {
  std::string body;
  for (int count = 0; count < 8192; ++count) body += "1\r\nx\r\n";
  EXPECT_EQ(converse(chunked(body + "0\r\n\r\n"), 8192).requests,
            Requests{chunked_request(std::string(8192, 'x'))});
}

TEST(RequestReader, RefusesAChunkHeaderWithoutEnd) {
  EXPECT_EQ(converse(chunked("5;" + std::string(9000, 'a'))).failure, 400u);
}

TEST(RequestReader, RefusesAChunkHeaderThatIsTooLargeAlikeHoweverItComes) {
  const std::string bytes = chunked("2;" + std::string(9000, 'a') + "\r\n");
  for (const std::size_t cut : {bytes.size() - 4600, bytes.size() - 2, bytes.size() - 1}) {
    const std::string_view all = bytes;
    EXPECT_EQ(converse({all.substr(0, cut), all.substr(cut)}).failure, 400u) << cut;
  }
}

TEST(RequestReader, RefusesAChunkSizeWithZerosWithoutEnd) {
  EXPECT_EQ(converse(chunked(std::string(9000, '0'))).failure, 400u);
}

TEST(RequestReader, RefusesLargeExtensionsOfManyChunks) {
  std::string body;
  for (int count = 0; count < 100; ++count) body += "1;" + std::string(4000, 'a') + "\r\nx\r\n";
  EXPECT_EQ(converse(chunked(body)).failure, 400u);
}

TEST(RequestReader, RefusesTrailersWithoutEnd) {
  EXPECT_EQ(converse(chunked("0\r\nX: " + std::string(9000, 'a'))).failure, 431u);
}

TEST(RequestReader, RefusesManyTrailers) {
  std::string body = "1\r\nx\r\n0\r\n";
  for (int count = 0; count < 1000; ++count) body += "X-T: 12345\r\n";
  EXPECT_EQ(converse(chunked(body)).failure, 431u);
}

TEST(RequestReader, DropsTrailers) {
  const Conversation said =
      converse(chunked("0\r\nAuthorization: Bearer stolen\r\nHost: other\r\n\r\n"));
  EXPECT_EQ(said.requests, Requests{chunked_request("")});
}

TEST(RequestReader, ForgetsTheFramingOfTheRequestBefore) {
  std::string bytes;
  for (int count = 0; count < 20; ++count) {
    bytes += chunked("1;" + std::string(2000, 'a') + "\r\nx\r\n0\r\n\r\n");
  }
  EXPECT_EQ(converse(bytes).requests.size(), 20u);
}

// What is no request.

struct Broken {
  const char* name;
  std::string bytes;
  unsigned status = 400;

  friend std::ostream& operator<<(std::ostream& out, const Broken& one) { return out << one.name; }
};

class BrokenRequest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenRequest, IsRefused) {
  EXPECT_EQ(converse(GetParam().bytes).failure, GetParam().status);
}

TEST_P(BrokenRequest, IsRefusedByteByByte) {
  const std::string_view bytes = GetParam().bytes;
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < bytes.size(); ++at) pieces.push_back(bytes.substr(at, 1));
  EXPECT_EQ(converse(pieces), converse(bytes));
}

TEST_P(BrokenRequest, LetsNothingBehindItThrough) {
  EXPECT_TRUE(converse(GetParam().bytes + std::string(kGet)).requests.empty());
}

std::string with(std::string_view lines) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Heads, BrokenRequest,
    testing::Values(Broken{"TlsHello", "\x16\x03\x01\x02\x00\x01\x00\x01"s},
                    Broken{"LineFeedFirst", "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"},
                    Broken{"CarriageReturnFirst", "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n"},
                    Broken{"SpaceFirst", " GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
                    Broken{"LineFeedsOnly", "GET / HTTP/1.1\nHost: h\n\n"},
                    Broken{"NoMethodAtAll", "/ HTTP/1.1\r\nHost: h\r\n\r\n"},
                    Broken{"LineFeedForTheEmptyLine", "GET / HTTP/1.1\r\nHost: h\r\n\n"},
                    Broken{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
                    Broken{"Folding", with("A: b\r\n c\r\n")},
                    Broken{"FoldedLength", with("Content-Length:\r\n 5\r\n")},
                    Broken{"ListOfLengths", with("Content-Length: 5, 5\r\n")},
                    Broken{"ChunkedAndIdentity", with("Transfer-Encoding: chunked, identity\r\n")},
                    Broken{"BothLengths",
                           with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")},
                    Broken{"ConnectionThatIsNoList", with("Connection: @\r\n")},
                    Broken{"ManyHosts", with("Host: h\r\n")}),
    [](const auto& one) { return std::string(one.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Chunks, BrokenRequest,
    testing::Values(
        Broken{"NoSize", chunked("\r\n")}, Broken{"NoSizeButAnExtension", chunked(";a\r\n")},
        Broken{"ZeroInAQuotedExtension", chunked("5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"s)},
        Broken{"EscapedControlInAQuotedExtension", chunked("5;a=\"\\\x7F\"\r\nhello\r\n0\r\n\r\n")},
        Broken{"ZeroInTheLastChunksExtension", chunked("0;a=\"\0\"\r\n\r\n"s)},
        Broken{"SignedSize", chunked("+5\r\nhello\r\n")},
        Broken{"NegativeSize", chunked("-5\r\nhello\r\n")},
        Broken{"PrefixedSize", chunked("0x5\r\nhello\r\n")},
        Broken{"SizeOfLetters", chunked("g\r\nhello\r\n")},
        Broken{"SpaceBeforeTheSize", chunked(" 5\r\nhello\r\n")},
        Broken{"SpaceBehindTheSize", chunked("5 \r\nhello\r\n")},
        Broken{"TabBehindTheSize", chunked("5\t\r\nhello\r\n")},
        Broken{"SizeInTwoParts", chunked("5 5\r\nhello\r\n")},
        Broken{"UnderscoreInTheSize", chunked("1_0\r\nhello\r\n")},
        Broken{"SizeBeyond64Bits", chunked("10000000000000000\r\nx\r\n")},
        Broken{"SizeFarBeyond64Bits", chunked("fffffffffffffffffffffffff\r\nx\r\n")},
        Broken{"LargestSize", chunked("ffffffffffffffff\r\nx\r\n"), 413},
        Broken{"LineFeedBehindTheSize", chunked("5\nhello\r\n")},
        Broken{"CarriageReturnBehindTheSize", chunked("5\rhello\r\n")},
        Broken{"CarriageReturnTwice", chunked("5\r\r\nhello\r\n")},
        Broken{"LineFeedBehindTheData", chunked("5\r\nhello\n0\r\n\r\n")},
        Broken{"NothingBehindTheData", chunked("5\r\nhello0\r\n\r\n")},
        Broken{"DataTooLong", chunked("5\r\nhello!\r\n0\r\n\r\n")},
        Broken{"DataTooShort", chunked("5\r\nhell\r\n0\r\n\r\n")},
        Broken{"EmptyExtension", chunked("5;\r\nhello\r\n")},
        Broken{"ExtensionWithoutName", chunked("5;=b\r\nhello\r\n")},
        Broken{"ExtensionWithoutValue", chunked("5;a=\r\nhello\r\n")},
        Broken{"ExtensionWithOpenQuote", chunked("5;a=\"b\r\nhello\r\n")},
        Broken{"LineFeedInAnExtension", chunked("5;a\nb\r\nhello\r\n")},
        Broken{"CarriageReturnInAnExtension", chunked("5;a\rb\r\nhello\r\n")},
        Broken{"ZeroInAnExtension", chunked("5;a\0b\r\nhello\r\n"s)},
        Broken{"LineFeedInAQuotedExtension", chunked("5;a=\"b\nc\"\r\nhello\r\n")},
        Broken{"LineFeedInTheLastExtension", chunked("0;a=\"\n\"\r\n\r\n")},
        Broken{"LineFeedBehindTheLastSize", chunked("0\n\r\n")},
        Broken{"LineFeedForTheEnd", chunked("0\r\n\n")},
        Broken{"TrailerWithoutColon", chunked("0\r\nabc\r\n\r\n")},
        Broken{"TrailerWithSpaceBeforeTheColon", chunked("0\r\nA : b\r\n\r\n")},
        Broken{"TrailerWithLineFeed", chunked("0\r\nA: b\nB: c\r\n\r\n")},
        Broken{"FoldedTrailer", chunked("0\r\nA: b\r\n c\r\n\r\n")},
        Broken{"TrailerFoldedWithATab", chunked("0\r\nA: b\r\n\tc\r\n\r\n")},
        Broken{"TrailerWithCarriageReturn", chunked("0\r\nA: b\rc\r\n\r\n")},
        Broken{"TrailerWithZero", chunked("0\r\nA: b\0c\r\n\r\n"s)},
        Broken{"TrailerWithALength", chunked("0\r\nContent-Length: 5\r\n\r\n")},
        Broken{"TrailerWithACoding", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")},
        Broken{"ARequestForTrailers", chunked("0\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(RequestReader, ReadsAHigherMinorVersionAsTheOneItKnows) {
  EXPECT_EQ(converse("GET /a HTTP/1.7\r\nHost: h\r\n\r\n").requests, Requests{"GET /a|Host=h||"});
}

TEST(RequestReader, KnowsAHeadRequestThatCannotBeRead) {
  RequestReader reader;
  reader.feed("HEAD / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(reader.state(), State::failed);
  EXPECT_TRUE(reader.is_head_request());
}

TEST(RequestReader, TakesNoOtherMethodForHead) {
  RequestReader reader;
  reader.feed("HEADER / HTTP/1.1\r\n\r\n");
  EXPECT_FALSE(reader.is_head_request());
}

TEST(RequestReader, StaysFailed) {
  RequestReader reader;
  reader.feed("\n");
  ASSERT_EQ(reader.state(), State::failed);
  EXPECT_EQ(reader.feed(kGet), 0u);
  reader.next();
  reader.accept_body(5);
  EXPECT_EQ(reader.state(), State::failed);
}

// What is an upgrade.

bool is_upgrade(std::string_view lines) {
  RequestReader reader;
  reader.feed(with(lines));
  return reader.head().is_upgrade();
}

TEST(RequestReader, SeesAnUpgradeInItsList) {
  EXPECT_TRUE(is_upgrade("Upgrade: h2c, WebSocket\r\nConnection: Upgrade\r\n"));
}

TEST(RequestReader, SeesAnUpgradeInAHandshakeThatLacksIt) {
  EXPECT_TRUE(is_upgrade("Sec-WebSocket-Key: x\r\n"));
  EXPECT_TRUE(is_upgrade("Sec-WebSocket-Version: 13\r\n"));
}

TEST(RequestReader, SeesNoUpgradeInAnother) {
  EXPECT_FALSE(is_upgrade("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"));
  EXPECT_FALSE(is_upgrade("Connection: Upgrade\r\n"));
}

}  // namespace
}  // namespace plugboard::http
