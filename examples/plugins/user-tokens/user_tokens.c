/* A key store in C: users with a secret each, and access keys that are signed tokens.

   The file has a line for each user, name and secret, and optionally the channels it may join:

     # name    secret                            channels
     alice     8f2d1c...                         pwa,ext
     bob       a-long-random-secret

   An access key is NAME.EXPIRES.SIGNATURE: EXPIRES is Unix time in seconds, SIGNATURE the lower-case
   hex of HMAC-SHA-256(secret, "NAME.EXPIRES"). Whoever knows a user's secret can make keys for that
   user without asking the relay:

     printf %s "alice.1800000000" | openssl dgst -sha256 -hmac "$SECRET" -hex

   Reread at each reload of the relay; the connections of users who are gone from the file are
   closed, and so are those of users whose secret has changed. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <plugboard/plugboard.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_USERS 10000
#define MAX_LINE 1024
#define MAX_CHANNELS 16
#define SIGNATURE_SIZE 64 /* hex digits of SHA-256 */

static plugboard_bytes text(const char *string) {
  plugboard_bytes bytes;
  bytes.data = string;
  bytes.size = strlen(string);
  return bytes;
}

/* --- Users --------------------------------------------------------------------------------- */

typedef struct user {
  char name[65];
  char secret[257];
  char channels[MAX_LINE]; /* names with a NUL behind each; channel_count of them */
  uint64_t channel_count;  /* 0: all */
  uint64_t credential;     /* changes with name and secret */
} user;

typedef struct user_list {
  user *users;
  size_t count;
} user_list;

static void free_users(user_list *list) {
  free(list->users);
  list->users = NULL;
  list->count = 0;
}

/* FNV-1a: only has to tell users of one file apart. */
static uint64_t credential_of(const user *who) {
  uint64_t hash = 14695981039346656037u;
  const char *parts[2];
  size_t i;
  parts[0] = who->name;
  parts[1] = who->secret;
  for (i = 0; i < 2; ++i) {
    const char *c = parts[i];
    do {
      hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    } while (*c++ != '\0');
  }
  return hash == 0 ? 1 : hash;
}

static const user *find_user(const user_list *list, const char *name, size_t size) {
  size_t i;
  for (i = 0; i < list->count; ++i) {
    const user *who = &list->users[i];
    if (strlen(who->name) == size && memcmp(who->name, name, size) == 0) return who;
  }
  return NULL;
}

/* Reads "name secret [channels]". 1: a user; 0: nothing on this line; -1: ill-formed. */
static int read_user(char *line, user *who) {
  static const char space[] = " \t\r\n";
  char *rest = NULL;
  const char *name = strtok_r(line, space, &rest);
  const char *secret = strtok_r(NULL, space, &rest);
  char *channels = strtok_r(NULL, space, &rest);
  char *channel;
  char *more = NULL;
  size_t used = 0;
  if (name == NULL || name[0] == '#') return 0;
  if (secret == NULL || strtok_r(NULL, space, &rest) != NULL) return -1;
  if (strlen(name) >= sizeof who->name || strchr(name, '.') != NULL) return -1;
  if (strlen(secret) >= sizeof who->secret || strlen(secret) < 16) return -1;
  memset(who, 0, sizeof *who);
  memcpy(who->name, name, strlen(name));
  memcpy(who->secret, secret, strlen(secret));
  who->credential = credential_of(who);
  if (channels == NULL) return 1;
  for (channel = strtok_r(channels, ",", &more); channel != NULL;
       channel = strtok_r(NULL, ",", &more)) {
    if (who->channel_count == MAX_CHANNELS) return -1;
    memcpy(who->channels + used, channel, strlen(channel) + 1);
    used += strlen(channel) + 1;
    ++who->channel_count;
  }
  return 1;
}

/* Tells the host what is wrong with the config's "file", and fails. */
static plugboard_status refuse_file(const plugboard_host *host, const char *path, unsigned line,
                                    const char *why) {
  char sentence[MAX_LINE];
  if (line == 0) {
    snprintf(sentence, sizeof sentence, "%s: %s", path, why);
  } else {
    snprintf(sentence, sizeof sentence, "%s, line %u: %s", path, line, why);
  }
  host->problem(host, text("/file"), text(sentence));
  return PLUGBOARD_ERROR;
}

