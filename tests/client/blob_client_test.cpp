#include "plugboard/blob_client.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "client/client_under_test.hpp"
#include "client/scripted_relay.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

constexpr const char* kKey = "offer-0001";

Manifest blob_manifest(const std::string& config = "", const std::string& key_store = "\"open\"") {
  Manifest manifest;
  manifest.plugins = plugin_table("blobs", "blob-store-memory", config) +
                     plugin_table("keys", "key-store-file", R"(file = "keys.txt")");
  manifest.chain = "blob_store = \"blobs\"\nkey_store = " + key_store + "\n";
  return manifest;
}

class Blobs : public testing::Test {
 protected:
  Blobs() { folder_.write("keys.txt", "test-key-0001\n"); }

  BlobClient serve(const Manifest& manifest, BlobClientOptions options = {}) {
    relay_ = std::make_unique<RelayProcess>(folder_, manifest);
    options.url = "http://" + relay_->endpoint().authority();
    return BlobClient(io_.context().get_executor(), options);
  }

  template <typename Result>
  Result wait(boost::asio::awaitable<Result> work) {
    return boost::asio::co_spawn(io_.context(), std::move(work), boost::asio::use_future).get();
  }

  template <typename Result>
  unsigned refusal(boost::asio::awaitable<Result> work) {
    try {
      wait(std::move(work));
    } catch (const BlobError& error) {
      return error.status();
    }
    return 0;
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
  IoThread io_;
};

TEST_F(Blobs, AreGotAsTheyWerePut) {
  const BlobClient blobs = serve(blob_manifest());
  wait(blobs.put(kKey, "{\"sdp\":\"ü\\n\"}"));
  EXPECT_EQ(wait(blobs.get(kKey)), "{\"sdp\":\"ü\\n\"}");
}

TEST_F(Blobs, MayBeEmpty) {
  const BlobClient blobs = serve(blob_manifest());
  wait(blobs.put(kKey, ""));
  EXPECT_EQ(wait(blobs.get(kKey)), "");
}

TEST_F(Blobs, ThatWereNotPutAreNothing) {
  EXPECT_EQ(wait(serve(blob_manifest()).get(kKey)), std::nullopt);
}

TEST_F(Blobs, AreGoneOnceRemoved) {
  const BlobClient blobs = serve(blob_manifest());
  wait(blobs.put(kKey, "text"));
  EXPECT_TRUE(wait(blobs.remove(kKey)));
  EXPECT_EQ(wait(blobs.get(kKey)), std::nullopt);
}

TEST_F(Blobs, ThatAreNotThereCannotBeRemoved) {
  EXPECT_FALSE(wait(serve(blob_manifest()).remove(kKey)));
}

TEST_F(Blobs, ThatAreTooLargeAreRefused) {
  EXPECT_EQ(refusal(serve(blob_manifest("max_size = 10")).put(kKey, std::string(11, 'x'))), 413U);
}

TEST_F(Blobs, TellWhyTheyAreRefused) {
  const BlobClient blobs = serve(blob_manifest("max_size = 10"));
  try {
    wait(blobs.put(kKey, std::string(11, 'x')));
    FAIL() << "it is too large";
  } catch (const BlobError& error) {
    EXPECT_STREQ(error.what(), "Blob exceeds max size (10 bytes)");
  }
}

TEST_F(Blobs, AreRefusedByAFullStore) {
  const BlobClient blobs = serve(blob_manifest("max_entries = 1"));
  wait(blobs.put(kKey, "text"));
  EXPECT_EQ(refusal(blobs.put("offer-0002", "text")), 507U);
}

TEST_F(Blobs, CanLieBehindAnotherPrefix) {
  const BlobClient blobs =
      serve(blob_manifest("route_prefix = \"/offers\""), {.route_prefix = "/offers"});
  wait(blobs.put(kKey, "text"));
  EXPECT_EQ(wait(blobs.get(kKey)), "text");
}

TEST_F(Blobs, CanAskForAKey) {
  const BlobClient blobs = serve(blob_manifest("require_key = true", "[\"keys\"]"));
  EXPECT_EQ(refusal(blobs.get(kKey)), 401U);
}

TEST_F(Blobs, LetInWithAKey) {
  const BlobClient blobs =
      serve(blob_manifest("require_key = true", "[\"keys\"]"), {.access_key = "test-key-0001"});
  wait(blobs.put(kKey, "text"));
  EXPECT_EQ(wait(blobs.get(kKey)), "text");
}

TEST_F(Blobs, HaveKeysOfTheAlphabet) {
  const BlobClient blobs = serve(blob_manifest());
  EXPECT_THROW(wait(blobs.get("../stats")), std::invalid_argument);
}

TEST_F(Blobs, OfARelayThatIsNotThereAreASystemError) {
  std::string url;
  {
    const ScriptedRelay gone;
    url = gone.url();
  }
  const BlobClient blobs(io_.context().get_executor(), {.url = url});
  EXPECT_THROW(wait(blobs.get(kKey)), boost::system::system_error);
}

TEST_F(Blobs, OfARelayThatDoesNotAnswerAreATimeout) {
  ScriptedRelay relay;
  const BlobClient blobs(io_.context().get_executor(),
                         {.url = relay.url(), .timeout = std::chrono::milliseconds(50)});
  auto got = boost::asio::co_spawn(io_.context(), blobs.get(kKey), boost::asio::use_future);
  const Visit silent = relay.next_unread();
  EXPECT_THROW(got.get(), boost::system::system_error);
}

TEST(BlobClient, ThrowsForAWrongUrl) {
  boost::asio::io_context io;
  EXPECT_THROW(BlobClient(io.get_executor(), {.url = "relay"}), std::invalid_argument);
}

TEST(BlobClient, ThrowsForAPrefixWithoutSlash) {
  boost::asio::io_context io;
  EXPECT_THROW(BlobClient(io.get_executor(), {.url = "ws://relay", .route_prefix = "blob"}),
               std::invalid_argument);
}

TEST(BlobClient, ThrowsForAPrefixThatWouldEndTheRequestLine) {
  boost::asio::io_context io;
  EXPECT_THROW(
      BlobClient(io.get_executor(), {.url = "ws://relay", .route_prefix = "/blob\r\nX-Injected:1"}),
      std::invalid_argument);
}

TEST(BlobClient, ThrowsForAPrefixWithAQuery) {
  boost::asio::io_context io;
  EXPECT_THROW(BlobClient(io.get_executor(), {.url = "ws://relay", .route_prefix = "/blob?x="}),
               std::invalid_argument);
}

}  // namespace
}  // namespace plugboard::test
