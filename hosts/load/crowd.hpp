// Many peers that stay connected while something is measured.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/connection.hpp"
#include "load/errors.hpp"

namespace plugboard::load {

/// How it is known that the server has registered a peer and not merely upgraded its connection.
enum class Fence {
  kPing,   ///< a pong: frames wait until a peer is admitted
  kWatch,  ///< the peer's own presence, so that messages to it surely find it
};

class Crowd final : public ConnectionOwner {
 public:
  /// Gets the messages of connection `index`.
  using OnMessage = std::function<void(std::size_t index, std::string_view payload)>;

  /// One peer for each of `ids`; the references must outlive the crowd.
  Crowd(Loop& loop, const Target& target, std::vector<std::string> ids, Errors& errors);

  /// Connects all, a bounded number at a time, and waits until each is registered. Throws when
  /// one ends or nothing moves for half a minute.
  void open(Fence fence);

  void on_message(OnMessage handler) { handler_ = std::move(handler); }

  [[nodiscard]] Connection& at(std::size_t index) { return *connections_[index]; }
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

  [[nodiscard]] const std::string& id(std::size_t index) const { return ids_[index]; }

  /// An address on the channel of this crowd.
  [[nodiscard]] std::string address(std::size_t index) const {
    return target_.address_of(ids_[index]);
  }

  /// Whether any peer has been lost.
  [[nodiscard]] bool broken() const { return lost_ > 0; }

 private:
  void on_open(Connection& connection) override;
  void on_message(Connection& connection, std::string_view payload) override;
  void on_pong(Connection& connection) override;
  void on_end(Connection& connection, std::string_view why, bool expected) override;
  void registered();

  Loop& loop_;
  const Target& target_;
  std::vector<std::string> ids_;
  Errors& errors_;
  std::vector<std::unique_ptr<Connection>> connections_;
  OnMessage handler_;
  Fence fence_ = Fence::kPing;
  DialectEvents events_;
  std::size_t current_ = 0;         // the connection whose data a dialect takes
  std::vector<std::string> rests_;  // for the dialect, by connection
  std::size_t started_ = 0;
  std::size_t registered_ = 0;
  std::size_t lost_ = 0;
};

}  // namespace plugboard::load
