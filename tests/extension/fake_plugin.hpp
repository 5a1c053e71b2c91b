// Plugins within the test program: the ABI's tables, with functions that go to std::functions which
// each test sets as it likes. Those left empty are NULL in the table.
#pragma once

#include <plugboard/plugboard.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "extension/await.hpp"
#include "extension/fake_services.hpp"
#include "extension/instance.hpp"
#include "extension/links.hpp"
#include "extension/room_threads.hpp"

namespace plugboard::extension::test {

inline std::string text(plugboard_bytes bytes) {
  return bytes.size == 0 ? std::string() : std::string(bytes.data, bytes.size);
}

struct FakePlugin {
  // plugin.h; these may be called on threads of the room.
  std::function<plugboard_status(const plugboard_host*, std::string)> create, check;
  std::function<plugboard_status(std::string)> prepare;
  std::function<void()> commit, abort, drain, destroy;
  std::function<void(plugboard_token)> cancel;
  // key_store.h
  std::function<plugboard_status(const plugboard_key_request&, plugboard_token)> lookup;
  std::function<plugboard_status(plugboard_key_form&)> key_form;
  // rate_limiter.h
  std::function<plugboard_status(const plugboard_limit_subject&, std::uint64_t&,
                                 plugboard_limit_refusal&)>
      connect;
  std::function<plugboard_status(std::uint64_t, const plugboard_limit_subject&,
                                 plugboard_limit_refusal&)>
      admit;
  std::function<plugboard_status(std::uint64_t, const plugboard_usage&, plugboard_lease&)> renew;
  std::function<void(std::uint64_t, const plugboard_usage&)> release;
  std::function<plugboard_status(const plugboard_limit_subject&, plugboard_limit_refusal&)> request;
  // hook.h
  std::function<plugboard_status(const plugboard_verify_request&, plugboard_token)> verify_peer;
  std::function<void(const plugboard_peer_info&)> peer_connected;
  std::function<void(const plugboard_peer_end&)> peer_disconnected;
  std::function<plugboard_status(const plugboard_message&)> message, undeliverable;
  std::function<plugboard_status(const plugboard_message&, plugboard_routing*)> routed_message;
  std::function<void(const plugboard_peer_refusal&)> peer_refused;
  std::function<void(const plugboard_http_done&)> http_done;
  std::function<void(plugboard_peer, std::uint64_t)> peer_released;
  // http_handler.h
  std::function<plugboard_status(const plugboard_http_request&, plugboard_http_claim&)> claims;
  std::function<plugboard_status(const plugboard_http_request&, plugboard_token)> handle;
  // blob_store.h
  std::function<plugboard_status(plugboard_blob_limits&)> limits;
  std::function<plugboard_status(const plugboard_blob_request&, plugboard_token)> put, get, remove;
  std::function<std::uint64_t()> entries;
  // id_parser.h
  std::function<plugboard_status(std::string, plugboard_id&)> parse;

  std::uint32_t flags = 0;
  const plugboard_host* host = nullptr;  // set by create

  /// A descriptor whose tables hold what is set now.
  [[nodiscard]] Descriptor descriptor();
};

namespace fake {

inline FakePlugin& of(plugboard_instance* self) { return *reinterpret_cast<FakePlugin*>(self); }
/// The plugin that is being created or checked: create has no other way to find it.
inline FakePlugin*& being_made() {
  static FakePlugin* plugin = nullptr;
  return plugin;
}

inline plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                               plugboard_instance** instance) {
  FakePlugin* const plugin = being_made();
  plugin->host = host;
  *instance = reinterpret_cast<plugboard_instance*>(plugin);
  return plugin->create ? plugin->create(host, text(config)) : PLUGBOARD_OK;
}
inline plugboard_status check(const plugboard_host* host, plugboard_bytes config) {
  return being_made()->check(host, text(config));
}
inline void destroy(plugboard_instance* self) {
  if (of(self).destroy) of(self).destroy();
}

}  // namespace fake

