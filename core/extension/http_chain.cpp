#include "extension/http_chain.hpp"

#include <algorithm>
#include <utility>

#include "extension/held_events.hpp"
#include "extension/inquiry.hpp"
#include "extension/links.hpp"

namespace plugboard::extension {
namespace {

constexpr std::uint64_t kDefaultMaxBody = 64 * 1024;

/// Whether one handler wants the request. One that fails to say claims it, and will be the one
/// whose failure counts, unless its failures are skipped.
bool asks_for(const HttpLink& link, const plugboard_http_request& request, HttpClaim& claim) {
  claim.max_body = kDefaultMaxBody;
  claim.require_key = false;
  if (link.table.claims == nullptr) return true;
  plugboard_http_claim filled = {sizeof filled, 0, 0};
  const plugboard_status status = link.instance->decide(
      "claims", Timing::kIo, [&] { return link.table.claims(link.self, &request, &filled); });
  switch (status) {
    case PLUGBOARD_OK:
      claim.max_body = std::min(filled.max_body, HttpChain::kMaxBody);
      claim.require_key = (filled.flags & PLUGBOARD_HTTP_REQUIRE_KEY) != 0;
      claim.failed = false;
      return true;
    case PLUGBOARD_NEXT:
      return false;
    case PLUGBOARD_ERROR:
      link.instance->counters().errors.fetch_add(1, std::memory_order_relaxed);
      break;
    default:
      link.instance->failed("claims returned " + std::to_string(status) +
                            ", which is no answer to it");
  }
  claim.failed = true;
  return !link.skip_errors;
}

}  // namespace

/// A request at one handler.
class HttpWalk {
 public:
  using Done = std::function<void(HttpVerdict)>;

  HttpWalk(std::shared_ptr<const HttpLinks> links, std::size_t handler,
           const plugboard_http_request& request)
      : links_(std::move(links)), handler_(handler), request_(&request) {}

  [[nodiscard]] bool at_end() const { return decided_; }
  [[nodiscard]] HttpVerdict verdict() { return std::move(verdict_); }

  [[nodiscard]] Stop stop() const {
    const HttpLink& link = links_->handlers[handler_];
    return {link.instance.get(), handler_, Asked::kHttp, link.timeout};
  }

  plugboard_status call(const Stop& stop, plugboard_token token, Timing timing) const {
    const HttpLink& link = links_->handlers[stop.link];
    return link.instance->decide("handle", timing,
                                 [&] { return link.table.handle(link.self, request_, token); });
  }

  void settle(Answer answer) {
    decided_ = true;
    auto* const response = std::get_if<HttpResponse>(&answer.result);
    switch (answer.status) {
      case PLUGBOARD_OK:
        if (response != nullptr) verdict_ = std::move(*response);
        return;
      case PLUGBOARD_NEXT:
        verdict_ = HttpNext{response != nullptr ? std::move(response->headers) : HttpHeaders()};
        return;
      case PLUGBOARD_DENY:
        verdict_ = HttpDenied();
        return;
      default:
        if (links_->handlers[handler_].skip_errors) verdict_ = HttpNext();
    }
  }

  void own() {
    held_ = std::make_unique<const HeldHttpRequest>(*request_);
    request_ = &held_->request;
  }

 private:
  std::shared_ptr<const HttpLinks> links_;
  std::size_t handler_;
  const plugboard_http_request* request_;
  std::unique_ptr<const HeldHttpRequest> held_;
  bool decided_ = false;
  HttpVerdict verdict_ = HttpFailed();
};

HttpChain::HttpChain() = default;
HttpChain::HttpChain(std::shared_ptr<const HttpLinks> links) : links_(std::move(links)) {}
HttpChain::HttpChain(HttpChain&&) noexcept = default;
HttpChain& HttpChain::operator=(HttpChain&&) noexcept = default;
HttpChain::~HttpChain() = default;

std::optional<HttpClaim> HttpChain::claim(const plugboard_http_request& request,
                                          std::size_t from) const {
  if (links_ == nullptr) return std::nullopt;
  for (std::size_t i = from; i < links_->handlers.size(); ++i) {
    HttpClaim claim;
    claim.handler = i;
    if (asks_for(links_->handlers[i], request, claim)) return claim;
  }
  return std::nullopt;
}

Question HttpChain::handle(const HttpClaim& claim, const plugboard_http_request& request,
                           std::function<void(HttpVerdict)> done) const {
  if (claim.failed || links_ == nullptr || claim.handler >= links_->handlers.size()) {
    done(HttpFailed());
    return {};
  }
  return ask_chain(HttpWalk(links_, claim.handler, request), std::move(done));
}

}  // namespace plugboard::extension