static plugboard_status read_users(const plugboard_host *host, const char *path, user_list *list) {
  char line[MAX_LINE];
  unsigned number = 0;
  plugboard_status status = PLUGBOARD_OK;
  FILE *file = fopen(path, "re");
  list->count = 0;
  list->users = NULL;
  if (file == NULL) return refuse_file(host, path, 0, "cannot be read");
  while (status == PLUGBOARD_OK && fgets(line, sizeof line, file) != NULL) {
    user who;
    const int whole = strchr(line, '\n') != NULL || feof(file);
    const int found = whole ? read_user(line, &who) : -1;
    ++number;
    if (found < 0) {
      status = refuse_file(host, path, number,
                           "needs a name without dots, a secret of 16 to 256 characters and "
                           "perhaps channels");
    } else if (found > 0 && list->count == MAX_USERS) {
      status = refuse_file(host, path, number, "too many users");
    } else if (found > 0) {
      user *more = realloc(list->users, (list->count + 1) * sizeof *more);
      if (more == NULL) {
        status = refuse_file(host, path, number, "out of memory");
      } else {
        list->users = more;
        list->users[list->count++] = who;
      }
    }
  }
  fclose(file);
  if (status == PLUGBOARD_OK && list->count == 0) {
    status = refuse_file(host, path, 0, "holds no users");
  }
  if (status != PLUGBOARD_OK) free_users(list);
  return status;
}

/* --- Tokens -------------------------------------------------------------------------------- */

static void sign(const user *who, const char *data, size_t size, char hex[SIGNATURE_SIZE + 1]) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size = 0;
  unsigned int i;
  HMAC(EVP_sha256(), who->secret, (int)strlen(who->secret), (const unsigned char *)data, size,
       digest, &digest_size);
  for (i = 0; i < SIGNATURE_SIZE / 2; ++i) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* NAME.EXPIRES.SIGNATURE, as three places in one text. */
typedef struct token {
  size_t name_size;
  size_t signed_size; /* of NAME.EXPIRES */
  const char *signature;
  int64_t expires_ms;
} token;

static int read_token(plugboard_bytes key, token *result) {
  const char *first = memchr(key.data, '.', (size_t)key.size);
  const char *end = key.data + key.size;
  const char *second;
  const char *c;
  if (first == NULL) return 0;
  second = memchr(first + 1, '.', (size_t)(end - first - 1));
  if (second == NULL || end - second - 1 != SIGNATURE_SIZE) return 0;
  if (second == first + 1 || second - first > 12) return 0; /* up to 11 digits */
  result->expires_ms = 0;
  for (c = first + 1; c < second; ++c) {
    if (*c < '0' || *c > '9') return 0;
    result->expires_ms = result->expires_ms * 10 + (*c - '0');
  }
  result->expires_ms *= 1000;
  result->name_size = (size_t)(first - key.data);
  result->signed_size = (size_t)(second - key.data);
  result->signature = second + 1;
  return 1;
}

/* --- The instance -------------------------------------------------------------------------- */

struct plugboard_instance {
  const plugboard_host *host;
  pthread_rwlock_t lock; /* many lookups at once; a reload now and then */
  user_list users;       /* guarded by lock */
  user_list prepared;    /* between prepare and commit or abort; [control] only */
};

/* The string "file" of the config, which the host has checked against the description below: the
   one member there is, so that no JSON library is needed. Escapes of JSON are undone where a path
   can hold them. */
static int read_path(plugboard_bytes config, char *path, size_t path_size) {
  const char *at = memchr(config.data, ':', (size_t)config.size);
  const char *end = config.data + config.size;
  size_t used = 0;
  if (at == NULL || (at = memchr(at, '"', (size_t)(end - at))) == NULL) return 0;
  for (++at; at < end && *at != '"'; ++at) {
    if (*at == '\\' && ++at < end && strchr("bfnrtu", *at) != NULL) return 0; /* in no path */
    if (used + 1 >= path_size) return 0;
    path[used++] = *at;
  }
  path[used] = '\0';
  return used > 0;
}

static plugboard_status read_config(const plugboard_host *host, plugboard_bytes config,
                                    user_list *users) {
  char path[MAX_LINE];
  if (!read_path(config, path, sizeof path)) {
    host->problem(host, text("/file"), text("must be a path"));
    return PLUGBOARD_ERROR;
  }
  return read_users(host, path, users);
}

static plugboard_status check(const plugboard_host *host, plugboard_bytes config) {
  user_list users;
  const plugboard_status status = read_config(host, config, &users);
  if (status == PLUGBOARD_OK) free_users(&users);
  return status;
}

static plugboard_status create(const plugboard_host *host, plugboard_bytes config,
                               plugboard_instance **instance) {
  plugboard_status status;
  plugboard_instance *self = calloc(1, sizeof *self);
  if (self == NULL) return PLUGBOARD_ERROR;
  self->host = host;
  status = read_config(host, config, &self->users);
  if (status != PLUGBOARD_OK) {
    free(self);
    return status;
  }
  pthread_rwlock_init(&self->lock, NULL);
  *instance = self;
  return PLUGBOARD_OK;
}

