// Events and questions that outlive the call that brought them: the ABI's structs with copies of
// everything they refer to. They stay where they are made. Plain values.
#pragma once

#include <plugboard/hook.h>
#include <plugboard/http_handler.h>

#include <vector>

#include "extension/text_keeper.hpp"

namespace plugboard::extension {

struct HeldPeerInfo {
  explicit HeldPeerInfo(const plugboard_peer_info& from);
  [[nodiscard]] const plugboard_peer_info& get() const { return info; }

  TextKeeper texts;
  plugboard_peer_info info;
};

struct HeldPeerEnd {
  explicit HeldPeerEnd(const plugboard_peer_end& from);
  HeldPeerEnd(const HeldPeerEnd&) = delete;
  HeldPeerEnd& operator=(const HeldPeerEnd&) = delete;
  [[nodiscard]] const plugboard_peer_end& get() const { return end; }

  HeldPeerInfo peer;
  TextKeeper texts;
  plugboard_peer_end end;  // refers to `peer`
};

struct HeldRefusal {
  explicit HeldRefusal(const plugboard_peer_refusal& from);
  [[nodiscard]] const plugboard_peer_refusal& get() const { return refusal; }

  TextKeeper texts;
  plugboard_peer_refusal refusal;
};

struct HeldHttpDone {
  explicit HeldHttpDone(const plugboard_http_done& from);
  [[nodiscard]] const plugboard_http_done& get() const { return request; }

  TextKeeper texts;
  plugboard_http_done request;
};

struct HeldVerifyRequest {
  explicit HeldVerifyRequest(const plugboard_verify_request& from);
  HeldVerifyRequest(const HeldVerifyRequest&) = delete;
  HeldVerifyRequest& operator=(const HeldVerifyRequest&) = delete;
  [[nodiscard]] const plugboard_verify_request& get() const { return request; }

  HeldPeerInfo peer;
  TextKeeper texts;
  std::vector<plugboard_header> headers;
  plugboard_verify_request request;  // refers to `peer` and `headers`
};

struct HeldHttpRequest {
  explicit HeldHttpRequest(const plugboard_http_request& from);
  HeldHttpRequest(const HeldHttpRequest&) = delete;
  HeldHttpRequest& operator=(const HeldHttpRequest&) = delete;
  [[nodiscard]] const plugboard_http_request& get() const { return request; }

  TextKeeper texts;
  std::vector<plugboard_header> headers;
  plugboard_http_request request;  // refers to `headers`
};

}  // namespace plugboard::extension
