// Where connections live: closely packed, since there may be very many. Any thread.
#pragma once

#include <boost/pool/pool.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>

#include "rate-limiter/connection.hpp"

namespace plugboard::rate_limiter {

class ConnectionPool {
 public:
  struct Delete {
    void operator()(Connection* connection) const { pool->destroy(connection); }
    ConnectionPool* pool;
  };
  /// Must not outlive the pool.
  using Pointer = std::unique_ptr<Connection, Delete>;

  [[nodiscard]] Pointer make() {
    void* memory = nullptr;
    {
      const std::lock_guard lock(mutex_);
      memory = pool_.malloc();
    }
    if (memory == nullptr) throw std::bad_alloc();
    return Pointer(new (memory) Connection, Delete{this});
  }

  /// Takes back what a Pointer has released.
  [[nodiscard]] Pointer own(Connection& connection) { return Pointer(&connection, Delete{this}); }

 private:
  static constexpr std::size_t kConnectionsInBlock = 128;

  void destroy(Connection* connection) {
    std::destroy_at(connection);
    const std::lock_guard lock(mutex_);
    pool_.free(connection);
  }

  std::mutex mutex_;
  boost::pool<> pool_{sizeof(Connection), kConnectionsInBlock, kConnectionsInBlock};
};

}  // namespace plugboard::rate_limiter
