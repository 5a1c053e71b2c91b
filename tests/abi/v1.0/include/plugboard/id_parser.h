/* An id parser says which ids a channel takes, in place of id_pattern (channel.id_parser names it),
   and may bring them into a canonical form. */
#ifndef PLUGBOARD_ID_PARSER_H
#define PLUGBOARD_ID_PARSER_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLUGBOARD_ID_PARSER_ID "plugboard.id-parser/1"

#define PLUGBOARD_ID_MAX_SIZE 256u /* bytes */

/* The id as it is to be known. Holds the requested one when passed in. */
typedef struct plugboard_id {
  uint32_t size;
  uint32_t length; /* bytes of text in use, 1 to PLUGBOARD_ID_MAX_SIZE */
  char text[PLUGBOARD_ID_MAX_SIZE];
} plugboard_id;

typedef struct plugboard_id_parser {
  uint32_t size;
  uint32_t reserved; /* 0 */

  /* Judges one id, percent-decoded UTF-8 of at most 256 bytes, never "*". OK (with *id changed or
     left alone), DENY (not an id: INVALID_URL) or ERROR (the same). [io]; required */
  plugboard_status (*parse)(plugboard_instance *self, plugboard_bytes channel, plugboard_id *id);
} plugboard_id_parser;

#ifdef __cplusplus
}
#endif

#endif
