// Blobs over HTTP.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class Blobs : public SharedRelay<Blobs> {
 public:
  static Manifest manifest() {
    return {.plugins = plugin_table("blobs", "blob-store-memory"),
            .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"};
  }

 protected:
  HttpClient http_{endpoint()};
};

TEST_F(Blobs, ArePutGotAndDeleted) {
  const HttpResponse put = http_.put("/blob/first-key-1", "some text");
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(json(put), nlohmann::json({{"ok", true}}));
  const HttpResponse got = http_.get("/blob/first-key-1");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(json(got), nlohmann::json({{"data", "some text"}}));
  const HttpResponse deleted = http_.request("DELETE", "/blob/first-key-1");
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(json(deleted), nlohmann::json({{"ok", true}}));
  EXPECT_EQ(http_.get("/blob/first-key-1").status, 404);
}

TEST_F(Blobs, ThatAreNotThereAreNotFound) {
  const HttpResponse got = http_.get("/blob/missing-key");
  EXPECT_EQ(got.status, 404);
  EXPECT_EQ(json(got), nlohmann::json({{"error", "Not found"}}));
  const HttpResponse deleted = http_.request("DELETE", "/blob/missing-key");
  EXPECT_EQ(deleted.status, 404);
  EXPECT_EQ(json(deleted), nlohmann::json({{"ok", false}}));
}

TEST_F(Blobs, AreOverwritten) {
  http_.put("/blob/over-key-1", "old");
  http_.put("/blob/over-key-1", "new");
  EXPECT_EQ(json(http_.get("/blob/over-key-1")).at("data"), "new");
}

TEST_F(Blobs, ComeBackAsTheyWerePut) {
  for (const std::string& text :
       {std::string(), std::string("\"quotes\" and \\backslashes\\"), std::string("{\"json\":[1]}"),
        std::string("line\r\nbreaks\t\x01\x1f\x7f"), std::string("caf\xc3\xa9 \xf0\x9f\x98\x80"),
        std::string("a\0b", 3), std::string("\xef\xbb\xbf with a mark"), std::string(8192, 'x')}) {
    ASSERT_EQ(http_.put("/blob/exact-key-1", text).status, 200);
    EXPECT_EQ(json(http_.get("/blob/exact-key-1")).at("data"), text);
  }
}

TEST_F(Blobs, MustBeUtf8) {
  EXPECT_EQ(http_.put("/blob/bytes-key-1", "\xff\xfe").status, 400);
  EXPECT_EQ(http_.get("/blob/bytes-key-1").status, 404);
}

TEST_F(Blobs, AreMeasuredInBytes) {
  std::string text;
  for (int i = 0; i < 4096; ++i) text += "\xc3\xa9";
  EXPECT_EQ(http_.put("/blob/bytes-key-2", text).status, 200);
  const HttpResponse response = http_.put("/blob/bytes-key-2", text + "x");
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(json(response), nlohmann::json({{"error", "Blob exceeds max size (8192 bytes)"}}));
  EXPECT_EQ(json(http_.get("/blob/bytes-key-2")).at("data"), text);
}

TEST_F(Blobs, ThatAreTooLargeAreRefusedAsSoonAsThatIsKnown) {
  RawSocket announced(endpoint());
  announced.send("PUT /blob/large-key-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 8193\r\n\r\n");
  EXPECT_EQ(announced.response().status, 413);
  // A chunked body announces nothing: refused at the chunk that is too much.
  RawSocket chunked(endpoint());
  chunked.send(
      "PUT /blob/large-key-1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" +
      std::string(8192, 'x') + "\r\n1\r\nx");
  EXPECT_EQ(chunked.response().status, 413);
}

TEST_F(Blobs, HaveKeysOfEightToSixtyFourCharacters) {
  for (const std::string& key :
       {std::string("abcdefgh"), std::string("AZ_-0123"), std::string(64, 'k')}) {
    EXPECT_EQ(http_.put("/blob/" + key, "x").status, 200) << key;
  }
  for (const std::string& key :
       {std::string("seven77"), std::string(65, 'k'), std::string("dot.dot.dot"),
        std::string("key/with/slash"), std::string("tilde~tilde")}) {
    const int status = http_.put("/blob/" + key, "x").status;
    EXPECT_TRUE(status == 404 || status == 400) << key << " " << status;
  }
}

TEST_F(Blobs, AreTheSameOnEveryConnectionAndThread) {
  http_.put("/blob/shared-key", "everywhere");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(json(HttpClient(endpoint()).get("/blob/shared-key")).at("data"), "everywhere");
  }
}

}  // namespace
}  // namespace plugboard::test
