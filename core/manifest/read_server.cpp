// [server] and [server.tls].
#include <algorithm>
#include <set>
#include <string>

#include "manifest/network_address.hpp"
#include "manifest/origin.hpp"
#include "manifest/sections.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::uint32_t kMostThreads = 1024;
constexpr std::uint32_t kMostConnections = 10'000'000;
constexpr std::uint32_t kMostWatches = 10'000'000;
constexpr std::uint64_t kLargestMessage = 1024ULL * 1024 * 1024;
constexpr std::uint64_t kLargestOutbox = 4 * kLargestMessage;
/// The longest header of a frame that a server sends (RFC 6455, section 5.2: no mask).
constexpr std::size_t kFrameHeaderBytes = 10;

constexpr std::string_view kListenForms =
    "\"host:port\", \"[v6]:port\" or \"unix:/path\", as \"0.0.0.0:8080\"";
constexpr std::string_view kOriginForm =
    "an origin as browsers send it, as \"https://example.com\"";

void read_listen(TableReader& table, Server& server, const std::filesystem::path& folder) {
  const auto texts = table.read_texts("listen", kListenForms);
  if (!texts) return;
  std::vector<Listener> listeners;
  std::set<std::string> places;
  for (const Node* text : *texts) {
    auto parsed = parse_endpoint(text->text, folder);
    if (const auto* problem = std::get_if<std::string>(&parsed)) {
      table.error("listen", *text, *problem).allowed = kListenForms;
      continue;
    }
    Listener listener{{}, text->text, text->position};
    if (auto* tcp = std::get_if<TcpEndpoint>(&parsed)) {
      listener.endpoint = std::move(*tcp);
    } else {
      listener.endpoint = std::move(std::get<UnixEndpoint>(parsed));
    }
    const std::optional<std::string> place = place_of(listener.endpoint);
    if (place && !places.insert(*place).second) {
      table.error("listen", *text, "names one place twice");
      continue;
    }
    listeners.push_back(std::move(listener));
  }
  const Node* list = table.find("listen");
  if (list->items.empty()) {
    table.error("listen", *list, "is empty").allowed =
        "at least one of " + std::string(kListenForms);
  }
  server.listen = std::move(listeners);
}

void read_cors(TableReader& table, Server& server) {
  const Node* node = table.find("cors");
  if (node == nullptr) return;
  const std::string allowed = "\"*\", false, or " + std::string(kOriginForm);
  if (node->kind == Kind::kBoolean && !node->boolean) {
    server.cors = CorsOff{};
  } else if (node->kind == Kind::kBoolean) {
    table.error("cors", *node, "has an unknown value").allowed = allowed;
  } else if (node->kind != Kind::kString) {
    table.wrong_type("cors", *node, allowed);
  } else if (node->text == "*") {
    server.cors = CorsAny{};
  } else if (auto origin = canonical_origin(node->text)) {
    server.cors = CorsOrigin{std::move(*origin)};
  } else {
    Diagnostic& diagnostic = table.error("cors", *node, "is not an origin");
    diagnostic.allowed = allowed;
    TableReader::suggest(diagnostic, *node, likely_origin(node->text));
  }
}

void read_origins(TableReader& table, Server& server) {
  const auto texts = table.read_texts("origins", kOriginForm);
  if (!texts) return;
  for (const Node* text : *texts) {
    auto origin = canonical_origin(text->text);
    if (!origin) {
      Diagnostic& diagnostic = table.error("origins", *text, "holds what is not an origin");
      diagnostic.allowed = kOriginForm;
      TableReader::suggest(diagnostic, *text, likely_origin(text->text));
      continue;
    }
    server.origins.push_back(std::move(*origin));
  }
}

