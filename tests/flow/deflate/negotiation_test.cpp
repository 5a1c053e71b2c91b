// What is agreed on for which offer (RFC 7692 section 7.1, RFC 6455 section 9.1).
#include <optional>

#include "flow/deflate/deflate.hpp"

namespace plugboard::test {
namespace {

class DeflateNegotiation : public DeflateSuite<DeflateNegotiation> {
 protected:
  static HttpResponse answer_to(const std::string& header_lines) {
    RawSocket socket(endpoint());
    socket.send(socket.upgrade_request("/pwa/" + fresh_id(), header_lines));
    return socket.response();
  }
  /// The agreed extension; "" for none.
  static std::string agreed(const std::string& offer) {
    const HttpResponse answer = answer_to("Sec-WebSocket-Extensions: " + offer + "\r\n");
    EXPECT_EQ(answer.status, 101) << offer;
    return answer.header("sec-websocket-extensions").value_or("");
  }

  static constexpr const char* kAgreed =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
};

TEST_F(DeflateNegotiation, NothingIsAgreedOnUnasked) {
  EXPECT_FALSE(answer_to("").header("sec-websocket-extensions"));
}

TEST_F(DeflateNegotiation, NoContextIsTakenOverWhateverIsOffered) {
  for (const char* parameters : {"", "; client_no_context_takeover", "; server_no_context_takeover",
                                 "; client_no_context_takeover; server_no_context_takeover",
                                 "; client_max_window_bits", "; client_max_window_bits=15"}) {
    EXPECT_EQ(agreed(std::string("permessage-deflate") + parameters), kAgreed) << parameters;
  }
}

TEST_F(DeflateNegotiation, TheWindowThatIsAskedForIsConfirmed) {
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string parameter = "; server_max_window_bits=" + std::to_string(bits);
    EXPECT_EQ(agreed("permessage-deflate" + parameter), kAgreed + parameter);
  }
}

TEST_F(DeflateNegotiation, AClientsOwnWindowIsNeverWidened) {
  for (int bits = 8; bits <= 14; ++bits) {
    const std::string parameter = "; client_max_window_bits=" + std::to_string(bits);
    const std::string answer = agreed("permessage-deflate" + parameter);
    EXPECT_TRUE(answer == kAgreed || answer == kAgreed + parameter) << answer;
  }
}

TEST_F(DeflateNegotiation, OffersThatAreWrongAreDeclined) {
  for (const char* parameters : {"server_max_window_bits",
                                 "server_max_window_bits=7",
                                 "server_max_window_bits=16",
                                 "server_max_window_bits=0",
                                 "server_max_window_bits=010",
                                 "server_max_window_bits=08",
                                 "server_max_window_bits=1e1",
                                 "server_max_window_bits=-9",
                                 "server_max_window_bits=ten",
                                 "client_max_window_bits=7",
                                 "client_max_window_bits=16",
                                 "client_max_window_bits=09",
                                 "server_no_context_takeover=1",
                                 "server_no_context_takeover=true",
                                 "client_no_context_takeover=0",
                                 "unknown",
                                 "unknown=1",
                                 "mux=8",
                                 "server_no_context_takeover; server_no_context_takeover",
                                 "client_no_context_takeover; client_no_context_takeover",
                                 "server_max_window_bits=10; server_max_window_bits=10",
                                 "client_max_window_bits; client_max_window_bits=10"}) {
    EXPECT_EQ(agreed(std::string("permessage-deflate; ") + parameters), "") << parameters;
  }
}

TEST_F(DeflateNegotiation, ValuesMayBeQuoted) {
  EXPECT_EQ(agreed("permessage-deflate; server_max_window_bits=\"10\""),
            std::string(kAgreed) + "; server_max_window_bits=10");
}

TEST_F(DeflateNegotiation, TheFirstOfferThatIsRightCounts) {
  const std::string ten = std::string(kAgreed) + "; server_max_window_bits=10";
  EXPECT_EQ(agreed("permessage-deflate; server_max_window_bits=10, permessage-deflate"), ten);
  EXPECT_EQ(agreed("permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10"),
            ten);
  EXPECT_EQ(agreed("permessage-bzip2, x-webkit-deflate-frame, permessage-deflate; "
                   "server_max_window_bits=10"),
            ten);
}

TEST_F(DeflateNegotiation, SeveralHeaderLinesAreOneList) {
  const HttpResponse answer = answer_to(
      "Sec-WebSocket-Extensions: permessage-deflate; unknown\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  EXPECT_EQ(answer.header("sec-websocket-extensions"), kAgreed);
}

TEST_F(DeflateNegotiation, WhiteSpaceAndEmptyElementsAreNothing) {
  EXPECT_EQ(agreed(" ,permessage-deflate ;\tserver_no_context_takeover , ,"), kAgreed);
}

TEST_F(DeflateNegotiation, UnknownExtensionsAreNotAgreedOn) {
  EXPECT_EQ(agreed("permessage-bzip2"), "");
  EXPECT_EQ(agreed("deflate; a=\"b\""), "");
}

TEST_F(DeflateNegotiation, AHeaderThatCannotBeReadIsABadRequest) {
  for (const char* header :
       {"permessage-deflate;", "permessage-deflate; ;", "permessage-deflate; a=", "=1", ";",
        "permessage-deflate; a=\"b", "permessage-deflate; a=\"\"", "permessage deflate", "a=b",
        "permessage-deflate; a b", "permessage-deflate/1", "\"permessage-deflate\""}) {
    EXPECT_EQ(answer_to(std::string("Sec-WebSocket-Extensions: ") + header + "\r\n").status, 400)
        << header;
  }
}

TEST(DeflateSwitchedOff, NothingIsAgreedOn) {
  const RelayProcess relay;
  RawSocket socket(relay.endpoint());
  socket.send(socket.upgrade_request("/pwa/" + fresh_id(),
                                     "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  const HttpResponse answer = socket.response();
  EXPECT_EQ(answer.status, 101);
  EXPECT_FALSE(answer.header("sec-websocket-extensions"));
}

}  // namespace
}  // namespace plugboard::test
