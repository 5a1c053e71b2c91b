// Requests that two readers could understand in two ways are refused, and the connection ends with
// them: nothing can be smuggled past a proxy in front of the relay.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

struct Wrong {
  const char* name;
  std::string request;
};

class Ambiguous : public testing::TestWithParam<Wrong> {
 public:
  static void SetUpTestSuite() {
    relay_ = std::make_unique<RelayProcess>(
        Manifest{.plugins = plugin_table("blobs", "blob-store-memory"),
                 .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"});
  }
  static void TearDownTestSuite() { relay_.reset(); }

 protected:
  inline static std::unique_ptr<RelayProcess> relay_;
};

TEST_P(Ambiguous, IsRefusedAndTheConnectionClosed) {
  // What stands behind must not be taken for a request of its own.
  const std::string smuggled =
      "PUT /blob/smuggled-key HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx";
  RawSocket client(relay_->endpoint());
  client.try_send(GetParam().request + smuggled);
  EXPECT_EQ(client.response().status, 400);
  EXPECT_EQ(client.rest(), "");
  EXPECT_EQ(HttpClient(relay_->endpoint()).get("/blob/smuggled-key").status, 404);
}

std::string put(const std::string& headers, const std::string& body = "") {
  return "PUT /blob/target-key-1 HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
}
std::string get(const std::string& headers) {
  return "GET /health HTTP/1.1\r\n" + headers + "\r\n";
}
std::string chunks(const std::string& body) { return put("Transfer-Encoding: chunked\r\n", body); }

INSTANTIATE_TEST_SUITE_P(
    Lengths, Ambiguous,
    testing::Values(Wrong{"LengthAndChunked",
                          put("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
                    Wrong{"ChunkedAndLength",
                          put("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
                    Wrong{"TwoLengths", put("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
                    Wrong{"TwoEqualLengths",
                          put("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
                    Wrong{"ListOfLengths", put("Content-Length: 5, 5\r\n", "hello")},
                    Wrong{"NegativeLength", put("Content-Length: -1\r\n")},
                    Wrong{"SignedLength", put("Content-Length: +5\r\n", "hello")},
                    Wrong{"HexLength", put("Content-Length: 0x5\r\n", "hello")},
                    Wrong{"LengthWithSpace", put("Content-Length: 1 2\r\n", "hello")},
                    Wrong{"EmptyLength", put("Content-Length:\r\n")},
                    Wrong{"HugeLength", put("Content-Length: 99999999999999999999999\r\n")}),
    [](const auto& wrong) { return wrong.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Codings, Ambiguous,
    testing::Values(
        Wrong{"UnknownCoding", put("Transfer-Encoding: gzip\r\n")},
        Wrong{"ChunkedIdentity", put("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
        Wrong{"TwiceChunked", put("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
        Wrong{"TwoCodings",
              put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        Wrong{"XChunked", put("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
        Wrong{"VerticalTab", put("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")},
        Wrong{"Http10Chunked",
              "PUT /blob/target-key-1 HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              "0\r\n\r\n"},
        Wrong{"BadChunkSize", chunks("z\r\n\r\n")},
        Wrong{"NegativeChunkSize", chunks("-1\r\n\r\n")},
        Wrong{"HugeChunkSize", chunks("fffffffffffffffff\r\n\r\n")},
        Wrong{"ChunkWithoutItsEnd", chunks("2\r\nokXX0\r\n\r\n")},
        Wrong{"ChunkSizeWithBareNewline", chunks("2\nok\r\n0\r\n\r\n")}),
    [](const auto& wrong) { return wrong.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Heads, Ambiguous,
    testing::Values(Wrong{"SpaceBeforeColon", put("Content-Length : 5\r\n", "hello")},
                    Wrong{"SpaceBeforeName", get("Host: x\r\n X: y\r\n")},
                    Wrong{"Folded", get("Host: x\r\nX: one\r\n two\r\n")},
                    Wrong{"FoldedWithTab", get("Host: x\r\nX: one\r\n\ttwo\r\n")},
                    Wrong{"BareNewlines", "GET /health HTTP/1.1\nHost: x\n\n"},
                    Wrong{"BareCarriageReturn", get("Host: x\r\nX: a\rb\r\n")},
                    Wrong{"ZeroByteInValue", get(std::string("Host: x\r\nX: a\0b\r\n", 17))},
                    Wrong{"NoColon", get("Host: x\r\nnonsense\r\n")},
                    Wrong{"EmptyName", get("Host: x\r\n: value\r\n")},
                    Wrong{"BadNameCharacter", get("Host: x\r\nX(y): z\r\n")},
                    Wrong{"NoHost", get("")}, Wrong{"TwoHosts", get("Host: x\r\nHost: y\r\n")},
                    Wrong{"NotHttp", "hello there\r\n\r\n"},
                    Wrong{"NoVersion", "GET /health\r\n\r\n"},
                    Wrong{"SpacesInTarget", "GET /hea lth HTTP/1.1\r\nHost: x\r\n\r\n"},
                    Wrong{"RelativeTarget", "GET health HTTP/1.1\r\nHost: x\r\n\r\n"}),
    [](const auto& wrong) { return wrong.param.name; });

}  // namespace
}  // namespace plugboard::test
