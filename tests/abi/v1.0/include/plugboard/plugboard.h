/* Everything a plugin in C may need. */
#ifndef PLUGBOARD_PLUGBOARD_H
#define PLUGBOARD_PLUGBOARD_H

#include "abi.h"
#include "blob_store.h"
#include "hook.h"
#include "host.h"
#include "http_handler.h"
#include "id_parser.h"
#include "key_store.h"
#include "plugin.h"
#include "rate_limiter.h"

#endif
