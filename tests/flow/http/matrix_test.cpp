// HTTP from outside, a row for each form that a request can take (RFC 9110, RFC 9112): what it is
// answered with, whether the connection goes on behind it, and that it makes no difference how it
// is cut into segments.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

constexpr bool kGoesOn = true;
constexpr bool kEnds = false;

struct Row {
  const char* name;
  std::string request;
  int status;
  bool goes_on = kEnds;
};

std::string with_host(const std::string& line, const std::string& headers = "",
                      const std::string& body = "") {
  return line + "\r\nHost: x\r\n" + headers + "\r\n" + body;
}
Row line(const char* name, const std::string& text, int status, bool goes_on = kEnds) {
  return {name, with_host(text), status, goes_on};
}
Row field(const char* name, const std::string& text, int status, bool goes_on = kEnds) {
  return {name, with_host("GET /health HTTP/1.1", text + "\r\n"), status, goes_on};
}
Row host(const char* name, const std::string& lines, int status, bool goes_on = kEnds) {
  return {name, "GET /health HTTP/1.1\r\n" + lines + "\r\n", status, goes_on};
}
Row put(const char* name, const std::string& headers, const std::string& body, int status,
        bool goes_on = kEnds) {
  return {name, with_host("PUT /blob/matrix-key HTTP/1.1", headers, body), status, goes_on};
}
Row chunks(const char* name, const std::string& body, int status, bool goes_on = kEnds) {
  return put(name, "Transfer-Encoding: chunked\r\n", body, status, goes_on);
}

