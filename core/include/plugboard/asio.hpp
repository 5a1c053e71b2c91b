// Runs a Server on an io_context of the program's own, beside whatever else runs there.
#ifndef PLUGBOARD_ASIO_HPP
#define PLUGBOARD_ASIO_HPP

#include <unistd.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <memory>
#include <plugboard/server.hpp>
#include <utility>

namespace plugboard {

/// Turns a server that was started with own_threads = false. Made once the server has started; to
/// be ended, on the same executor, before the server stops.
class AsioDriver {
 public:
  /// `executor`: an io_context's, or a strand where several threads run that. `server` must outlive
  /// this object.
  AsioDriver(boost::asio::any_io_executor executor, Server& server)
      : state_(std::make_shared<State>(std::move(executor), server)) {
    // Its first turn sets what it is to wait for.
    boost::asio::post(state_->strand, [state = state_] { state->turn(); });
  }
  ~AsioDriver() { end(); }
  AsioDriver(const AsioDriver&) = delete;
  AsioDriver& operator=(const AsioDriver&) = delete;

  /// Turns no more. Idempotent.
  void end() {
    state_->server = nullptr;
    boost::system::error_code ignored;
    state_->descriptor.close(ignored);
  }

 private:
  struct State : std::enable_shared_from_this<State> {
    State(boost::asio::any_io_executor executor, Server& its_server)
        : strand(std::move(executor)),
          // A descriptor of its own for the same thing: Asio closes what it is given.
          descriptor(strand, ::dup(its_server.descriptor())),
          server(&its_server) {}

    void turn() {
      if (server == nullptr) return;
      if (server->turn()) {
        boost::asio::post(strand, [state = shared_from_this()] { state->turn(); });
        return;
      }
      descriptor.async_wait(
          boost::asio::posix::stream_descriptor::wait_read,
          boost::asio::bind_executor(
              strand, [state = shared_from_this()](const boost::system::error_code& error) {
                if (!error) state->turn();
              }));
    }

    boost::asio::strand<boost::asio::any_io_executor> strand;
    boost::asio::posix::stream_descriptor descriptor;
    Server* server;
  };

  std::shared_ptr<State> state_;
};

}  // namespace plugboard

#endif
