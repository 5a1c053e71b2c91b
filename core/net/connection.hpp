// One accepted socket, from its first byte to its last: HTTP first (HttpSession), then perhaps a
// peer on its way in (Entrance), then a registered peer whose frames are routed, and at the end a
// moment of reading on so that the other side learns why.
//
// Belongs to one loop and is touched on its thread, except for what peer::Peer and the functions
// marked [any] allow to all.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "admission/ip_address.hpp"
#include "admission/refusal.hpp"
#include "http/request_head.hpp"
#include "http/upgrade.hpp"
#include "message/participant.hpp"
#include "metering/traffic.hpp"
#include "net/deadlines.hpp"
#include "net/frame_reader.hpp"
#include "net/settings.hpp"
#include "net/transport.hpp"
#include "wire/extensions.hpp"

struct plugboard_peer_info;

namespace plugboard::net {

class Entrance;
class HttpSession;
class Loop;

class Connection final : public message::Participant, public DeadlineHook {
 public:
  /// Takes over an accepted non-blocking socket. `overloaded`: the relay has all the connections
  /// it may have, so this one is only told so.
  Connection(Loop& loop, Descriptor socket, const admission::IpAddress& tcp_peer, bool overloaded);
  ~Connection() override;

  // Connections come and go by the thousand; in a pool of their own they leave no gaps that what
  // is allocated meanwhile keeps open.
  static void* operator new(std::size_t size);
  static void operator delete(void* memory);

  /// Begins: watches the socket and waits for a request.
  void start();
  /// The same for a connection from which `received` has been read already, over `session` unless
  /// that is null.
  void start_with(std::string_view received, const HeldSession& session);

  // For the loop.
  /// Events of the socket. May come once more after it was closed within the same turn.
  void on_events(std::uint32_t events);
  void on_deadline(Deadline kind);
  void on_new_settings();
  /// Ends the peer as revoked if its grant has expired by now.
  void end_if_expired(std::int64_t now_ms);
  /// Reads as much as is this connection's share of a turn.
  void read();
  /// The end has begun (peer::Peer::finish, lose): takes the peer out of everything it is in.
  void begin_end();
  /// Closes the socket and lets go of everything, whatever state it is in.
  void drop();

  /// The relay stops: closes a peer with 1012, an idle HTTP connection without a word. False if its
  /// end had begun before, or if it is in the middle of something that will end by itself.
  bool send_away();

  /// Ends the peer because its key no longer counts. [any]
  void revoke(peer::Dispatch& dispatch);
  /// Calls `with` once with the peer as plugins see it, holding no lock. [any], from the moment it
  /// has a handle.
  void with_info(const std::function<void(const plugboard_peer_info&)>& with);

  // For HttpSession.
  Loop& loop() { return loop_; }
  HttpSession* http_session() { return http_.get(); }
  /// Behind trusted proxies, the client's.
  const admission::IpAddress& client() const { return client_; }
  void set_client(const admission::IpAddress& client) { client_ = client; }
  bool overloaded() const { return overloaded_; }
  bool secure() const { return transport_.secure(); }
  /// The other side has ended its half.
  bool input_ended() const { return input_ended_; }
  std::size_t waiting_output() { return waiting_bytes(); }
  /// The socket has refused what was sent: the other side is gone.
  bool cannot_send() const { return cannot_send_; }
  void send_http(std::string_view bytes);
  /// The last answer has been queued: ends the connection behind it.
  void end_http();
  /// The request was an upgrade: an Entrance decides what becomes of it. `behind`: what was
  /// received behind the request. `deflate`: what was agreed on, or null.
  void enter(std::shared_ptr<const Settings> settings, const http::RequestHead& head,
             const http::Upgrade& upgrade, const wire::DeflateTerms* deflate,
             std::string_view behind);
  void set_deadline(Deadline kind);
  void clear_deadline();
  /// Goes on reading if it had been paused.
  void resume_reading();
  /// How hooks and logs name the access key; empty without one.
  std::string_view key_name() const { return key_ ? key_->name() : std::string_view(); }
  void set_key(std::string_view key, std::string_view name);
  /// The access key itself; empty without one.
  std::string_view key() const { return key_ ? key_->key() : std::string_view(); }
  /// The key has been allowed again.
  void renew_key(extension::KeyAdmission admission);

