// RFC 6455 section 8.1: text that is not UTF-8 fails the connection, as soon as that is certain.
#include "flow/websocket/wire.hpp"

namespace plugboard::test {
namespace {

class Utf8 : public WireSuite<Utf8> {};

const std::vector<std::string>& ill_formed() {
  static const std::vector<std::string> kAll{
      "\x80",              // a continuation alone
      "\xc0\xaf",          // an overlong slash
      "\xc1\x81",          //
      "\xe0\x80\xaf",      //
      "\xe0\x9f\xbf",      //
      "\xf0\x80\x80\xaf",  //
      "\xf0\x8f\xbf\xbf",  //
      "\xed\xa0\x80",      // a surrogate
      "\xed\xbf\xbf",      //
      "\xf4\x90\x80\x80",  // beyond U+10FFFF
      "\xf5\x80\x80\x80",  //
      "\xfe",
      "\xff",   //
      "\xc3(",  // a start without its continuation
      "\xe2\x82(",
      "\xf0\x9f\x98(",
  };
  return kAll;
}

TEST_F(Utf8, ThatIsIllFormedFailsTheConnection) {
  for (const std::string& bytes : ill_formed()) {
    WirePeer peer(endpoint());
    peer.send(text_frame("before " + bytes + " behind"));
    peer.expect_failed(1007);
  }
}

TEST_F(Utf8, ThatIsIllFormedAfterManyGoodBytesFailsTheConnection) {
  for (const std::size_t before : {15, 16, 31, 32, 63, 64, 65, 1000}) {
    WirePeer peer(endpoint());
    peer.send(text_frame(std::string(before, 'x') + "\xff"));
    peer.expect_failed(1007);
  }
}

TEST_F(Utf8, ThatEndsWithinACharacterFailsTheConnection) {
  for (const char* bytes : {"\xc3", "\xe2\x82", "\xf0\x9f\x98"}) {
    WirePeer peer(endpoint());
    peer.send(text_frame(std::string("cut ") + bytes));
    peer.expect_failed(1007);
  }
}

TEST_F(Utf8, MayBeCutAnywhereByFragments) {
  const std::string message = peer_.echo("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf");
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    peer_.send(fragment(Opcode::kText, message.substr(0, cut), false) +
               fragment(Opcode::kContinuation, message.substr(cut), true));
    peer_.expect_echo(message);
  }
}

TEST_F(Utf8, ThatIsIllFormedAcrossFragmentsFailsTheConnection) {
  for (const std::string& bytes : ill_formed()) {
    if (bytes.size() < 2) continue;
    WirePeer peer(endpoint());
    peer.socket().try_send(fragment(Opcode::kText, bytes.substr(0, 1), false) +
                           fragment(Opcode::kContinuation, bytes.substr(1), true));
    peer.expect_failed(1007);
  }
}

TEST_F(Utf8, ThatIsIllFormedFailsBeforeTheMessageIsComplete) {
  // The last fragment never comes.
  peer_.send(fragment(Opcode::kText, "begun \xff", false));
  peer_.expect_failed(1007);
}

TEST_F(Utf8, ThatCannotBecomeWellFormedFailsInTheFragmentThatShowsIt) {
  peer_.send(fragment(Opcode::kText, "\xf4", false));
  peer_.send(fragment(Opcode::kContinuation, "\x90", false));
  peer_.expect_failed(1007);
}

TEST_F(Utf8, OfAMessageInPiecesMustEndWithACharacter) {
  peer_.send(fragment(Opcode::kText, "\xe2\x82", false) +
             fragment(Opcode::kContinuation, "", true));
  peer_.expect_failed(1007);
}

TEST_F(Utf8, IsNotAskedOfBinaryMessages) {
  peer_.send(binary_frame("\xff\xfe\x80"));
  peer_.expect_alive();
}

TEST_F(Utf8, OfEveryWidthAndBorderIsTaken) {
  for (const char* text :
       {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    const std::string message = peer_.echo(text);
    peer_.send(text_frame(message));
    peer_.expect_echo(message);
  }
}

}  // namespace
}  // namespace plugboard::test