void read_trusted_proxies(TableReader& table, Server& server, Diagnostics& diagnostics) {
  constexpr std::string_view kForms =
      "an address (\"10.0.0.7\", \"::1\"), a network (\"10.0.0.0/8\", \"fd00::/8\") or \"unix\"";
  const auto texts = table.read_texts("trusted_proxies", kForms);
  if (!texts) return;
  for (const Node* text : *texts) {
    if (text->text == "unix") {
      server.trusted_proxies.unix_socket = true;
      continue;
    }
    const auto parsed = parse_network(text->text);
    if (!parsed) {
      table.error("trusted_proxies", *text, "holds what is not an address or network").allowed =
          kForms;
      continue;
    }
    if (parsed->stray_bits) {
      Diagnostic& warning = diagnostics.warning(
          text->position, "server.trusted_proxies has address bits beyond the prefix of a network");
      warning.found = text->written;
      TableReader::suggest(warning, *text, to_text(parsed->network));
    }
    server.trusted_proxies.networks.push_back(parsed->network);
  }
}

void read_outbox_limit(TableReader& table, Server& server, Diagnostics& diagnostics) {
  const std::size_t comfortable = std::max(server.outbox_limit, 2 * server.max_message);
  if (!table.read_size("outbox_limit", server.outbox_limit, 1, kLargestOutbox)) {
    server.outbox_limit = comfortable;
    return;
  }
  if (server.outbox_limit >= server.max_message + kFrameHeaderBytes) return;
  const Node* node = table.find("outbox_limit");
  Diagnostic& warning = diagnostics.warning(
      node->position,
      "server.outbox_limit cannot hold one message of server.max_message and its header");
  warning.found = node->written;
}

void read_tls(TableReader& server_table, Server& server, const std::filesystem::path& folder,
              Diagnostics& diagnostics) {
  const Node* node = server_table.find("tls");
  if (node == nullptr) return;
  TableReader table(node, "server.tls", diagnostics);
  if (node->kind == Kind::kTable) {
    for (const char* key : {"certificate", "private_key"}) {
      if (!table.has(key)) {
        table.report_missing(key,
                             "the path of a PEM file; both certificate and private_key are needed");
      }
    }
  }
  const Node* certificate = table.read_text("certificate");
  const Node* private_key = table.read_text("private_key");
  if (certificate != nullptr && private_key != nullptr) {
    server.tls = Tls{{resolve(folder, certificate->text), certificate->position},
                     {resolve(folder, private_key->text), private_key->position}};
  }
  table.report_unknown();
}

}  // namespace

Server read_server(const Node* node, const std::filesystem::path& folder,
                   Diagnostics& diagnostics) {
  constexpr std::chrono::milliseconds kZero(0);
  constexpr std::chrono::milliseconds kShortest(1);
  Server server;
  TableReader table(node, "server", diagnostics);
  read_listen(table, server, folder);
  table.read_integer("threads", server.threads, 0, kMostThreads);
  read_cors(table, server);
  table.read_choice("on_invalid_key", server.on_invalid_key,
                    {{"close-after-connect", OnInvalidKey::kCloseAfterConnect},
                     {"reject-upgrade", OnInvalidKey::kRejectUpgrade}});
  table.read_duration("heartbeat_interval", server.heartbeat_interval, kShortest);
  table.read_size("max_message", server.max_message, 1, kLargestMessage);
  table.read_integer("max_connections", server.max_connections, 1, kMostConnections);
  table.read_integer("max_watches", server.max_watches, 0, kMostWatches);
  read_outbox_limit(table, server, diagnostics);
  table.read_choice("slow_consumer", server.slow_consumer,
                    {{"close", SlowConsumer::kClose}, {"drop", SlowConsumer::kDrop}});
  table.read_duration("handshake_timeout", server.handshake_timeout, kShortest);
  read_trusted_proxies(table, server, diagnostics);
  table.read_choice("forwarded_header", server.forwarded_header,
                    {{"X-Forwarded-For", ForwardedHeader::kXForwardedFor},
                     {"Forwarded", ForwardedHeader::kForwarded}});
  read_origins(table, server);
  table.read_duration("shutdown_grace", server.shutdown_grace, kZero);
  table.read_boolean("compression", server.compression);
  table.read_choice("reload", server.reload,
                    {{"signal", ReloadTrigger::kSignal}, {"watch", ReloadTrigger::kWatch}});
  read_tls(table, server, folder, diagnostics);
  table.report_unknown();
  return server;
}

}  // namespace plugboard::manifest
