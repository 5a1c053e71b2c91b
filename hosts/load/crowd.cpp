#include "load/crowd.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "load/frame.hpp"
#include "load/protocol.hpp"

namespace plugboard::load {
namespace {

// Servers often listen with a backlog of 128.
constexpr std::size_t kAtOnce = 100;
constexpr Nanoseconds kStandstill = 30'000'000'000;

}  // namespace

Crowd::Crowd(Loop& loop, const Target& target, std::vector<std::string> ids, Errors& errors)
    : loop_(loop), target_(target), ids_(std::move(ids)), errors_(errors) {
  connections_.reserve(ids_.size());
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    connections_.push_back(std::make_unique<Connection>(loop_, *this, i));
  }
  if (target_.dialect == nullptr) return;
  rests_.resize(ids_.size());
  events_.joined = [this] {
    if (registered_ < size()) registered();
  };
  events_.message = [this](std::string_view message) {
    if (handler_) handler_(current_, message);
  };
  events_.answer = [this](std::string_view frames) { connections_[current_]->send(frames); };
  events_.refused = [this](std::string_view why) { errors_.add(why); };
}

void Crowd::open(Fence fence) {
  fence_ = fence;
  std::size_t last_registered = 0;
  Nanoseconds last_moved = now_ns();
  loop_.run([&] {
    while (started_ < size() && started_ - registered_ - lost_ < kAtOnce) {
      const std::size_t index = started_++;
      connections_[index]->open(target_, ids_[index]);
    }
    if (registered_ == size() || lost_ > 0) return Loop::kStop;
    if (registered_ != last_registered) {
      last_registered = registered_;
      last_moved = now_ns();
    }
    if (now_ns() - last_moved > kStandstill) {
      throw std::runtime_error("the server stopped admitting peers after " +
                               std::to_string(registered_) + " of " + std::to_string(size()));
    }
    return now_ns() + 100'000'000;
  });
  if (lost_ > 0) {
    throw std::runtime_error("not all peers could connect: " + errors_.counts().begin()->first);
  }
}

void Crowd::on_open(Connection& connection) {
  std::string frame;
  if (target_.dialect != nullptr) {
    frame = target_.dialect->greeting(ids_[connection.index()]);
  } else if (fence_ == Fence::kPing) {
    append_frame(frame, kPing, "registered?");
  } else {
    append_frame(frame, kText, watch_message(address(connection.index())));
  }
  connection.send(frame);
}

void Crowd::on_message(Connection& connection, std::string_view payload) {
  if (target_.dialect != nullptr) {
    current_ = connection.index();
    target_.dialect->take(payload, rests_[current_], events_);
    return;
  }
  const MessageKind kind = kind_of(payload);
  if (kind == MessageKind::kError) {
    errors_.add(payload);
  } else if (registered_ < size() && kind == MessageKind::kOnline && fence_ == Fence::kWatch) {
    std::string frame;
    append_frame(frame, kText, unwatch_message(address(connection.index())));
    connection.send(frame);
    registered();
  } else if (handler_) {
    handler_(connection.index(), payload);
  }
}

void Crowd::on_pong(Connection& /*connection*/) {
  if (target_.dialect == nullptr && fence_ == Fence::kPing && registered_ < size()) registered();
}

void Crowd::registered() { ++registered_; }

void Crowd::on_end(Connection& /*connection*/, std::string_view why, bool expected) {
  if (expected) return;
  errors_.add(why);
  ++lost_;
}

}  // namespace plugboard::load
