/* Has a variable of every struct of the release, so that abidiff sees all of them. */
#include <plugboard/plugboard.h>

#define FROZEN_VALUE(name, value)
#define FROZEN_TEXT(name, text)
#define FROZEN_TYPEDEF(name, ...)
#define FROZEN_STRUCT(name, bytes) PLUGBOARD_EXPORT name probe_##name;
#define FROZEN_WHOLE_STRUCT(name, bytes) PLUGBOARD_EXPORT name probe_##name;
#define FROZEN_MEMBER(name, member, offset, bytes, ...)

#include "v1.0/asserts.inc"
