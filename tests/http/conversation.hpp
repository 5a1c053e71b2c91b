// Has a RequestReader read bytes in pieces, the way a connection would, and writes down what it
// made of them, so that two ways of cutting the same bytes can be compared.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_reader.hpp"

namespace plugboard::http {

struct Conversation {
  std::vector<std::string> requests;  ///< `METHOD target|name=value|...||body`, each complete one
  unsigned failure = 0;               ///< status; 0: none
  std::string reason;
  std::string upgraded;  ///< what stood behind an upgrade request, which ended the reading
  bool waiting = false;  ///< ended inside a request

  friend bool operator==(const Conversation&, const Conversation&) = default;
};

inline std::string describe(const RequestReader& reader) {
  const RequestHead& head = reader.head();
  std::string text(head.method);
  text += ' ';
  text += head.target;
  for (const Header& header : head.headers) {
    text += '|';
    text += header.name;
    text += '=';
    text += header.value;
  }
  text += "||";
  text += reader.body();
  return text;
}

inline Conversation converse(const std::vector<std::string_view>& pieces,
                             std::size_t body_limit = 1024) {
  Conversation said;
  RequestReader reader;
  std::string unread;
  for (const std::string_view piece : pieces) {
    unread += piece;
    while (true) {
      unread.erase(0, reader.feed(unread));
      if (reader.state() == RequestReader::State::head_complete) {
        if (reader.head().is_upgrade()) break;
        reader.accept_body(body_limit);
        continue;
      }
      if (reader.state() != RequestReader::State::complete) break;
      said.requests.push_back(describe(reader));
      reader.next();
    }
    if (reader.state() == RequestReader::State::failed) {
      said.failure = reader.failure().status;
      said.reason = reader.failure().reason;
      return said;
    }
  }
  if (reader.state() == RequestReader::State::head_complete) {
    said.requests.push_back(describe(reader));
    said.upgraded = unread;
  } else {
    said.waiting = reader.started();
  }
  return said;
}

inline Conversation converse(std::string_view bytes, std::size_t body_limit = 1024) {
  return converse(std::vector<std::string_view>{bytes}, body_limit);
}

}  // namespace plugboard::http
