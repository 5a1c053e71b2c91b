// The socket under a TLS session, as OpenSSL sees it: like OpenSSL's own, but records that others
// follow at once are handed to the kernel with the word that more is to come, so that it makes as
// few segments of them as of plain bytes. The connection's own thread.
#pragma once

struct bio_st;

namespace plugboard::net {

struct TlsSocket {
  int descriptor = -1;
  bool more = false;  // what is written now will be followed by more before this thread is done
  // A read took all there was, so the next would be for nothing. Whoever reads anew resets it.
  bool drained = false;
  // The other side has ended its half, which is seen by reading to the end and announced only once.
  bool hung_up = false;
};

/// A BIO on the socket, which must outlive it and stays the caller's. Null without memory.
bio_st* new_bio(TlsSocket& socket);

}  // namespace plugboard::net
