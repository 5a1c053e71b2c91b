// One line for each connection that comes, goes or is refused, and for each HTTP request. Neither
// keys nor what peers say to each other.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <plugboard/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "access-log/line.hpp"
#include "access-log/line_writer.hpp"
#include "access-log/output.hpp"

namespace plugboard {
namespace {

using namespace access_log;

struct Settings {
  explicit Settings(const Config& config)
      : file(config.string("file", "")),
        format(config.string("format") == "json" ? Format::kJson : Format::kText),
        buffer_size(config.size("buffer")) {}

  std::string file;  // empty: standard output
  Format format;
  std::size_t buffer_size;
};

std::string_view reason_name(std::uint32_t reason) {
  switch (reason) {
    case PLUGBOARD_END_CLOSED:
      return "closed";
    case PLUGBOARD_END_REPLACED:
      return "replaced";
    case PLUGBOARD_END_HEARTBEAT:
      return "heartbeat";
    case PLUGBOARD_END_PROTOCOL:
      return "protocol";
    case PLUGBOARD_END_SLOW:
      return "slow";
    case PLUGBOARD_END_REVOKED:
      return "revoked";
    case PLUGBOARD_END_REMOVED:
      return "removed";
    case PLUGBOARD_END_SHUTDOWN:
      return "shutdown";
    case PLUGBOARD_END_PLUGIN:
      return "plugin";
    case PLUGBOARD_END_ERROR:
      return "error";
    default:
      return "other";  // of a later relay
  }
}

std::string_view step_name(std::uint32_t step) {
  switch (step) {
    case PLUGBOARD_STEP_SERVER_LIMITS:
      return "server-limits";
    case PLUGBOARD_STEP_CLIENT_ADDRESS:
      return "client-address";
    case PLUGBOARD_STEP_CONNECT_LIMIT:
      return "connect-limit";
    case PLUGBOARD_STEP_KEY:
      return "key";
    case PLUGBOARD_STEP_ADMIT_LIMIT:
      return "admit-limit";
    case PLUGBOARD_STEP_URL:
      return "url";
    case PLUGBOARD_STEP_VERIFY:
      return "verify";
    case PLUGBOARD_STEP_DUPLICATE:
      return "duplicate";
    default:
      return "other";  // of a later relay
  }
}

// A blob's key lets whoever knows it read the blob.
std::string without_blob_key(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/') + 1)) + "***";
}

class AccessLog : public Plugin {
 public:
  static std::string_view summary() {
    return "A line for each connect, disconnect, refusal and HTTP request.";
  }

  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "properties": {
        "file": {
          "type": "string",
          "format": "path",
          "minLength": 1,
          "description": "opened anew at each reload; standard output if left out"
        },
        "format": {
          "type": "string",
          "enum": ["text", "json"],
          "default": "text"
        },
        "buffer": {
          "format": "size",
          "minimum": 4096,
          "maximum": 1073741824,
          "default": "1 MiB",
          "description": "lines that may wait for a slow disk or reader; what is more is dropped"
        }
      }
    })";
  }

  static void check(Host, const Config& config) {
    const Settings settings(config);
    if (settings.file.empty()) return;
    try {
      Output::try_file(settings.file);
    } catch (const std::runtime_error& failure) {
      config.fail("file", failure.what());
    }
  }

  explicit AccessLog(const Config& config)
      : format_(Settings(config).format),
        writer_(open(config), Settings(config).buffer_size,
                {.dropped_line = [this](std::uint64_t count) { return dropped_line(count); },
                 .warn = [this](const std::string& sentence) { host().warn(sentence); }}) {}

  auto reconfigure(const Config& config) {
    return [this, next = Settings(config), output = open(config)]() mutable {
      format_ = next.format;
      writer_.reopen(std::move(output), next.buffer_size);
    };
  }

  void peer_connected(const PeerInfo& peer) {
    Line line = begin("connect");
    add_peer(line, peer);
    write(std::move(line));
  }

  void peer_disconnected(const PeerEnd& end) {
    Line line = begin("disconnect");
    add_peer(line, end.peer);
    line.text("reason", reason_name(end.reason))
        .number("code", end.close_code)
        .text("close_reason", end.close_reason)
        .number("duration_ms", static_cast<std::uint64_t>(end.duration.count()))
        .number("messages_in", end.messages_in)
        .number("bytes_in", end.bytes_in)
        .number("messages_out", end.messages_out)
        .number("bytes_out", end.bytes_out);
    write(std::move(line));
  }

  void peer_refused(const Refusal& refusal) {
    Line line = begin("refuse");
    line.text("path", refusal.path)
        .text("client", refusal.client_address)
        .text("key", refusal.key_name)
        .text("step", step_name(refusal.step))
        .text("error", refusal.code);
    if (refusal.http_status != 0) line.number("status", refusal.http_status);
    if (refusal.close_code != 0) line.number("code", refusal.close_code);
    write(std::move(line));
  }

  void http_done(const HttpDone& request) {
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    Line line = begin("http");
    line.text("method", request.method)
        .text("path", request.blob ? without_blob_key(request.path) : request.path)
        .text("client", request.client_address)
        .number("status", request.status)
        .number("bytes_in", request.bytes_in)
        .number("bytes_out", request.bytes_out)
        .number("duration_us",
                static_cast<std::uint64_t>(duration_cast<microseconds>(request.duration).count()));
    write(std::move(line));
  }

 private:
  static std::unique_ptr<Output> open(const Config& config) {
    const Settings settings(config);
    if (settings.file.empty()) return Output::standard_output();
    try {
      return Output::file(settings.file);
    } catch (const std::runtime_error& failure) {
      config.fail("file", failure.what());
    }
  }

  Line begin(std::string_view event) const {
    return Line(format_.load(std::memory_order_relaxed), host().unix_time(), event);
  }
  void write(Line&& line) { writer_.append(std::move(line).finish()); }
  std::string dropped_line(std::uint64_t count) const {
    Line line = begin("dropped");
    line.number("lines", count);
    return std::move(line).finish();
  }

  static void add_peer(Line& line, const PeerInfo& peer) {
    line.text("address", peer.address)
        .text("client", peer.client_address)
        .text("key", peer.key_name);
  }

  std::atomic<Format> format_;
  LineWriter writer_;
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::AccessLog, "access-log", "1.0.0")