static plugboard_status prepare(plugboard_instance *self, plugboard_bytes config) {
  return read_config(self->host, config, &self->prepared);
}

static void commit(plugboard_instance *self) {
  user_list before = self->users;
  size_t i;
  pthread_rwlock_wrlock(&self->lock);
  self->users = self->prepared;
  pthread_rwlock_unlock(&self->lock);
  self->prepared.users = NULL;
  self->prepared.count = 0;
  /* After the new list counts, so that no lookup can let in again what is being revoked. */
  for (i = 0; i < before.count; ++i) {
    const user *old = &before.users[i];
    const user *now = find_user(&self->users, old->name, strlen(old->name));
    if (now == NULL || now->credential != old->credential) {
      self->host->credential_revoke(self->host, old->credential);
    }
  }
  free_users(&before);
}

static void abort_prepared(plugboard_instance *self) { free_users(&self->prepared); }

static void destroy(plugboard_instance *self) {
  pthread_rwlock_destroy(&self->lock);
  free_users(&self->users);
  free(self);
}

/* --- The key store ------------------------------------------------------------------------- */

/* Allows with a grant, which has to go through host->complete. */
static plugboard_status allow(const plugboard_instance *self, const user *who, int64_t expires_ms,
                              plugboard_token question) {
  plugboard_bytes channels[MAX_CHANNELS];
  char attributes[128];
  const char *channel = who->channels;
  plugboard_grant grant;
  uint64_t i;
  for (i = 0; i < who->channel_count; ++i) {
    channels[i] = text(channel);
    channel += channels[i].size + 1;
  }
  snprintf(attributes, sizeof attributes, "{\"user\":\"%s\"}", who->name);
  memset(&grant, 0, sizeof grant);
  grant.size = sizeof grant;
  grant.credential = who->credential;
  grant.channels = who->channel_count > 0 ? channels : NULL;
  grant.channel_count = who->channel_count;
  grant.attributes = text(attributes);
  grant.expires_at_ms = expires_ms;
  self->host->complete(self->host, question, PLUGBOARD_OK, &grant);
  return PLUGBOARD_PENDING;
}

static plugboard_status lookup(plugboard_instance *self, const plugboard_key_request *request,
                               plugboard_token question) {
  token parts;
  const user *who;
  plugboard_status status = PLUGBOARD_NEXT;
  if (!read_token(request->key, &parts)) return PLUGBOARD_NEXT; /* perhaps another store's */
  pthread_rwlock_rdlock(&self->lock);
  who = find_user(&self->users, request->key.data, parts.name_size);
  if (who != NULL) {
    char expected[SIGNATURE_SIZE + 1];
    sign(who, request->key.data, parts.signed_size, expected);
    if (CRYPTO_memcmp(expected, parts.signature, SIGNATURE_SIZE) != 0 ||
        parts.expires_ms <= self->host->unix_ms(self->host)) {
      status = PLUGBOARD_DENY;
    } else {
      status = allow(self, who, parts.expires_ms, question);
    }
  }
  pthread_rwlock_unlock(&self->lock);
  return status;
}

/* Tokens are longer than other access keys, and hold dots. */
static plugboard_status key_form(plugboard_instance *self, plugboard_key_form *form) {
  (void)self;
  form->alphabet = PLUGBOARD_KEY_ALPHABET_VISIBLE;
  form->min_size = SIGNATURE_SIZE + 4;
  form->max_size = SIGNATURE_SIZE + 80;
  return PLUGBOARD_OK;
}

static const plugboard_key_store key_store = {sizeof key_store, 0, lookup, key_form};

static const void *kind(const char *id) {
  return strcmp(id, PLUGBOARD_KEY_STORE_ID) == 0 ? &key_store : NULL;
}

#define LITERAL(string) \
  { string, sizeof string - 1 }

static const plugboard_plugin plugin = {
    sizeof plugin,
    PLUGBOARD_ABI_MAJOR,
    PLUGBOARD_ABI_MINOR,
    0, /* lookups never block */
    LITERAL("user-tokens"),
    LITERAL("1.0.0"),
    LITERAL("Access keys that users sign themselves, with secrets from a file."),
    LITERAL("{\"type\":\"object\",\"required\":[\"file\"],\"properties\":{\"file\":"
            "{\"type\":\"string\",\"format\":\"path\","
            "\"description\":\"a line for each user: name, secret, channels\"}}}"),
    check,
    create,
    prepare,
    commit,
    abort_prepared,
    NULL, /* drain: nothing is under way after a call has returned */
    destroy,
    NULL, /* cancel: every question is answered at once */
    kind,
};

const plugboard_plugin *plugboard_plugin_v1(void) { return &plugin; }
