#include "http/head_check.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace plugboard::http {
namespace {

using namespace std::string_literals;

/// A head and the status it is refused with; 0: it is good.
struct Case {
  const char* name;
  std::string head;
  unsigned status = 400;

  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }

class HeadCheck : public testing::TestWithParam<Case> {};

TEST_P(HeadCheck, JudgesTheHead) {
  const auto checked = check_head(GetParam().head);
  const auto* failure = std::get_if<RequestFailure>(&checked);
  EXPECT_EQ(failure == nullptr ? 0 : failure->status, GetParam().status)
      << (failure == nullptr ? "" : failure->reason);
}

/// A GET with these header lines behind a Host.
std::string with(std::string_view lines) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n";
}

/// A request whose line is this, with a Host.
std::string line(std::string_view text) { return std::string(text) + "\r\nHost: h\r\n\r\n"; }

INSTANTIATE_TEST_SUITE_P(
    RequestLines, HeadCheck,
    testing::Values(
        Case{"OriginForm", line("GET /a?b HTTP/1.1"), 0},
        Case{"AbsoluteForm", line("GET http://h/a?b HTTP/1.1"), 0},
        Case{"AbsoluteFormOfWebSockets", line("GET wss://h:443/a HTTP/1.1"), 0},
        Case{"AsteriskOfOptions", line("OPTIONS * HTTP/1.1"), 0},
        Case{"Http10", line("GET / HTTP/1.0"), 0},
        Case{"AnyTokenIsAMethod", line("B-REW! / HTTP/1.1"), 0},
        Case{"AsteriskOfGet", line("GET * HTTP/1.1")},
        Case{"AuthorityForm", line("CONNECT h:443 HTTP/1.1")},
        Case{"OtherScheme", line("GET ftp://h/ HTTP/1.1")},
        Case{"UserInTheTarget", line("GET http://u@h/ HTTP/1.1")},
        Case{"RelativeTarget", line("GET a HTTP/1.1")}, Case{"Fragment", line("GET /a#b HTTP/1.1")},
        Case{"NoTarget", line("GET HTTP/1.1")}, Case{"EmptyTarget", line("GET  HTTP/1.1")},
        Case{"TwoSpacesBeforeTheTarget", line("GET  / HTTP/1.1")},
        Case{"TwoSpacesBehindTheTarget", line("GET /  HTTP/1.1")},
        Case{"SpaceInTheTarget", line("GET /a b HTTP/1.1")},
        Case{"TabsForSpaces", line("GET\t/\tHTTP/1.1")},
        Case{"SpaceBehindTheVersion", line("GET / HTTP/1.1 ")},
        Case{"SpaceBeforeTheMethod", line(" GET / HTTP/1.1")},
        Case{"ControlInTheTarget", line("GET /\x01 HTTP/1.1")},
        Case{"ZeroInTheTarget", line("GET /a\0b HTTP/1.1"s)},
        Case{"DeleteInTheTarget", line("GET /\x7F HTTP/1.1")},
        Case{"NoMethod", line(" / HTTP/1.1")}, Case{"SlashInTheMethod", line("G/T / HTTP/1.1")},
        Case{"ColonInTheMethod", line("GET: / HTTP/1.1")},
        Case{"BytesInTheMethod", line("G\xC3\x84T / HTTP/1.1")}, Case{"OnlyAWord", line("GET")},
        Case{"NoVersion", line("GET /")}, Case{"LowerCaseVersion", line("GET / http/1.1")},
        Case{"VersionWithoutMinor", line("GET / HTTP/1")},
        Case{"VersionOfThreeDigits", line("GET / HTTP/1.10")},
        Case{"VersionWithLeadingZero", line("GET / HTTP/01.1")},
        Case{"VersionOfLetters", line("GET / HTTP/a.b")},
        Case{"OtherProtocol", line("GET / HTTQ/1.1")}, Case{"Http09", line("GET / HTTP/0.9"), 505},
        Case{"Http12", line("GET / HTTP/1.2"), 0}, Case{"Http19", line("GET / HTTP/1.9"), 0},
        Case{"Http20", line("GET / HTTP/2.0"), 505}, Case{"Http30", line("GET / HTTP/3.0"), 505},
        Case{"PrefaceOfHttp2", "PRI * HTTP/2.0\r\n\r\n", 505}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Hosts, HeadCheck,
    testing::Values(Case{"Name", "GET / HTTP/1.1\r\nHost: relay.example\r\n\r\n", 0},
                    Case{"NameAndPort", "GET / HTTP/1.1\r\nhost:relay.example:8080\r\n\r\n", 0},
                    Case{"Ipv6AndPort", "GET / HTTP/1.1\r\nHOST: [2001:db8::7]:80\r\n\r\n", 0},
                    Case{"Missing", "GET / HTTP/1.1\r\n\r\n"},
                    Case{"MissingWithAnAbsoluteTarget", "GET http://h/ HTTP/1.1\r\n\r\n"},
                    Case{"MissingInHttp10", "GET / HTTP/1.0\r\n\r\n", 0},
                    Case{"Empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
                    Case{"Double", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
                    Case{"DoubleAndTheSame", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
                    Case{"DoubleInOtherLetters", "GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n"},
                    Case{"DoubleInHttp10", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"},
                    Case{"List", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"},
                    Case{"WithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
                    Case{"WithUser", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"},
                    Case{"WithSpace", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
                    Case{"WithPortThatIsNone", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"},
                    Case{"MalformedBesideAnAbsoluteTarget",
                         "GET http://h/ HTTP/1.1\r\nHost: @\r\n\r\n"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Fields, HeadCheck,
    testing::Values(
        Case{"WhiteSpaceAroundValues", with("A: \t b \t\r\n"), 0},
        Case{"EmptyValue", with("A:\r\n"), 0},
        Case{"BytesBeyondAscii", with("A: \xC3\xA4\xFF\r\n"), 0},
        Case{"TabInAValue", with("A: b\tc\r\n"), 0}, Case{"ColonInAValue", with("A: b:c\r\n"), 0},
        Case{"OddTokenForAName", with("!#$%&'*+-.^_`|~: b\r\n"), 0},
        Case{"SpaceBeforeTheColon", with("A : b\r\n")},
        Case{"TabBeforeTheColon", with("A\t: b\r\n")},
        Case{"SpaceBeforeTheColonOfALength", with("Content-Length : 5\r\n")},
        Case{"SpaceInAName", with("A b: c\r\n")}, Case{"NoColon", with("Ab\r\n")},
        Case{"EmptyName", with(": b\r\n")}, Case{"FoldedLine", with("A: b\r\n c\r\n")},
        Case{"FoldedLineByTab", with("A: b\r\n\tc\r\n")},
        Case{"FoldedLineOfSpaces", with("A: b\r\n \r\n")},
        Case{"FoldedTransferEncoding", with("Transfer-Encoding:\r\n chunked\r\n")},
        Case{"FoldBeforeTheFirstHeader", "GET / HTTP/1.1\r\n Host: h\r\n\r\n"},
        Case{"BareLineFeed", with("A: b\nB: c\r\n")},
        Case{"BareLineFeedBehindTheRequestLine", "GET / HTTP/1.1\nHost: h\r\n\r\n"},
        Case{"BareCarriageReturn", with("A: b\rB: c\r\n")},
        Case{"BareCarriageReturnBeforeALineEnd", with("A: b\r\r\n")},
        Case{"BareCarriageReturnInTheRequestLine", line("GET /\r HTTP/1.1")},
        Case{"BareCarriageReturnForALine", with("\rTransfer-Encoding: chunked\r\n")},
        Case{"ZeroInAValue", with("A: b\0c\r\n"s)}, Case{"ZeroInAName", with("A\0: c\r\n"s)},
        Case{"ControlInAValue", with("A: b\x0B\r\n")}, Case{"ControlInAName", with("\x01: c\r\n")},
        Case{"DeleteInAValue", with("A: \x7F\r\n")}, Case{"BytesInAName", with("\xC3\xA4: c\r\n")},
        Case{"QuoteInAName", with("\"A\": c\r\n")}, Case{"SlashInAName", with("A/B: c\r\n")},
        Case{"BytesBehindTheEmptyLine", with("") + "x"},
        Case{"Expectation", with("Expect: 100-continue\r\n"), 0},
        Case{"ExpectationInOtherLetters", with("expect: 100-CONTINUE\r\n"), 0},
        Case{"OtherExpectation", with("Expect: 200-maybe\r\n"), 417},
        Case{"TwoExpectations", with("Expect: 100-continue, 200-maybe\r\n"), 417},
        Case{"EmptyExpectation", with("Expect:\r\n"), 417}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Lengths, HeadCheck,
    testing::Values(Case{"OfNothing", with("Content-Length: 0\r\n"), 0},
                    Case{"OfSomething", with("Content-Length: 5\r\n"), 0},
                    Case{"WithWhiteSpace", with("Content-Length:\t 5 \t\r\n"), 0},
                    Case{"WithLeadingZeros", with("Content-Length: 005\r\n"), 0},
                    Case{"TheLargest", with("Content-Length: 18446744073709551615\r\n"), 0},
                    Case{"TooLargeByOne", with("Content-Length: 18446744073709551616\r\n")},
                    Case{"TooLargeByFar",
                         with("Content-Length: 99999999999999999999999999999\r\n")},
                    Case{"Empty", with("Content-Length:\r\n")},
                    Case{"Signed", with("Content-Length: +5\r\n")},
                    Case{"Negative", with("Content-Length: -5\r\n")},
                    Case{"Hexadecimal", with("Content-Length: 0x5\r\n")},
                    Case{"Fraction", with("Content-Length: 5.0\r\n")},
                    Case{"Exponent", with("Content-Length: 5e0\r\n")},
                    Case{"List", with("Content-Length: 5, 5\r\n")},
                    Case{"ListOfDifferent", with("Content-Length: 5, 6\r\n")},
                    Case{"ListWithEmptyElement", with("Content-Length: 5,\r\n")},
                    Case{"WithSpaceInside", with("Content-Length: 5 5\r\n")},
                    Case{"WithTextBehind", with("Content-Length: 5abc\r\n")},
                    Case{"WithParameter", with("Content-Length: 5;q=1\r\n")},
                    Case{"Quoted", with("Content-Length: \"5\"\r\n")},
                    Case{"WithFormFeed", with("Content-Length: 5\x0C\r\n")},
                    Case{"OtherDigits", with("Content-Length: \xEF\xBC\x95\r\n")},
                    Case{"Twice", with("Content-Length: 5\r\nContent-Length: 5\r\n")},
                    Case{"TwiceAndDifferent", with("Content-Length: 5\r\nContent-Length: 6\r\n")},
                    Case{"TwiceInOtherLetters", with("Content-Length: 5\r\ncontent-length: 5\r\n")},
                    Case{"TwiceNothing", with("Content-Length: 0\r\nContent-Length: 0\r\n")}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Codings, HeadCheck,
    testing::Values(
        Case{"Chunked", with("Transfer-Encoding: chunked\r\n"), 0},
        Case{"ChunkedInOtherLetters", with("transfer-encoding: Chunked\r\n"), 0},
        Case{"ChunkedAndWhiteSpace", with("Transfer-Encoding:\tchunked \r\n"), 0},
        Case{"GzipThenChunked", with("Transfer-Encoding: gzip, chunked\r\n"), 501},
        Case{"UnknownThenChunked", with("Transfer-Encoding: cow, chunked\r\n"), 501},
        Case{"ChunkedThenIdentity", with("Transfer-Encoding: chunked, identity\r\n")},
        Case{"IdentityThenChunked", with("Transfer-Encoding: identity, chunked\r\n")},
        Case{"Identity", with("Transfer-Encoding: identity\r\n")},
        Case{"Gzip", with("Transfer-Encoding: gzip\r\n")},
        Case{"ChunkedThenGzip", with("Transfer-Encoding: chunked, gzip\r\n")},
        Case{"ChunkedTwice", with("Transfer-Encoding: chunked, chunked\r\n")},
        Case{"Empty", with("Transfer-Encoding:\r\n")},
        Case{"CommaBehind", with("Transfer-Encoding: chunked,\r\n")},
        Case{"CommaBefore", with("Transfer-Encoding: ,chunked\r\n")},
        Case{"Quoted", with("Transfer-Encoding: \"chunked\"\r\n")},
        Case{"SingleQuoted", with("Transfer-Encoding: 'chunked'\r\n")},
        Case{"WithParameter", with("Transfer-Encoding: chunked;q=1\r\n")},
        Case{"GzipWithParameter", with("Transfer-Encoding: gzip;q=1, chunked\r\n")},
        Case{"LongerWord", with("Transfer-Encoding: xchunked\r\n")},
        Case{"ShorterWord", with("Transfer-Encoding: chunk\r\n")},
        Case{"VerticalTabBefore", with("Transfer-Encoding: \x0B"
                                       "chunked\r\n")},
        Case{"ZeroBehind", with("Transfer-Encoding: chunked\0\r\n"s)},
        Case{"TwoLines", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
        Case{"SecondLineIdentity",
             with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")},
        Case{"SecondLineCow", with("Transfer-Encoding: chunked\r\nTransfer-encoding: cow\r\n")},
        Case{"FirstLineGzip", with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n")},
        Case{"SpaceBeforeTheColon", with("Transfer-Encoding : chunked\r\n")},
        Case{"SpaceBeforeTheName", with("X: y\r\n Transfer-Encoding: chunked\r\n")},
        Case{"BesideALength", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
        Case{"BeforeALength", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
        Case{"BesideALengthOfNothing", with("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")},
        Case{"InHttp10", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"}),
    name_of);

RequestHead head_of(const std::string& raw) { return std::get<RequestHead>(check_head(raw)); }

TEST(CheckedHead, IsWithoutBodyUnlessOneIsAnnounced) {
  EXPECT_EQ(head_of(with("")).framing, BodyFraming::none);
  EXPECT_EQ(head_of(with("Content-Length: 0\r\n")).framing, BodyFraming::none);
}

TEST(CheckedHead, TellsTheAnnouncedLength) {
  const std::string raw = with("Content-Length: 1234567890123\r\n");
  const RequestHead head = head_of(raw);
  EXPECT_EQ(head.framing, BodyFraming::length);
  EXPECT_EQ(head.content_length, 1234567890123u);
}

TEST(CheckedHead, KnowsItsHostFromTheHeader) {
  const std::string raw = with("");
  EXPECT_EQ(head_of(raw).host, "h");
}

TEST(CheckedHead, KnowsItsHostFromAnAbsoluteTargetFirst) {
  const std::string raw = line("GET http://other:80/ HTTP/1.1");
  EXPECT_EQ(head_of(raw).host, "other:80");
}

TEST(CheckedHead, PassesWithAsManyLinesAsFitInto16KiB) {
  std::string lines;
  for (std::size_t count = 1; count < kMaxHeaderLines; ++count) lines += "a:\r\n";
  EXPECT_TRUE(std::holds_alternative<RequestHead>(check_head(with(lines))));
}

TEST(CheckedHead, IsRefusedWithMoreLinesThanThat) {
  std::string lines;
  for (std::size_t count = 0; count < kMaxHeaderLines; ++count) lines += "a:\r\n";
  EXPECT_EQ(std::get<RequestFailure>(check_head(with(lines))).status, 431u);
}

struct KeepAliveCase {
  const char* name;
  const char* version;
  const char* connection;
  bool keep_alive;

  friend std::ostream& operator<<(std::ostream& out, const KeepAliveCase& one) {
    return out << one.name;
  }
};

class KeepAlive : public testing::TestWithParam<KeepAliveCase> {};

TEST_P(KeepAlive, FollowsVersionAndConnection) {
  const KeepAliveCase& one = GetParam();
  const std::string raw =
      "GET / HTTP/" + std::string(one.version) + "\r\nHost: h\r\n" + one.connection + "\r\n";
  EXPECT_EQ(head_of(raw).keep_alive, one.keep_alive);
}

INSTANTIATE_TEST_SUITE_P(
    Connections, KeepAlive,
    testing::Values(KeepAliveCase{"Http11GoesOn", "1.1", "", true},
                    KeepAliveCase{"Http11Closes", "1.1", "Connection: close\r\n", false},
                    KeepAliveCase{"Http11ClosesInAList", "1.1", "Connection: x, Close\r\n", false},
                    KeepAliveCase{"Http11ClosesInASecondLine", "1.1",
                                  "Connection: x\r\nConnection: close\r\n", false},
                    KeepAliveCase{"CloseOutweighsKeepAlive", "1.1",
                                  "Connection: keep-alive, close\r\n", false},
                    KeepAliveCase{"Http10Ends", "1.0", "", false},
                    KeepAliveCase{"Http10GoesOnIfAsked", "1.0", "Connection: Keep-Alive\r\n", true},
                    KeepAliveCase{"Http10CloseOutweighs", "1.0",
                                  "Connection: keep-alive\r\nConnection: close\r\n", false},
                    KeepAliveCase{"OtherTokensSayNothing", "1.1", "Connection: closed\r\n", true}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(CheckedHead, ExpectsContinueWithABody) {
  const std::string raw = with("Expect: 100-continue\r\nContent-Length: 5\r\n");
  EXPECT_TRUE(head_of(raw).expects_continue);
}

TEST(CheckedHead, ExpectsNothingWithoutABody) {
  const std::string raw = with("Expect: 100-continue\r\n");
  EXPECT_FALSE(head_of(raw).expects_continue);
}

TEST(CheckedHead, ExpectsNothingInHttp10) {
  const std::string raw = "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
  EXPECT_FALSE(head_of(raw).expects_continue);
}

}  // namespace
}  // namespace plugboard::http
