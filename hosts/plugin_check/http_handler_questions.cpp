#include "plugin_check/kind_questions.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check::http_handler {
namespace {

constexpr std::uint64_t kMaxBody = 16ull * 1024 * 1024;

void request(Questioner& asks, const char* method, const std::string& target,
             const std::string& body) {
  const auto& handler = *asks.kinds().http_handler;
  Borrowed borrowed("handle", asks.memory());
  const std::size_t mark = target.find('?');
  plugboard_http_request request = {};
  request.flags = asks.unknown_flags();
  request.method = borrowed.text(method);
  request.path = borrowed.text(target.substr(0, mark));
  request.query = borrowed.text(mark == std::string::npos ? "" : target.substr(mark + 1));
  const std::vector<plugboard_header> headers = {
      {borrowed.text("Host"), borrowed.text("relay.example")},
      {borrowed.text("If-None-Match"), borrowed.text("\"" + asks.word(10) + "\", *")},
      {borrowed.text("RANGE"), borrowed.text("bytes=0-1,-1,5-")}};
  request.headers = borrowed.list(headers);
  request.header_count = headers.size();
  request.client_address = borrowed.text("2001:db8::9");
  if (handler.claims != nullptr) {
    Borrowed claiming("claims", asks.memory());
    plugboard_http_request head = request;
    const auto* const asked = claiming.input(head);
    auto* const claim = claiming.output(plugboard_http_claim{});
    const plugboard_status status = asks.instance().decide("claims", CallKind::kIo, [&] {
      return handler.claims(asks.instance().self(), asked, claim);
    });
    asks.expect("claims", status, {PLUGBOARD_OK, PLUGBOARD_NEXT, PLUGBOARD_DENY, PLUGBOARD_ERROR});
    if (status != PLUGBOARD_OK) return;
    if (claim->max_body > kMaxBody) {
      reporter::finding("unfit-answer", "claims", "claims a body of more than 16 MiB");
    }
    if (body.size() > claim->max_body) return;
  }
  request.body = borrowed.text(body);
  const auto* const asked = borrowed.input(request);
  const plugboard_token token =
      asks.ask(extension::Asked::kHttp, "handle", [&](plugboard_token question) {
        return handler.handle(asks.instance().self(), asked, question);
      });
  borrowed.give_back();
  asks.await(token);
}

}  // namespace

void requests(Questioner& asks) {
  if (!asks.kinds().http_handler) return;
  request(asks, "GET", "/", "");
  request(asks, "GET", "/index.html?x=%41&y", "");
  request(asks, "HEAD", "/a/%2e%2e/%2e%2e/etc/passwd", "");
  request(asks, "POST", "/" + asks.word(200), "{\"a\":" + asks.word(2000) + "}");
  request(asks, "OPTIONS", "/health", "");
  request(asks, "DELETE", "/%ff%00%zz", "");
}

}  // namespace plugboard::plugin_check::http_handler
