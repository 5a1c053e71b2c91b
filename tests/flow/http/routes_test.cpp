// The relay's own routes, and what every other request gets.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class Routes : public SharedRelay<Routes> {
 public:
  static Manifest manifest() {
    return {.channels = "[[channel]]\nname = \"pwa\"\n[[channel]]\nname = \"chat\"\n",
            .plugins = plugin_table("blobs", "blob-store-memory"),
            .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"};
  }

 protected:
  HttpClient http_{endpoint()};
};

TEST_F(Routes, HealthCountsTheConnectionsOfEachChannel) {
  const auto before = json(http_.get("/health")).at("connections");
  Peer one(endpoint(), fresh_id(), {.channel = "chat"});
  const Peer two(endpoint(), fresh_id(), {.channel = "chat"});
  const HttpResponse response = http_.get("/health");
  EXPECT_EQ(response.status, 200);
  const auto health = json(response);
  EXPECT_EQ(health.at("status"), "ok");
  EXPECT_TRUE(health.at("uptime").is_number_integer());
  EXPECT_EQ(health.at("connections").at("chat").at("active"), 2);
  EXPECT_GE(health.at("connections").at("chat").at("peak"), 2);
  EXPECT_EQ(health.at("connections").at("pwa"), before.at("pwa"));
  one.socket().close();
  EXPECT_TRUE(await(
      [&] { return json(http_.get("/health")).at("connections").at("chat").at("active") == 1; }));
  EXPECT_GE(json(http_.get("/health")).at("connections").at("chat").at("peak"), 2);
}

TEST_F(Routes, HealthHasExactlyItsMembers) {
  const auto health = json(http_.get("/health"));
  EXPECT_EQ(health.size(), 3U) << health;
  EXPECT_EQ(health.at("connections").at("pwa").size(), 2U) << health;
}

TEST_F(Routes, ReadySaysThatTheRelayServes) { EXPECT_EQ(http_.get("/ready").status, 200); }

TEST_F(Routes, QueriesAreIgnored) {
  EXPECT_EQ(http_.get("/health?verbose=1").status, 200);
  EXPECT_EQ(http_.get("/ready?x").status, 200);
  EXPECT_EQ(http_.get("/stats?x=y").status, 200);
  EXPECT_EQ(http_.put("/blob/query-key-1?x=y", "data").status, 200);
  EXPECT_EQ(json(http_.get("/blob/query-key-1?z")).at("data"), "data");
}

TEST_F(Routes, WhatDoesNotExistIsNotFound) {
  for (const char* target :
       {"/", "/healthy", "/health/", "/HEALTH", "/blob", "/blob/", "/x/../health", "/./health",
        "//health", "/blob/a/../../health", "/pwa/alice001"}) {
    EXPECT_EQ(http_.get(target).status, 404) << target;
  }
}

TEST_F(Routes, OtherMethodsOfAPathThatExistsAreNotAllowed) {
  for (const char* path : {"/health", "/ready", "/stats"}) {
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
      const HttpResponse response = http_.request(method, path);
      EXPECT_EQ(response.status, 405) << method << path;
      const std::string allow = response.header("allow").value_or("");
      EXPECT_NE(allow.find("GET"), std::string::npos) << allow;
      EXPECT_EQ(allow.find("PUT"), std::string::npos) << allow;
    }
  }
}

TEST_F(Routes, OtherMethodsOfABlobAreNotAllowed) {
  const HttpResponse response = http_.request("POST", "/blob/some-key-1");
  EXPECT_EQ(response.status, 405);
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    EXPECT_NE(response.header("allow").value_or("").find(method), std::string::npos) << method;
  }
}

TEST_F(Routes, UnknownMethodsOfUnknownPathsAreNotFound) {
  EXPECT_EQ(http_.request("PATCH", "/nothing").status, 404);
}

TEST_F(Routes, HeadIsGetWithoutItsBody) {
  for (const char* path : {"/health", "/ready", "/stats"}) {
    RawSocket client(endpoint());
    client.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const HttpResponse response = client.response(true);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_GT(std::stoi(response.header("content-length").value_or("0")), 0) << path;
    EXPECT_EQ(client.rest(), "") << path;
  }
}