  // For Entrance.
  bool joined() const { return phase_ == Phase::open; }
  bool entering() const { return phase_ == Phase::entrance && !end_begun_; }
  /// Queues the 101; what is sent from now on are frames. `deflate_bits`: window bits for messages
  /// to the client if permessage-deflate was agreed on, else 0.
  void begin_frames(std::string_view upgrade_response, std::uint8_t deflate_bits);
  bool frames_begun() const { return frames_begun_; }
  /// Answers the upgrade request with a refusal.
  void refuse_upgrade(const admission::Refusal& refusal);
  /// Keeps the proof that the key is good, and counts traffic for it from now on.
  void accept_key(std::string_view key, extension::KeyAdmission admission);
  /// Whether the store that let its key in still stands in the chain.
  bool is_let_in_by(const extension::KeyChain& keys) const;
  /// The same as accept_key, from another store than before.
  void accept_key_again(extension::KeyAdmission admission);
  void set_limits(extension::LimiterTicket limits) { limits_ = std::move(limits); }
  enum class Joined : std::uint8_t { yes, id_in_use, ended };
  /// Registers the peer, in place of another connection with its address if there is one.
  Joined join();
  /// The peer is registered: handles the frames that have waited.
  void joined(std::span<char> waiting);

 private:
  friend class Loop;
  friend class HttpSession;

  enum class Phase : std::uint8_t {
    http,
    entrance,  // between the upgrade request and registration
    open,
    ending,     // what waits is being sent, the Close frame last
    lingering,  // our half is shut
    closed,
  };

  // peer::Peer
  void write_locked() override;
  std::size_t write_past_outbox_locked(std::span<const std::string_view> frames) override;
  std::string_view encoded(std::string_view frame, std::size_t payload_size) override;
  std::size_t committed_bytes_locked() const override { return transport_.committed(); }
  void on_finish() override;
  void on_relayed_locked(std::uint64_t bytes) override;
  void continue_presence() override;

  // What the frame reader tells, by way of a FrameSink that need not live in every connection.
  class Frames;
  bool on_message(const IncomingMessage& incoming);
  void on_ping(std::string_view payload);
  void on_close(const wire::PeerClose& close);
  void on_failure(std::uint16_t close_code, std::string_view reason);

  /// What it is counted in.
  std::atomic<std::uint32_t>& counter();
  bool wants_input() const;
  void take(std::span<char> bytes);
  /// Takes the frames that have come before the peer was registered.
  void take_waiting(std::span<char> waiting);
  void on_end_of_input(bool failed);
  void on_writable();
  void heartbeat();
  /// Sends a frame of the relay's own; the slow-consumer rule applies.
  void send_own(std::string_view frame);
  void unregister();
  /// The hooks' peer_disconnected, once. Under the address's event lock. [any]
  void tell_disconnected(peer::EndReason reason, std::uint16_t close_code,
                         std::string_view close_reason);
  /// Shuts our half once nothing waits and the other side has nothing left to say.
  void shut_if_done();
  void shut();
  bool closed_cleanly() const;
  void close();
  void count_read();
  FrameReader::Rules frame_rules() const;
  /// Frees the HTTP session once it has handed over. Not from within it.
  void tidy_http();

  Loop& loop_;
  std::uint32_t loop_index_ = 0;
  std::uint8_t deflate_bits_ = 0;  // 0: not agreed on
  Phase phase_ = Phase::http;
  bool overloaded_ : 1;
  bool frames_begun_ : 1 = false;
  bool heard_since_ping_ : 1 = true;
  bool pinged_ : 1 = false;
  bool close_received_ : 1 = false;
  bool failed_ : 1 = false;  // the other side broke the protocol: no Close is waited for
  bool end_begun_ : 1 = false;
  bool end_http_ : 1 = false;
  bool input_ended_ : 1 = false;
  bool hung_up_ : 1 = false;        // epoll has told that the input ends
  bool input_drained_ : 1 = false;  // the last read took all there was
  bool paused_ : 1 = false;
  bool has_handle_ : 1 = false;
  bool in_registry_ = false;     // under the address's event lock
  bool disconnect_due_ = false;  // under the address's event lock
  std::atomic<bool> tls_flush_posted_{false};
  std::atomic<bool> cannot_send_{false};
  admission::IpAddress client_;
  // The generation of the hooks that were told of it; under the address's event lock.
  std::uint32_t hooks_connected_ = 0;
  Transport transport_;
  FrameReader reader_;
  std::unique_ptr<HttpSession> http_;
  std::unique_ptr<Entrance> entrance_;
  std::int64_t connected_at_ms_ = 0;
};

}  // namespace plugboard::net
