#include "plugboard/relay_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "session.hpp"

namespace plugboard {

namespace asio = boost::asio;
using client::Session;

RelayClient::RelayClient(const asio::any_io_executor& executor, Options options)
    : session_(std::make_shared<Session>(executor, std::move(options))) {}

RelayClient::~RelayClient() {
  if (session_) session_->release();
}

RelayClient::RelayClient(RelayClient&&) noexcept = default;

RelayClient& RelayClient::operator=(RelayClient&& other) noexcept {
  if (this == &other) return *this;
  if (session_) session_->release();
  session_ = std::move(other.session_);
  return *this;
}

void RelayClient::on_open(OpenHandler handler) {
  session_->change_handlers([&](Session::Handlers& all) { all.open = std::move(handler); });
}
void RelayClient::on_close(CloseHandler handler) {
  session_->change_handlers([&](Session::Handlers& all) { all.close = std::move(handler); });
}
void RelayClient::on_message(MessageHandler handler) {
  session_->change_handlers([&](Session::Handlers& all) { all.message = std::move(handler); });
}
void RelayClient::on_peer_status(PeerStatusHandler handler) {
  session_->change_handlers([&](Session::Handlers& all) { all.peer_status = std::move(handler); });
}
void RelayClient::on_error(ErrorHandler handler) {
  session_->change_handlers([&](Session::Handlers& all) { all.error = std::move(handler); });
}
void RelayClient::on_drain(DrainHandler handler) {
  session_->change_handlers([&](Session::Handlers& all) { all.drain = std::move(handler); });
}

void RelayClient::connect() { session_->connect(); }
void RelayClient::close() { session_->close(); }

bool RelayClient::send(std::string_view to, const nlohmann::json& payload) {
  return session_->send(to, payload);
}
bool RelayClient::watch(std::string_view address) { return session_->watch(address); }
bool RelayClient::unwatch(std::string_view address) { return session_->unwatch(address); }

asio::awaitable<void> RelayClient::opened() {
  // The session outlives this client while somebody waits.
  const auto session = session_;
  co_await asio::co_spawn(session->strand(), session->opened_on_strand(), asio::use_awaitable);
}

asio::awaitable<Message> RelayClient::receive() {
  const auto session = session_;
  co_return co_await asio::co_spawn(session->strand(), session->receive_on_strand(),
                                    asio::use_awaitable);
}

const std::string& RelayClient::channel() const noexcept { return session_->options().channel; }
const std::string& RelayClient::id() const noexcept { return session_->options().id; }
const std::string& RelayClient::address() const noexcept { return session_->address(); }
bool RelayClient::connected() const { return session_->connected(); }
bool RelayClient::stopped() const { return session_->stopped(); }
std::size_t RelayClient::buffered_bytes() const { return session_->buffered_bytes(); }

}  // namespace plugboard