TEST_F(Routes, HeadOfABlobTellsItsLength) {
  http_.put("/blob/head-key-1", "12345");
  RawSocket client(endpoint());
  client.send("HEAD /blob/head-key-1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const HttpResponse response = client.response(true);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-length"),
            std::to_string(http_.get("/blob/head-key-1").body.size()));
  EXPECT_EQ(client.rest(), "");
}

TEST_F(Routes, StatsHaveTheirMembers) {
  const auto stats = json(http_.get("/stats"));
  for (const char* number : {"totalConnections", "messagesRelayed", "messagesDropped", "uptime"}) {
    EXPECT_TRUE(stats.at(number).is_number_integer()) << number;
  }
  EXPECT_TRUE(stats.contains("startTime"));
  EXPECT_TRUE(stats.at("channels").contains("pwa"));
  EXPECT_TRUE(stats.at("blobStore").at("entries").is_number_integer());
  EXPECT_FALSE(stats.contains("keys"));
}

TEST_F(Routes, StatsCountConnections) {
  const auto total = [&] { return json(http_.get("/stats")).at("totalConnections").get<int>(); };
  const int before = total();
  Peer peer(endpoint(), fresh_id());
  EXPECT_EQ(total(), before + 1);
  peer.socket().close();
  EXPECT_EQ(total(), before + 1);
}

TEST_F(Routes, StatsCountBlobs) {
  const auto entries = [&] {
    return json(http_.get("/stats")).at("blobStore").at("entries").get<int>();
  };
  const int before = entries();
  http_.put("/blob/counted-key-1", "x");
  EXPECT_EQ(entries(), before + 1);
  http_.request("DELETE", "/blob/counted-key-1");
  EXPECT_EQ(entries(), before);
}

TEST(RoutesWithoutBlobStore, KnowNoBlobs) {
  const RelayProcess relay;
  HttpClient http(relay.endpoint());
  EXPECT_EQ(http.get("/blob/some-key-1").status, 404);
  EXPECT_EQ(http.put("/blob/some-key-1", "x").status, 404);
  EXPECT_FALSE(nlohmann::json::parse(http.get("/stats").body).contains("blobStore"));
}

class Cors : public SharedRelay<Cors> {
 public:
  static Manifest manifest() { return Routes::manifest(); }

 protected:
  static void expect_cors(const HttpResponse& response) {
    EXPECT_EQ(response.header("access-control-allow-origin"), "*");
    EXPECT_EQ(response.header("access-control-allow-methods"), "GET, PUT, DELETE, OPTIONS");
    EXPECT_EQ(response.header("access-control-allow-headers"), "Content-Type, Authorization");
  }
};

TEST_F(Cors, OptionsOfAnythingIsAnsweredWithTheHeadersAlone) {
  HttpClient http(endpoint());
  for (const char* target : {"/health", "/blob/some-key-1", "/nothing", "*"}) {
    const HttpResponse response =
        http.request("OPTIONS", target,
                     {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "PUT"}});
    EXPECT_EQ(response.status, 204) << target;
    EXPECT_EQ(response.body, "");
    expect_cors(response);
  }
}

TEST_F(Cors, HeadersStandOnAnswersAndOnErrors) {
  HttpClient http(endpoint());
  expect_cors(http.get("/health"));
  expect_cors(http.get("/nothing"));
  expect_cors(http.request("POST", "/health"));
  expect_cors(http.get("/blob/missing-key"));
  expect_cors(http.put("/blob/large-key-1", std::string(9000, 'x')));
  RawSocket broken(endpoint());
  broken.send("GET /health HTTP/1.1\r\n\r\n");
  expect_cors(broken.response());
}

TEST(CorsOfOneOrigin, IsThatOrigin) {
  const RelayProcess relay({.server = "cors = \"https://app.example\"\n"});
  HttpClient http(relay.endpoint());
  EXPECT_EQ(http.get("/health").header("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(http.request("OPTIONS", "/health").header("access-control-allow-origin"),
            "https://app.example");
}

TEST(CorsThatIsOff, SendsNoHeaders) {
  const RelayProcess relay({.server = "cors = false\n"});
  HttpClient http(relay.endpoint());
  for (const HttpResponse& response :
       {http.get("/health"), http.get("/nothing"), http.request("OPTIONS", "/health")}) {
    EXPECT_EQ(response.header("access-control-allow-origin"), std::nullopt);
    EXPECT_EQ(response.header("access-control-allow-methods"), std::nullopt);
  }
}

}  // namespace
}  // namespace plugboard::test