inline Descriptor FakePlugin::descriptor() {
  using Self = plugboard_instance;
  Descriptor made;
  made.name = "fake";
  made.version = "1.0.0";
  plugboard_plugin& functions = made.functions;
  functions.size = sizeof functions;
  functions.abi_major = PLUGBOARD_ABI_MAJOR;
  functions.flags = flags;
  functions.create = fake::create;
  functions.destroy = fake::destroy;
  if (check) functions.check = fake::check;
  if (prepare) {
    functions.prepare = [](Self* self, plugboard_bytes config) {
      return fake::of(self).prepare(text(config));
    };
    functions.commit = [](Self* self) {
      if (fake::of(self).commit) fake::of(self).commit();
    };
    functions.abort = [](Self* self) {
      if (fake::of(self).abort) fake::of(self).abort();
    };
  }
  if (drain) functions.drain = [](Self* self) { fake::of(self).drain(); };
  if (cancel) {
    functions.cancel = [](Self* self, plugboard_token token) { fake::of(self).cancel(token); };
  }
  if (lookup) {
    auto& table = made.kinds.key_store.emplace(plugboard_key_store{});
    table.lookup = [](Self* self, const plugboard_key_request* asked, plugboard_token token) {
      return fake::of(self).lookup(*asked, token);
    };
    if (key_form) {
      table.key_form = [](Self* self, plugboard_key_form* form) {
        return fake::of(self).key_form(*form);
      };
    }
  }
  if (connect) {
    auto& table = made.kinds.rate_limiter.emplace(plugboard_rate_limiter{});
    table.connect = [](Self* self, const plugboard_limit_subject* subject, std::uint64_t* slot,
                       plugboard_limit_refusal* refusal) {
      return fake::of(self).connect(*subject, *slot, *refusal);
    };
    if (admit) {
      table.admit = [](Self* self, std::uint64_t slot, const plugboard_limit_subject* subject,
                       plugboard_limit_refusal* refusal) {
        return fake::of(self).admit(slot, *subject, *refusal);
      };
    }
    if (renew) {
      table.renew = [](Self* self, std::uint64_t slot, const plugboard_usage* usage,
                       plugboard_lease* lease) {
        return fake::of(self).renew(slot, *usage, *lease);
      };
    }
    table.release = [](Self* self, std::uint64_t slot, const plugboard_usage* usage) {
      if (fake::of(self).release) fake::of(self).release(slot, *usage);
    };
    if (request) {
      table.request = [](Self* self, const plugboard_limit_subject* subject,
                         plugboard_limit_refusal* refusal) {
        return fake::of(self).request(*subject, *refusal);
      };
    }
  }
  plugboard_hook hook = {};
  hook.size = sizeof hook;
  if (verify_peer) {
    hook.verify_peer = [](Self* self, const plugboard_verify_request* asked,
                          plugboard_token token) {
      return fake::of(self).verify_peer(*asked, token);
    };
  }
  if (peer_connected) {
    hook.peer_connected = [](Self* self, const plugboard_peer_info* peer) {
      fake::of(self).peer_connected(*peer);
    };
  }
  if (peer_disconnected) {
    hook.peer_disconnected = [](Self* self, const plugboard_peer_end* end) {
      fake::of(self).peer_disconnected(*end);
    };
  }
  if (message) {
    hook.message = [](Self* self, const plugboard_message* m) {
      return fake::of(self).message(*m);
    };
  }
  if (routed_message) {
    hook.routed_message = [](Self* self, const plugboard_message* m, plugboard_routing* routing) {
      return fake::of(self).routed_message(*m, routing);
    };
  }
  if (undeliverable) {
    hook.undeliverable = [](Self* self, const plugboard_message* m) {
      return fake::of(self).undeliverable(*m);
    };
  }
  if (peer_refused) {
    hook.peer_refused = [](Self* self, const plugboard_peer_refusal* refusal) {
      fake::of(self).peer_refused(*refusal);
    };
  }
  if (http_done) {
    hook.http_done = [](Self* self, const plugboard_http_done* done) {
      fake::of(self).http_done(*done);
    };
  }
  if (peer_released) {
    hook.peer_released = [](Self* self, plugboard_peer peer, std::uint64_t data) {
      fake::of(self).peer_released(peer, data);
    };
  }
  made.kinds.hook = hook;
  if (handle) {
    auto& table = made.kinds.http_handler.emplace(plugboard_http_handler{});
    if (claims) {
      table.claims = [](Self* self, const plugboard_http_request* asked,
                        plugboard_http_claim* claim) {
        return fake::of(self).claims(*asked, *claim);
      };
    }
    table.handle = [](Self* self, const plugboard_http_request* asked, plugboard_token token) {
      return fake::of(self).handle(*asked, token);
    };
  }
  if (put) {
    auto& table = made.kinds.blob_store.emplace(plugboard_blob_store{});
    if (limits) {
      table.limits = [](Self* self, plugboard_blob_limits* l) { return fake::of(self).limits(*l); };
    }
    table.put = [](Self* self, const plugboard_blob_request* asked, plugboard_token token) {
      return fake::of(self).put(*asked, token);
    };
    table.get = [](Self* self, const plugboard_blob_request* asked, plugboard_token token) {
      return fake::of(self).get(*asked, token);
    };
    table.remove = [](Self* self, const plugboard_blob_request* asked, plugboard_token token) {
      return fake::of(self).remove(*asked, token);
    };
    if (entries) table.entries = [](Self* self) { return fake::of(self).entries(); };
  }
  if (parse) {
    auto& table = made.kinds.id_parser.emplace(plugboard_id_parser{});
    table.parse = [](Self* self, plugboard_bytes channel, plugboard_id* id) {
      return fake::of(self).parse(text(channel), *id);
    };
  }
  return made;
}

