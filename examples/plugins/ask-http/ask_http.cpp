// A hook that asks an HTTP service whether a peer may come in. The service gets a POST with
//
//   {"address":"pwa:alice001","client":"192.0.2.7","key":"key-0123456789ab","token":"..."}
//
// where `token` is what the peer's URL said (?token=...), and answers 200 (yes), 403 (no; the body
// is told to the peer) or anything else (cannot say now, so the relay refuses).
#include <chrono>
#include <plugboard/plugin.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "http_request.hpp"

namespace {

void append_json(std::string& json, std::string_view name, std::string_view value) {
  constexpr char kHex[] = "0123456789abcdef";
  json += json.empty() ? "{\"" : ",\"";
  json += name;
  json += "\":\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      json += "\\u00";
      json += kHex[byte >> 4];
      json += kHex[byte & 0xF];
      continue;
    }
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  json += '"';
}

struct Settings {
  explicit Settings(const plugboard::Config& config) : timeout(config.duration("timeout")) {
    try {
      url = ask_http::Url::parse(config.string("url"));
    } catch (const std::invalid_argument& mistake) {
      config.fail("url", mistake.what());
    }
  }

  ask_http::Url url;
  std::chrono::milliseconds timeout;
};

class AskHttp : public plugboard::Plugin {
 public:
  static std::string_view summary() { return "Asks an HTTP service whether a peer may come in."; }

  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "required": ["url"],
      "properties": {
        "url": {"type": "string", "description": "such as http://127.0.0.1:8000/verify"},
        "timeout": {"format": "duration", "default": "2s", "maximum": 60000}
      }
    })";
  }

  explicit AskHttp(const plugboard::Config& config) : settings_(Settings(config)) {}

  auto reconfigure(const plugboard::Config& config) {
    return [this, next = Settings(config)]() mutable { settings_.set(std::move(next)); };
  }

  // [io]: must not wait for the service, so the question is copied and goes to the worker pool, and
  // with it the completion. If the pool is full, the completion is dropped unanswered; that counts
  // as "cannot say", and so does an exception of the job.
  void verify_peer(const plugboard::VerifyRequest& request,
                   plugboard::Completion<plugboard::VerifyVerdict> completion) {
    const auto token = plugboard::query_value(request.query, "token");
    std::string question;
    append_json(question, "address", request.peer.address);
    append_json(question, "client", request.peer.client_address);
    append_json(question, "key", request.peer.key_name);
    append_json(question, "token", token.value_or(""));
    question += '}';
    host().run(
        [settings = settings_.get(), question = std::move(question),
         completion = std::move(completion)]() mutable { completion(ask(*settings, question)); });
  }

 private:
  static plugboard::VerifyVerdict ask(const Settings& settings, const std::string& question) {
    const auto response = ask_http::post_json(settings.url, question, settings.timeout);
    if (response.status == 200) return plugboard::next();
    if (response.status == 403) {
      constexpr std::size_t kMaxReason = 200;
      return plugboard::deny("NOT_ADMITTED", response.body.substr(0, kMaxReason));
    }
    throw std::runtime_error("the service answers " + std::to_string(response.status));
  }

  plugboard::Current<Settings> settings_;
};

}  // namespace

PLUGBOARD_EXPORT_PLUGIN(AskHttp, "ask-http", "1.0.0")