class HttpMatrix : public testing::TestWithParam<Row> {
 public:
  static void SetUpTestSuite() {
    relay_ = std::make_unique<RelayProcess>(
        Manifest{.plugins = plugin_table("blobs", "blob-store-memory"),
                 .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"});
  }
  static void TearDownTestSuite() { relay_.reset(); }

 protected:
  // What is behind a request that ends the connection must not be read as one.
  static constexpr const char* kBehind = "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n";

  static bool is_head(const Row& row) { return row.request.starts_with("HEAD "); }

  void expect_as_the_row_says(RawSocket& client) {
    const Row& row = GetParam();
    const HttpResponse response = client.response(is_head(row));
    EXPECT_EQ(response.status, row.status);
    EXPECT_TRUE(response.header("date"));
    EXPECT_EQ(response.header("access-control-allow-origin"), "*");
    EXPECT_EQ(response.header("allow").has_value(), response.status == 405);
    if (row.goes_on) {
      EXPECT_EQ(client.response().body, R"({"status":"ready"})");
    } else {
      EXPECT_TRUE(response.header("connection").value_or("").ends_with("close"));
      EXPECT_EQ(client.rest(), "");
      EXPECT_FALSE(client.was_reset());
    }
  }

  inline static std::unique_ptr<RelayProcess> relay_;
};

TEST_P(HttpMatrix, ARequestInOneSegmentIsAnsweredAsTheRowSays) {
  RawSocket client(relay_->endpoint());
  client.try_send(GetParam().request + kBehind);
  expect_as_the_row_says(client);
}

TEST_P(HttpMatrix, ARequestInTwoSegmentsIsAnsweredAsTheRowSays) {
  const std::string& request = GetParam().request;
  for (const std::size_t cut : {std::size_t{1}, request.size() / 2, request.size() - 1}) {
    RawSocket client(relay_->endpoint());
    client.try_send(request.substr(0, cut));
    client.try_send(request.substr(cut) + kBehind);
    expect_as_the_row_says(client);
  }
}

const auto kName = [](const testing::TestParamInfo<Row>& info) {
  return std::string(info.param.name);
};

INSTANTIATE_TEST_SUITE_P(
    Versions, HttpMatrix,
    testing::Values(line("OneOne", "GET /health HTTP/1.1", 200, kGoesOn),
                    line("AHigherMinorOneIsReadAsOneOne", "GET /health HTTP/1.2", 200, kGoesOn),
                    line("TheHighestMinorOneIsReadAsOneOne", "GET /health HTTP/1.9", 200, kGoesOn),
                    Row{"AHigherMinorOneNeedsAHost", "GET /health HTTP/1.2\r\n\r\n", 400},
                    Row{"AHigherMinorOneMayHaveChunks",
                        with_host("PUT /blob/matrix-key HTTP/1.2", "Transfer-Encoding: chunked\r\n",
                                  "2\r\nok\r\n0\r\n\r\n"),
                        200, kGoesOn},
                    Row{"AHigherMinorOneMayClose",
                        with_host("GET /health HTTP/1.2", "Connection: close\r\n"), 200},
                    line("OneZeroEnds", "GET /health HTTP/1.0", 200),
                    Row{"OneZeroNeedsNoHost", "GET /health HTTP/1.0\r\n\r\n", 200},
                    line("ZeroNine", "GET /health HTTP/0.9", 505),
                    line("Two", "GET /health HTTP/2.0", 505),
                    line("Three", "GET /health HTTP/3.0", 505),
                    line("Nine", "GET /health HTTP/9.9", 505),
                    Row{"ThePrefaceOfHttp2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
                    line("InSmallLetters", "GET /health http/1.1", 400),
                    line("OfTwoDigits", "GET /health HTTP/1.10", 400),
                    line("WithoutMinor", "GET /health HTTP/1", 400),
                    line("WithoutDigit", "GET /health HTTP/1.", 400),
                    line("OfLetters", "GET /health HTTP/x.y", 400),
                    line("WithAComma", "GET /health HTTP/1,1", 400),
                    line("OfAnotherProtocol", "GET /health HTTPS/1.1", 400),
                    Row{"NoneAtAll", "GET /health\r\n\r\n", 400}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Lines, HttpMatrix,
    testing::Values(
        line("TwoSpacesBeforeTheTarget", "GET  /health HTTP/1.1", 400),
        line("TwoSpacesBehindTheTarget", "GET /health  HTTP/1.1", 400),
        line("ATabForASpace", "GET\t/health HTTP/1.1", 400),
        line("ASpaceAtTheEnd", "GET /health HTTP/1.1 ", 400),
        line("ASpaceAtTheBeginning", " GET /health HTTP/1.1", 400),
        line("ATargetWithASpace", "GET /hea lth HTTP/1.1", 400),
        line("ATargetWithAControlCharacter", "GET /hea\vlth HTTP/1.1", 400),
        line("ATargetWithAZero", std::string("GET /hea\0lth HTTP/1.1", 21), 400),
        line("ATargetWithAFragment", "GET /health#top HTTP/1.1", 400),
        line("ATargetWithoutSlash", "GET health HTTP/1.1", 400),
        line("AMethodThatIsNoToken", "GE(T /health HTTP/1.1", 400),
        line("AMethodWithAColon", "GET: /health HTTP/1.1", 400),
        Row{"LinesThatEndInLineFeeds", "GET /health HTTP/1.1\nHost: x\n\n", 400},
        Row{"AnEmptyLineThatIsALineFeed", "GET /health HTTP/1.1\r\nHost: x\r\n\n", 400},
        Row{"ALineThatEndsInTwoCarriageReturns", "GET /health HTTP/1.1\r\nHost: x\r\r\n\r\n", 400},
        Row{"ACarriageReturnAloneBefore", "\rGET /health HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Row{"ALineFeedBefore", "\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Row{"AnEmptyLineBefore", "\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n", 200, kGoesOn},
        Row{"ThreeEmptyLinesBefore", "\r\n\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n", 200,
            kGoesOn},
        Row{"WhiteSpaceBehindTheRequestLine", "GET /health HTTP/1.1\r\n Host: x\r\n\r\n", 400},
        Row{"ATargetBeyondTheLimit", with_host("GET /" + std::string(65536, 'a') + " HTTP/1.1"),
            431}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Targets, HttpMatrix,
    testing::Values(
        line("WithAQuery", "GET /health?a=b HTTP/1.1", 200, kGoesOn),
        line("WithAnEmptyQuery", "GET /health? HTTP/1.1", 200, kGoesOn),
        line("AbsoluteOfHttp", "GET http://x/health HTTP/1.1", 200, kGoesOn),
        line("AbsoluteInCapitals", "GET HTTP://X/health HTTP/1.1", 200, kGoesOn),
        line("AbsoluteOfHttps", "GET https://x:443/health HTTP/1.1", 200, kGoesOn),
        line("AbsoluteOfAnotherHostThanHost", "GET http://y/health HTTP/1.1", 200, kGoesOn),
        line("AbsoluteOfAnIpv6Host", "GET http://[::1]:80/health HTTP/1.1", 200, kGoesOn),
        line("AbsoluteWithoutPath", "GET http://x HTTP/1.1", 404, kGoesOn),
        line("AbsoluteWithoutHost", "GET http:///health HTTP/1.1", 400),
        line("AbsoluteWithAUser", "GET http://u:p@x/health HTTP/1.1", 400),
        line("AbsoluteWithAPortOfLetters", "GET http://x:y/health HTTP/1.1", 400),
        line("AbsoluteOfAnotherScheme", "GET ftp://x/health HTTP/1.1", 400),
        Row{"AbsoluteAndNoHost", "GET http://x/health HTTP/1.1\r\n\r\n", 400},
        line("AuthorityOfConnect", "CONNECT x:443 HTTP/1.1", 400),
        line("AuthorityOfGet", "GET x:80 HTTP/1.1", 400),
        line("AsteriskOfOptions", "OPTIONS * HTTP/1.1", 204, kGoesOn),
        line("AsteriskOfGet", "GET * HTTP/1.1", 400),
        line("AbsoluteWithoutPathOfOptions", "OPTIONS http://x HTTP/1.1", 204, kGoesOn),
        line("WithAnEscape", "GET /%68ealth HTTP/1.1", 404, kGoesOn),
        line("WithASlashAtTheEnd", "GET /health/ HTTP/1.1", 404, kGoesOn),
        line("WithTwoSlashes", "GET //health HTTP/1.1", 404, kGoesOn),
        line("WithDotDot", "GET /x/../health HTTP/1.1", 404, kGoesOn)),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Methods, HttpMatrix,
    testing::Values(
        line("InSmallLettersIsAnother", "get /health HTTP/1.1", 405, kGoesOn),
        line("UnknownToAPathThatExists", "BREW /health HTTP/1.1", 405, kGoesOn),
        line("UnknownToAPathThatDoesNot", "BREW /pot HTTP/1.1", 404, kGoesOn),
        line("Trace", "TRACE /health HTTP/1.1", 405, kGoesOn),
        line("PatchOfABlob", "PATCH /blob/matrix-key HTTP/1.1", 405, kGoesOn),
        line("Head", "HEAD /health HTTP/1.1", 200, kGoesOn),
        line("HeadOfNothing", "HEAD /nothing HTTP/1.1", 404, kGoesOn),
        Row{"HeadWithoutHost", "HEAD /health HTTP/1.1\r\n\r\n", 400},
        line("HeadOfAnotherVersion", "HEAD /health HTTP/2.0", 505),
        Row{"HeadWithAnExpectation", with_host("HEAD /health HTTP/1.1", "Expect: miracle\r\n"),
            417},
        Row{"HeadWithTooMuch",
            with_host("HEAD /health HTTP/1.1", "X: " + std::string(65536, 'x') + "\r\n"), 431},
        Row{"HeadOfTooLargeABody",
            with_host("HEAD /health HTTP/1.1", "Content-Length: 99999999\r\n"), 413}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Fields, HttpMatrix,
    testing::Values(
        field("WithoutSpace", "X:y", 200, kGoesOn),
        field("WithMuchSpace", "X: \t y \t ", 200, kGoesOn), field("Empty", "X:", 200, kGoesOn),
        field("OfBytesBeyondAscii", "X: \xc3\xa4\xff", 200, kGoesOn),
        field("ATabWithin", "X: a\tb", 200, kGoesOn),
        field("ANameOfOddTokenCharacters", "!#$%&'*+-.^_`|~: y", 200, kGoesOn),
        field("ASpaceBeforeTheColon", "X : y", 400), field("ATabBeforeTheColon", "X\t: y", 400),
        field("NoColon", "X", 400), field("NoName", ": y", 400),
        field("ANameInBrackets", "[X]: y", 400), field("ANameInQuotes", "\"X\": y", 400),
        field("ANameBeyondAscii", "\xc3\xa4: y", 400), field("FoldedBySpace", "X: a\r\n b", 400),
        field("FoldedByTab", "X: a\r\n\tb", 400), field("ACarriageReturnWithin", "X: a\rb", 400),
        field("ALineFeedWithin", "X: a\nY: b", 400),
        field("AZeroWithin", std::string("X: a\0b", 6), 400),
        field("AControlCharacterWithin", "X: a\x01", 400), field("ADeleteWithin", "X: a\x7f", 400),
        field("ALengthByAnUnderscore", "Content_Length: 9", 200, kGoesOn)),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Hosts, HttpMatrix,
    testing::Values(host("OfANameAndPort", "Host: relay.example:80\r\n", 200, kGoesOn),
                    host("WithAnEmptyPort", "Host: relay.example:\r\n", 200, kGoesOn),
                    host("OfIpv6", "Host: [2001:db8::1]:80\r\n", 200, kGoesOn),
                    host("InCapitals", "HOST: X\r\n", 200, kGoesOn), host("Missing", "", 400),
                    host("Empty", "Host:\r\n", 400), host("Twice", "Host: x\r\nHost: x\r\n", 400),
                    host("TwiceInOtherLetters", "Host: x\r\nhost: y\r\n", 400),
                    host("TwoNames", "Host: x y\r\n", 400), host("WithAPath", "Host: x/y\r\n", 400),
                    host("WithAScheme", "Host: http://x\r\n", 400),
                    host("WithAUser", "Host: u@x\r\n", 400),
                    host("WithAPortOfLetters", "Host: x:http\r\n", 400),
                    host("WithTwoPorts", "Host: x:1:2\r\n", 400),
                    host("OfIpv6WithoutBrackets", "Host: ::1\r\n", 400),
                    host("OfIpv6WithOneBracket", "Host: [::1\r\n", 400),
                    host("WithSomethingBehindABracket", "Host: [::1]x\r\n", 400),
                    host("WithAQuery", "Host: x?y\r\n", 400),
                    host("BeyondAscii", "Host: \xc3\xa4\r\n", 400)),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Connections, HttpMatrix,
    testing::Values(
        field("Close", "Connection: close", 200),
        field("CloseInCapitals", "Connection: CLOSE", 200),
        field("CloseInAList", "Connection: x, close", 200),
        field("CloseInAListWithEmptyElements", "Connection: ,, close,", 200),
        field("CloseOnASecondLine", "Connection: x\r\nConnection: close", 200),
        field("CloseBesideKeepAlive", "Connection: keep-alive, close", 200),
        field("Closed", "Connection: closed", 200, kGoesOn),
        field("Unknown", "Connection: x", 200, kGoesOn),
        field("Empty", "Connection:", 200, kGoesOn),
        field("KeepAlive", "Connection: keep-alive", 200, kGoesOn),
        field("AnUpgradeToWhatNobodySpeaks", "Connection: Upgrade\r\nUpgrade: h2c", 200, kGoesOn),
        Row{"KeepAliveOfOneZero", with_host("GET /health HTTP/1.0", "Connection: Keep-Alive\r\n"),
            200, kGoesOn},
        Row{"KeepAliveInAListOfOneZero",
            with_host("GET /health HTTP/1.0", "Connection: x, keep-alive\r\n"), 200, kGoesOn},
        Row{"CloseBesideKeepAliveOfOneZero",
            with_host("GET /health HTTP/1.0", "Connection: keep-alive, close\r\n"), 200}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Bodies, HttpMatrix,
    testing::Values(
        put("OfALength", "Content-Length: 2\r\n", "ok", 200, kGoesOn),
        put("OfALengthWithZeros", "Content-Length: 002\r\n", "ok", 200, kGoesOn),
        put("OfNoLengthAtAll", "", "", 200, kGoesOn),
        put("OfTwoLengths", "Content-Length: 2\r\nContent-Length: 3\r\n", "ok", 400),
        put("OfTheSameLengthTwice", "Content-Length: 2\r\nContent-Length: 2\r\n", "ok", 400),
        put("OfAListOfLengths", "Content-Length: 2, 2\r\n", "ok", 400),
        put("OfASignedLength", "Content-Length: +2\r\n", "ok", 400),
        put("OfANegativeLength", "Content-Length: -2\r\n", "ok", 400),
        put("OfAHexadecimalLength", "Content-Length: 0x2\r\n", "ok", 400),
        put("OfAFraction", "Content-Length: 2.0\r\n", "ok", 400),
        put("OfAQuotedLength", "Content-Length: \"2\"\r\n", "ok", 400),
        put("OfAnEmptyLength", "Content-Length:\r\n", "", 400),
        put("OfALengthBeyond64Bits", "Content-Length: 18446744073709551616\r\n", "", 400),
        put("OfTheLargestLength", "Content-Length: 18446744073709551615\r\n", "", 413),
        put("LargerByOne", "Content-Length: 8193\r\n", "", 413),
        put("OfALengthAndChunks", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n", 400),
        put("OfChunksAndALength", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
            "0\r\n\r\n", 400),
        put("OfChunksTwice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n", 400),
        put("OfChunksInAList", "Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n", 400),
        put("OfChunksThenIdentity", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n", 400),
        put("OfIdentity", "Transfer-Encoding: identity\r\n", "", 400),
        put("OfGzipAlone", "Transfer-Encoding: gzip\r\n", "", 400),
        put("OfGzipThenChunks", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", 501),
        put("OfAlmostChunked", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", 400),
        put("OfQuotedChunked", "Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n", 400),
        put("OfChunkedWithAParameter", "Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n", 400),
        put("OfChunkedBehindAVerticalTab", "Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n", 400),
        put("OfChunkedBehindASpace", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n", 400),
        put("OfChunkedOnAFoldedLine", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n", 400),
        Row{"OfChunksInOneZero",
            with_host("PUT /blob/matrix-key HTTP/1.0", "Transfer-Encoding: chunked\r\n",
                      "0\r\n\r\n"),
            400},
        Row{"OfAGet", with_host("GET /health HTTP/1.1", "Content-Length: 2\r\n", "ok"), 200,
            kGoesOn},
        Row{"OfADelete",
            with_host("DELETE /blob/nothing-there HTTP/1.1", "Content-Length: 2\r\n", "ok"), 404,
            kGoesOn},
        Row{"OfWhatIsNotThere", with_host("PUT /nothing HTTP/1.1", "Content-Length: 2\r\n", "ok"),
            404, kGoesOn},
        put("ThatAreNotUtf8", "Content-Length: 2\r\n", "\xff\xfe", 400, kGoesOn)),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Chunks, HttpMatrix,
    testing::Values(
        chunks("One", "2\r\nok\r\n0\r\n\r\n", 200, kGoesOn),
        chunks("SizesInEitherCase", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 200,
               kGoesOn),
        chunks("SizesWithZeros", "0002\r\nok\r\n000\r\n\r\n", 200, kGoesOn),
        chunks("AnExtension", "2;a\r\nok\r\n0;b=c\r\n\r\n", 200, kGoesOn),
        chunks("AQuotedExtension", "2;a=\"b;\\\"c\"\r\nok\r\n0\r\n\r\n", 200, kGoesOn),
        chunks("SpaceAroundAnExtension", "2 ; a = b\r\nok\r\n0\r\n\r\n", 200, kGoesOn),
        chunks("Trailers", "2\r\nok\r\n0\r\nX: y\r\nZ: z\r\n\r\n", 200, kGoesOn),
        chunks("NoSize", "\r\nok\r\n0\r\n\r\n", 400), chunks("ASign", "+2\r\nok\r\n0\r\n\r\n", 400),
        chunks("ANegativeSize", "-2\r\nok\r\n0\r\n\r\n", 400),
        chunks("APrefix", "0x2\r\nok\r\n0\r\n\r\n", 400),
        chunks("ALetter", "2h\r\nok\r\n0\r\n\r\n", 400),
        chunks("ASpaceBehindTheSize", "2 \r\nok\r\n0\r\n\r\n", 400),
        chunks("ASpaceBehindTheLastSize", "2\r\nok\r\n0 \r\n\r\n", 400),
        chunks("DataTooLong", "2\r\nokay\r\n0\r\n\r\n", 400),
        chunks("DataTooShort", "4\r\nok\r\n0\r\n\r\n", 400),
        chunks("NoLineEndBehindTheData", "2\r\nok0\r\n\r\n", 400),
        chunks("ALineFeedBehindTheSize", "2\nok\r\n0\r\n\r\n", 400),
        chunks("ALineFeedBehindTheData", "2\r\nok\n0\r\n\r\n", 400),
        chunks("ALineFeedForTheEnd", "2\r\nok\r\n0\r\n\n", 400),
        chunks("ALineFeedInAnExtension", "2;a\nb\r\nok\r\n0\r\n\r\n", 400),
        chunks("AnExtensionWithoutName", "2;=b\r\nok\r\n0\r\n\r\n", 400),
        chunks("AnOpenQuote", "2;a=\"b\r\nok\r\n0\r\n\r\n", 400),
        chunks("ASizeBeyond64Bits", "10000000000000002\r\nok\r\n0\r\n\r\n", 400),
        chunks("TheLargestSize", "FFFFFFFFFFFFFFFF\r\n", 413),
        chunks("LargerByOne", "2001\r\n", 413),
        chunks("AnExtensionBeyondTheLimit", "2;" + std::string(9000, 'a') + "\r\n", 400),
        chunks("TrailersBeyondTheLimit", "0\r\nX: " + std::string(9000, 'a') + "\r\n", 431),
        chunks("ATrailerWithoutColon", "2\r\nok\r\n0\r\nX\r\n\r\n", 400),
        chunks("ATrailerWithASpaceBeforeItsColon", "2\r\nok\r\n0\r\nX : y\r\n\r\n", 400),
        chunks("AFoldedTrailer", "2\r\nok\r\n0\r\nX: y\r\n z\r\n\r\n", 400),
        chunks("ATrailerThatIsALength", "2\r\nok\r\n0\r\nContent-Length: 9\r\n\r\n", 400),
        chunks("ATrailerThatIsACoding", "2\r\nok\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", 400)),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Expectations, HttpMatrix,
    testing::Values(
        field("WithoutABodyAreIgnored", "Expect: 100-continue", 200, kGoesOn),
        field("ThatAreUnknownFail", "Expect: miracle", 417),
        field("BesideUnknownOnesFail", "Expect: 100-continue, miracle", 417),
        put("OfOneTooLargeAreRefused", "Content-Length: 8193\r\nExpect: 100-continue\r\n", "", 413),
        Row{"OfWhatIsNotThereAreRefused",
            with_host("PUT /nothing HTTP/1.1", "Content-Length: 2\r\nExpect: 100-continue\r\n"),
            404},
        Row{"OfAMethodThatIsNotAllowedAreRefused",
            with_host("PUT /health HTTP/1.1", "Content-Length: 2\r\nExpect: 100-continue\r\n"),
            405},
        Row{"OfOneZeroAreIgnored",
            with_host("PUT /blob/matrix-key HTTP/1.0",
                      "Content-Length: 2\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n",
                      "ok"),
            200, kGoesOn}),
    kName);

}  // namespace
}  // namespace plugboard::test
