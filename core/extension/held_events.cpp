#include "extension/held_events.hpp"

namespace plugboard::extension {
namespace {

std::size_t size_of(const plugboard_header* headers, std::uint64_t count) {
  std::size_t size = 0;
  for (std::uint64_t i = 0; i < count; ++i) size += headers[i].name.size + headers[i].value.size;
  return size;
}

std::vector<plugboard_header> keep(TextKeeper& texts, const plugboard_header* headers,
                                   std::uint64_t count) {
  std::vector<plugboard_header> kept;
  kept.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const plugboard_bytes name = texts.keep(headers[i].name);
    kept.push_back({name, texts.keep(headers[i].value)});
  }
  return kept;
}

}  // namespace

HeldPeerInfo::HeldPeerInfo(const plugboard_peer_info& from)
    : texts(TextKeeper::size_of({from.channel, from.id, from.address, from.client_address,
                                 from.key_name, from.attributes})),
      info(from) {
  for (plugboard_bytes* text : {&info.channel, &info.id, &info.address, &info.client_address,
                                &info.key_name, &info.attributes}) {
    *text = texts.keep(*text);
  }
}

HeldPeerEnd::HeldPeerEnd(const plugboard_peer_end& from)
    : peer(*from.peer), texts(from.close_reason.size), end(from) {
  end.peer = &peer.info;
  end.close_reason = texts.keep(end.close_reason);
}

HeldRefusal::HeldRefusal(const plugboard_peer_refusal& from)
    : texts(TextKeeper::size_of(
          {from.code, from.message, from.client_address, from.path, from.key_name})),
      refusal(from) {
  for (plugboard_bytes* text : {&refusal.code, &refusal.message, &refusal.client_address,
                                &refusal.path, &refusal.key_name}) {
    *text = texts.keep(*text);
  }
}

HeldHttpDone::HeldHttpDone(const plugboard_http_done& from)
    : texts(TextKeeper::size_of({from.method, from.path, from.client_address})), request(from) {
  for (plugboard_bytes* text : {&request.method, &request.path, &request.client_address}) {
    *text = texts.keep(*text);
  }
}

HeldVerifyRequest::HeldVerifyRequest(const plugboard_verify_request& from)
    : peer(*from.peer),
      texts(TextKeeper::size_of({from.target, from.query, from.key}) +
            size_of(from.headers, from.header_count)),
      headers(keep(texts, from.headers, from.header_count)),
      request(from) {
  request.peer = &peer.info;
  request.headers = headers.data();
  for (plugboard_bytes* text : {&request.target, &request.query, &request.key}) {
    *text = texts.keep(*text);
  }
}

HeldHttpRequest::HeldHttpRequest(const plugboard_http_request& from)
    : texts(TextKeeper::size_of({from.method, from.path, from.query, from.client_address, from.body,
                                 from.key_name}) +
            size_of(from.headers, from.header_count)),
      headers(keep(texts, from.headers, from.header_count)),
      request(from) {
  request.headers = headers.data();
  for (plugboard_bytes* text : {&request.method, &request.path, &request.query,
                                &request.client_address, &request.body, &request.key_name}) {
    *text = texts.keep(*text);
  }
}

}  // namespace plugboard::extension
