// What happens to a client: the values its handlers get, and what its awaitables throw.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace plugboard {

/// A message from another peer.
// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann's assertions
struct Message {
  std::string from;        ///< the sender's address, vouched for by the relay
  nlohmann::json payload;  ///< null if the message had none
};

/// How one connection ended.
struct CloseInfo {
  /// The relay's close code (RFC 6455 section 7.4); 1005 if it gave none, 1006 if the connection
  /// was lost or never came about.
  std::uint16_t code = 1006;
  std::string reason;
};

/// Something went wrong: the relay said so, or the relay could not be reached.
struct ErrorInfo {
  /// The relay's code; or CONNECT_FAILED when there is no relay that answers as one.
  std::string code;
  std::string message;  ///< for people
  /// The client stops here, since connecting again would not help: the key, the channel or the id
  /// is refused, the key was revoked, or another connection took the address over.
  bool fatal = false;
};

/// Thrown by RelayClient's awaitables when what they wait for can no longer come.
class RelayError : public std::runtime_error {
 public:
  RelayError(std::string code, const std::string& message)
      : std::runtime_error(message), code_(std::move(code)) {}

  /// As in ErrorInfo; CLOSED after `close()`.
  [[nodiscard]] const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

}  // namespace plugboard
