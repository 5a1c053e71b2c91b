// The hooks of the manifest's chain.hook. Each event passes down the list; deciding ones stop at
// the first hook that does not say NEXT. Immutable; any thread, several at once.
#pragma once

#include <plugboard/hook.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "extension/host_services.hpp"
#include "extension/question.hpp"
#include "extension/routing.hpp"

namespace plugboard::extension {

struct HookLinks;

struct VerifyAllowed {};

/// What to tell a peer that a hook turned away, defaults filled in and checked: texts are UTF-8 and
/// bounded, the code may be sent, the reason has at most 123 bytes.
struct VerifyDenied {
  std::string code = "VERIFY_FAILED";
  std::string message = "Peer verification failed";
  std::uint16_t close_code = 1008;
  std::string close_reason = "Verify failed";
};

/// A hook whose failures refuse could not decide: close 1011, "Internal verification error".
struct VerifyFailed {};

using VerifyVerdict = std::variant<VerifyAllowed, VerifyDenied, VerifyFailed>;

class HookChain {
 public:
  enum class MessageVerdict { kHandled, kDropped };
  enum class RouteVerdict { kForward, kDrop };

  HookChain();
  /// `links` may be null: no hooks.
  explicit HookChain(std::shared_ptr<const HookLinks> links);
  HookChain(HookChain&&) noexcept;
  HookChain& operator=(HookChain&&) noexcept;
  ~HookChain();

  // Whether anyone wants the event: where not, the caller need not even gather its data.
  [[nodiscard]] bool wants_verify() const { return wants_ & kVerify; }
  [[nodiscard]] bool wants_connected() const { return wants_ & kConnected; }
  [[nodiscard]] bool wants_disconnected() const { return wants_ & kDisconnected; }
  [[nodiscard]] bool wants_message() const { return wants_ & kMessage; }
  [[nodiscard]] bool wants_routed() const { return wants_ & kRouted; }
  [[nodiscard]] bool wants_undeliverable() const { return wants_ & kUndeliverable; }
  [[nodiscard]] bool wants_refused() const { return wants_ & kRefused; }
  [[nodiscard]] bool wants_http_done() const { return wants_ & kHttpDone; }

  /// Asks whether the peer may come in. See `Question` for when and where `done` is called. The
  /// request is borrowed for this call; it is copied only if some hook does not answer at once.
  [[nodiscard]] Question verify(const plugboard_verify_request& request,
                                std::function<void(VerifyVerdict)> done) const;

  /// The peer is registered. Keep what this returns with the connection, for `peer_disconnected`.
  /// Call it also where wants_connected() is false (it then costs nothing).
  std::uint32_t peer_connected(const plugboard_peer_info& peer) const;

  /// The registered peer has gone. `connected`: what `peer_connected` returned for it, possibly of
  /// an earlier generation: hooks that came into the chain later are left out.
  void peer_disconnected(const plugboard_peer_end& end, std::uint32_t connected) const;

  /// A connection was not let in.
  void peer_refused(const plugboard_peer_refusal& refusal) const;
  /// An HTTP request has been answered.
  void http_done(const plugboard_http_done& request) const;

  /// The connection's handle is dead (HostServices::peer_exists says so already): frees the values
  /// that plugins of any kind keep with it, and tells the hooks that want to know. Call it once for
  /// every connection that had a handle; costs a few loads if nobody set a value.
  void peer_released(PeerHandle peer) const;

  /// A JSON object that is nobody's. [I/O thread]
  [[nodiscard]] MessageVerdict message(const plugboard_message& message) const;

  /// A message on its way. What hooks asked for is in `routing` afterwards. Takes no lock and
  /// allocates nothing unless a hook asks for something. [I/O thread]
  [[nodiscard]] RouteVerdict routed_message(const plugboard_message& message,
                                            Routing& routing) const;

  /// A message whose receiver is not here. True if a hook has taken care of it, so that the sender
  /// is not told. [I/O thread]
  [[nodiscard]] bool undeliverable(const plugboard_message& message) const;

 private:
  enum Event : std::uint32_t {
    kVerify = 1u << 0,
    kConnected = 1u << 1,
    kDisconnected = 1u << 2,
    kMessage = 1u << 3,
    kRouted = 1u << 4,
    kUndeliverable = 1u << 5,
    kRefused = 1u << 6,
    kHttpDone = 1u << 7,
  };

  std::uint32_t wants_ = 0;
  std::shared_ptr<const HookLinks> links_;
};

}  // namespace plugboard::extension