/// A room for fake plugins, without the loader and the manifest.
class Stage {
 public:
  explicit Stage(InstanceOptions options = {})
      : options_(std::move(options)),
        threads(std::make_shared<RoomThreads>(services, 4, std::chrono::milliseconds(20'000))) {}

  ~Stage() { end(); }

  /// Lets all instances go that are not held elsewhere, and ends the threads.
  void end() {
    instances_.clear();
    left_ = threads->wait_for_instances(std::chrono::steady_clock::now() + kLongEnough);
    threads->stop(std::chrono::steady_clock::now() + kLongEnough);
  }
  [[nodiscard]] const std::vector<std::string>& left() const { return left_; }

  /// Makes an instance of the plugin, whose functions must be set already.
  std::shared_ptr<Instance> add(FakePlugin& plugin, const std::string& name = "fake") {
    auto library = std::make_shared<Library>();
    library->path = "/fake/" + name + ".so";
    library->sha256 = name;
    library->descriptor = plugin.descriptor();
    fake::being_made() = &plugin;
    auto instance = Instance::make(threads, threads->services, library, name, options_);
    problems = instance->create("{}");
    instances_.push_back(instance);
    return instance;
  }

  template <class L>
  L link(FakePlugin& plugin, const std::string& name, bool skip_errors = false) {
    L link;
    link.instance = add(plugin, name);
    link.self = link.instance->self();
    link.timeout = std::chrono::seconds(5);
    link.skip_errors = skip_errors;
    return link;
  }

  /// Has time go by, for the timers too.
  void advance(std::chrono::nanoseconds time) {
    services.advance(static_cast<std::uint64_t>(time.count()));
    threads->timers.wake();
  }

 private:
  const InstanceOptions options_;
  std::vector<std::shared_ptr<Instance>> instances_;
  std::vector<std::string> left_;

 public:
  FakeServices services;
  Instance::Problems problems;  // of the latest create
  const std::shared_ptr<RoomThreads> threads;
};

}  // namespace plugboard::extension::test
