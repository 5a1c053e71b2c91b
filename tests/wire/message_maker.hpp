// Makes messages for differential tests: most are well-formed and name the envelope's members in
// every way an attacker might spell them; the rest are damaged a little.
#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace plugboard::wire::test {

class MessageMaker {
 public:
  /// The address whose messages these are.
  static constexpr std::string_view kSender = "pwa:alice001";

  explicit MessageMaker(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string message = spaces() + object(0, true) + spaces();
    if (chance(3)) damage(message);
    return message;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t in) { return below(in) == 0; }

  template <std::size_t N>
  std::string pick(const std::array<std::string_view, N>& choices) {
    return std::string(choices[below(N)]);
  }

  std::string spaces() {
    if (!chance(6)) return {};
    constexpr std::array<std::string_view, 6> kSpaces = {
        " ",          "\t",
        "\r\n",       "  ",
        "\n        ", "                                                                         "};
    return pick(kSpaces);
  }

  std::string name() {
    constexpr std::array<std::string_view, 44> kNames = {"from",
                                                         "to",
                                                         "type",
                                                         "address",
                                                         "payload",
                                                         "from",
                                                         "to",
                                                         "payload",
                                                         "From",
                                                         "TO",
                                                         "tYpe",
                                                         "ADDRESS",
                                                         "Payload",
                                                         "fr\\u006fm",
                                                         "\\u0066rom",
                                                         "t\\u006F",
                                                         "t\\u0079pe",
                                                         "payl\\u006fad",
                                                         "from\\u0000",
                                                         "from\\u0000x",
                                                         "\\u0000from",
                                                         "type\\u0000",
                                                         "addre\xC5\xBFs",
                                                         "addre\\u017f\\u017F",
                                                         "addre\xC3\x9F",
                                                         "ADDRE\xE1\xBA\x9E",
                                                         "fr\xC3\xB6m",
                                                         "fro",
                                                         "fromm",
                                                         "\\ud800from",
                                                         "fr\\ud83d\\ude00m",
                                                         "t\xE2\x82\xAC",
                                                         "",
                                                         "x",
                                                         "\\\"",
                                                         "\\\\",
                                                         "id",
                                                         "\\/",
                                                         "constructor",
                                                         "__proto__",
                                                         "toString",
                                                         "fro\\u006D\\u0000",
                                                         "TY\\u0050E",
                                                         "typ\xC3\xAB"};
    return pick(kNames);
  }

  std::string text_value() {
    constexpr std::array<std::string_view, 25> kTexts = {"pwa:alice001",
                                                         "pwa:alice001",
                                                         "pwa:alice001",
                                                         "pwa:bob00002",
                                                         "pwa:\\u0061lice001",
                                                         "\\u0070wa:alice001",
                                                         "pwa:alice001\\u0000",
                                                         "pwa:alice00",
                                                         "PWA:alice001",
                                                         "watch",
                                                         "unwatch",
                                                         "error",
                                                         "ERROR",
                                                         "err\\u006fr",
                                                         "error\\u0000x",
                                                         "peer-status",
                                                         "Peer-Status",
                                                         "peer-\xC5\xBFtatus",
                                                         "peer-\xEF\xAC\x86"
                                                         "atus",
                                                         "pwa:*",
                                                         "",
                                                         "\\ud800",
                                                         "\\udc00\\ud800",
                                                         "\\ud83d\\ude00",
                                                         "pwa:alice001\\ud800"};
    return '"' + pick(kTexts) + '"';
  }

  std::string long_text() {
    std::string out = "\"";
    constexpr std::array<std::string_view, 14> kPieces = {"a",
                                                          "plain text of some length ",
                                                          "\xC3\xBC",
                                                          "\xE2\x82\xAC",
                                                          "\xF0\x9F\x98\x80",
                                                          "\\n",
                                                          "\\\"",
                                                          "\\\\",
                                                          "\\u00e9",
                                                          "/",
                                                          "\x7F",
                                                          "}",
                                                          "{[,:",
                                                          "0123456789012345678901234567890"};
    for (std::size_t count = below(12); count > 0; --count) out += pick(kPieces);
    return out + '"';
  }

  std::string number() {
    constexpr std::array<std::string_view, 18> kNumbers = {"0",
                                                           "-0",
                                                           "1",
                                                           "-1",
                                                           "10",
                                                           "123456789012345678901234567890",
                                                           "0.5",
                                                           "-12.25",
                                                           "1e5",
                                                           "1E+5",
                                                           "1e-5",
                                                           "1e999",
                                                           "-1e999",
                                                           "0e0",
                                                           "0.0E-0",
                                                           "1.5e300",
                                                           "9007199254740993",
                                                           "17"};
    return pick(kNumbers);
  }

  std::string value(std::size_t depth) {
    switch (below(depth > 4 ? 7 : 10)) {
      case 0:
        return number();
      case 1:
        return "true";
      case 2:
        return "false";
      case 3:
        return "null";
      case 4:
        return long_text();
      case 5:
      case 6:
        return text_value();
      case 7:
        return object(depth + 1, false);
      default:
        return array(depth + 1);
    }
  }

  std::string object(std::size_t depth, bool top) {
    std::string out = "{" + spaces();
    const std::size_t count = top ? 1 + below(6) : below(4);
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) out += spaces() + "," + spaces();
      out += '"' + name() + '"' + spaces() + ":" + spaces();
      out += top && !chance(4) ? text_value() : value(depth);
    }
    return out + spaces() + "}";
  }

  std::string array(std::size_t depth) {
    std::string out = "[" + spaces();
    const std::size_t count = chance(60) ? 70 : below(4);
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) out += spaces() + "," + spaces();
      out += value(count > 4 ? 9 : depth);
    }
    return out + spaces() + "]";
  }

  /// Changes a few bytes, or moves a piece.
  void damage(std::string& message) {
    using std::string_view_literals::operator""sv;
    constexpr std::string_view kBytes =
        "{}[]\":,\\u0 1e.+-tfn\x00\x1F\x7F\x80\xBF\xC0\xC3\xED\xEF\xF4\xFF/'\t\n"sv;
    for (std::size_t count = 1 + below(3); count > 0 && !message.empty(); --count) {
      const std::size_t at = below(message.size());
      const char byte = kBytes[below(kBytes.size())];
      switch (below(5)) {
        case 0:
          message[at] = byte;
          break;
        case 1:
          message.insert(at, 1, byte);
          break;
        case 2:
          message.erase(at, 1 + below(3));
          break;
        case 3:
          message.insert(at, message.substr(below(message.size()), 1 + below(9)));
          break;
        default:
          message.resize(at);
          break;
      }
    }
  }

  std::mt19937 random_;
};

}  // namespace plugboard::wire::test
