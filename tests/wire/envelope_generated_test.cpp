// Generated messages, which other readers of JSON read in the same way.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "wire/envelope.hpp"
#include "wire/message_maker.hpp"
#include "wire/reference_json.hpp"
#include "wire/scanned_message.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

using test::MessageMaker;
using test::ReferenceJson;

/// What nlohmann::json makes of a message, without its known errors: it refuses numbers that fit no
/// double and lone surrogates, skips a byte order mark, and takes a zero byte for the end.
enum class Opinion { object, other, exempt };

Opinion opinion_of_nlohmann(std::string_view message, nlohmann::json& out) {
  if (message.starts_with("\xEF\xBB\xBF")) return Opinion::other;
  if (message.find('\0') != std::string_view::npos) return Opinion::other;
  try {
    out = nlohmann::json::parse(message);
    return out.is_object() ? Opinion::object : Opinion::other;
  } catch (const nlohmann::json::out_of_range&) {
    return Opinion::exempt;  // 1e999
  } catch (const nlohmann::json::parse_error& error) {
    const bool surrogate = std::string_view(error.what()).find("surrogate") != std::string::npos;
    return surrogate ? Opinion::exempt : Opinion::other;
  }
}

TEST(Envelope, AgreesWithAPlainReadingOnGeneratedMessages) {
  MessageMaker maker(1);
  int accepted = 0;
  for (int round = 0; round < 100000; ++round) {
    const std::string message = maker.next();
    const bool expected = ReferenceJson::is_object(message, kMaxNesting) && valid_utf8(message);
    ASSERT_EQ(valid(message), expected) << message;
    accepted += expected ? 1 : 0;
  }
  EXPECT_GT(accepted, 50000);
  EXPECT_LT(accepted, 95000);
}

TEST(Envelope, AgreesWithNlohmannOnGeneratedMessages) {
  MessageMaker maker(2);
  for (int round = 0; round < 20000; ++round) {
    const std::string message = maker.next();
    const Envelope envelope = scan(message);
    nlohmann::json theirs;
    const Opinion opinion = opinion_of_nlohmann(message, theirs);
    if (opinion == Opinion::exempt) continue;
    ASSERT_EQ(envelope.valid, opinion == Opinion::object) << message;
    if (!envelope.valid || envelope.duplicate) continue;
    const auto same = [&theirs](const char* name, JsonText text) {
      const auto found = theirs.find(name);
      if (found == theirs.end() || !found->is_string()) return !text.present();
      return text.present() && unescape(text) == found->get<std::string>();
    };
    ASSERT_TRUE(same("from", envelope.from)) << message;
    ASSERT_TRUE(same("to", envelope.to)) << message;
    ASSERT_TRUE(same("type", envelope.type)) << message;
    ASSERT_TRUE(same("address", envelope.address)) << message;
    ASSERT_EQ(theirs.contains("payload"), envelope.payload.data() != nullptr) << message;
  }
}

}  // namespace
}  // namespace plugboard::wire
