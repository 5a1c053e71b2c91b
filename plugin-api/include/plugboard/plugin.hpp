// A whole plugin in C++20: include this, write a class, export it.
//
//   // Lets in keys that end in the team's suffix.
//   class SuffixKeys : public plugboard::Plugin {
//    public:
//     explicit SuffixKeys(const plugboard::Config& config) : suffix_(config.string("suffix")) {}
//
//     plugboard::Verdict lookup(const plugboard::KeyRequest& request) const {
//       return request.key.ends_with(suffix_) ? plugboard::allow() : plugboard::abstain();
//     }
//
//    private:
//     std::string suffix_;
//   };
//   PLUGBOARD_EXPORT_PLUGIN(SuffixKeys, "suffix-keys", "1.0.0")
//
// What the class can do follows from the public methods it has; no virtual functions, no lists to
// keep. The methods of each kind stand at the top of key_store.hpp, rate_limiter.hpp, hook.hpp,
// http_handler.hpp, blob_store.hpp and id_parser.hpp; a class may be of several kinds. For every
// kind it may also have
//
//   Class(const Config&) or Class()          makes an instance; throw to refuse the config
//   static std::string_view config_schema()  which config it takes, as JSON; without one: any
//   static std::string_view summary()        a line of English for `plugboard plugins`
//   static constexpr bool blocking()         true: lookups may block, so they run on worker threads
//   static void check(Host, const Config&)   tries what the config depends on, for `plugboard
//                                            check`; throw to refuse. Without it an instance is
//                                            made and taken down again.
//   auto reconfigure(const Config&)          takes in a new config without letting it count: throw
//                                            to refuse it, else return a callable that makes it
//                                            count; that one must not fail, and may never be called
//   void prepare(const Config&), void commit(), void abort()
//                                            the same by hand
//   void drain()                             no more questions come: finish what is under way
//   void cancel(plugboard_token)             nobody waits for this Completion any more; answering
//                                            it is still needed, and harmless
//
// Exceptions end at the border: the call comes to "error", and the relay's log says which method
// failed and why. In `create`, `check` and `prepare` they become errors of the manifest. Methods
// marked [io] or [any] run on several threads at once, also while a reload runs `reconfigure`;
// current.hpp holds a value that can be swapped under them.
#ifndef PLUGBOARD_PLUGIN_HPP
#define PLUGBOARD_PLUGIN_HPP

#include <concepts>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "blob_store.hpp"
#include "config.hpp"
#include "current.hpp"
#include "hook.hpp"
#include "host.hpp"
#include "http_handler.hpp"
#include "id_parser.hpp"
#include "key_store.hpp"
#include "methods.hpp"
#include "plugin.h"
#include "query.hpp"
#include "rate_limiter.hpp"
#include "task.hpp"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard {

namespace detail {

/// The host of the instance that this thread is making, for Plugin's constructor.
inline const plugboard_host*& creating() noexcept {
  static thread_local const plugboard_host* host = nullptr;
  return host;
}

class Creating {
 public:
  explicit Creating(const plugboard_host* host) : before_(std::exchange(creating(), host)) {}
  Creating(const Creating&) = delete;
  Creating& operator=(const Creating&) = delete;
  ~Creating() { creating() = before_; }

 private:
  const plugboard_host* before_;
};

}  // namespace detail

/// What plugins derive from. Not copied, not moved: an instance stays where it was made.
class Plugin {
 public:
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

 protected:
  Plugin() : host_(detail::creating()) {}
  ~Plugin() = default;

  /// What the relay does for this instance; also within the constructor and destructor.
  Host host() const noexcept { return host_; }

 private:
  Host host_;
};

namespace detail {

/// One plugin object with what belongs to it; what plugboard_instance points to.
template <class C>
struct Instance {
  using Class = C;

  Instance(const plugboard_host* its_host,
           const Config& config) requires std::constructible_from<C, const Config&>
      : host(its_host), object(config) {}
  Instance(const plugboard_host* its_host,
           const Config&) requires(!std::constructible_from<C, const Config&>)
      : host(its_host), object() {}

  static Instance& from(plugboard_instance* self) noexcept {
    return *reinterpret_cast<Instance*>(self);
  }

  /// Asks a question whose answer comes through a Completion, which answers by itself if the call
  /// throws before it is used or kept: so it is PENDING in every case.
  template <class F>
  plugboard_status later(const char* name, F&& ask) {
    guarded(host, name, [&] {
      ask();
      return PLUGBOARD_OK;
    });
    return PLUGBOARD_PENDING;
  }

  const plugboard_host* host;
  C object;
  Task committing;           // between prepare and commit or abort
  std::string route_prefix;  // what `limits` lent last
};

/// Runs what takes a config in, and turns what it throws into problems of the manifest.
template <class F>
plugboard_status reporting(const plugboard_host* host, F&& take_in) noexcept {
  const auto report = [host](std::string_view pointer, std::string_view sentence) {
    host->problem(host, bytes(pointer), bytes(sentence));
    return PLUGBOARD_ERROR;
  };
  try {
    take_in();
    return PLUGBOARD_OK;
  } catch (const ConfigError& failure) {
    return report(failure.pointer(), failure.what());
  } catch (const std::exception& failure) {
    return report("", failure.what());
  } catch (...) {
    return report("", "failed with an exception of unknown type");
  }
}

template <class C>
struct PluginTable {
  using Its = Instance<C>;

  static plugboard_status check(const plugboard_host* host, plugboard_bytes config) {
    return reporting(host, [&] {
      const Creating scope(host);
      if constexpr (HasCheck<C>) {
        C::check(Host(host), Config::parse(view(config)));
      } else {
        const Its tried(host, Config::parse(view(config)));
      }
    });
  }

  static plugboard_status create(const plugboard_host* host, plugboard_bytes config,
                                 plugboard_instance** instance) {
    return reporting(host, [&] {
      const Creating scope(host);
      *instance = reinterpret_cast<plugboard_instance*>(new Its(host, Config::parse(view(config))));
    });
  }

  static plugboard_status prepare(plugboard_instance* self, plugboard_bytes config) {
    Its& instance = Its::from(self);
    return reporting(instance.host, [&] {
      if constexpr (HasReconfigure<C>) {
        instance.committing = instance.object.reconfigure(Config::parse(view(config)));
      } else {
        instance.object.prepare(Config::parse(view(config)));
      }
    });
  }

  static void commit(plugboard_instance* self) {
    Its& instance = Its::from(self);
    guarded(instance.host, "commit", [&] {
      if constexpr (HasReconfigure<C>) {
        Task committing = std::move(instance.committing);
        if (committing) committing();
      } else {
        instance.object.commit();
      }
      return PLUGBOARD_OK;
    });
  }

  static void abort(plugboard_instance* self) {
    Its& instance = Its::from(self);
    guarded(instance.host, "abort", [&] {
      instance.committing = Task();
      if constexpr (!HasReconfigure<C> && HasAbort<C>) instance.object.abort();
      return PLUGBOARD_OK;
    });
  }

  static void drain(plugboard_instance* self) {
    Its& instance = Its::from(self);
    guarded(instance.host, "drain", [&] {
      instance.object.drain();
      return PLUGBOARD_OK;
    });
  }

  static void destroy(plugboard_instance* self) { delete &Its::from(self); }

  static void cancel(plugboard_instance* self, plugboard_token token) {
    Its& instance = Its::from(self);
    guarded(instance.host, "cancel", [&] {
      instance.object.cancel(token);
      return PLUGBOARD_OK;
    });
  }

  static const void* kind(const char* id) {
    if constexpr (IsKeyStore<C>) {
      if (std::strcmp(id, PLUGBOARD_KEY_STORE_ID) == 0) return KeyStoreTable<Its>::table();
    }
    if constexpr (IsRateLimiter<C>) {
      if (std::strcmp(id, PLUGBOARD_RATE_LIMITER_ID) == 0) return RateLimiterTable<Its>::table();
    }
    if constexpr (IsHook<C>) {
      if (std::strcmp(id, PLUGBOARD_HOOK_ID) == 0) return HookTable<Its>::table();
    }
    if constexpr (IsHttpHandler<C>) {
      if (std::strcmp(id, PLUGBOARD_HTTP_HANDLER_ID) == 0) return HttpHandlerTable<Its>::table();
    }
    if constexpr (IsBlobStore<C>) {
      if (std::strcmp(id, PLUGBOARD_BLOB_STORE_ID) == 0) return BlobStoreTable<Its>::table();
    }
    if constexpr (IsIdParser<C>) {
      if (std::strcmp(id, PLUGBOARD_ID_PARSER_ID) == 0) return IdParserTable<Its>::table();
    }
    return nullptr;
  }

  static plugboard_plugin describe(std::string_view name, std::string_view version) {
    static_assert(std::is_base_of_v<Plugin, C>, "the class must derive from plugboard::Plugin");
    check_methods<C>();
    plugboard_plugin plugin{};
    plugin.size = sizeof plugin;
    plugin.abi_major = PLUGBOARD_ABI_MAJOR;
    plugin.abi_minor = PLUGBOARD_ABI_MINOR;
    plugin.name = bytes(name);
    plugin.version = bytes(version);
    if constexpr (HasBlocking<C>) plugin.flags = C::blocking() ? PLUGBOARD_FLAG_BLOCKING : 0;
    if constexpr (HasSummary<C>) plugin.summary = bytes(C::summary());
    if constexpr (HasConfigSchema<C>) {
      plugin.config_schema = bytes(C::config_schema());
    } else if constexpr (std::constructible_from<C, const Config&>) {
      plugin.config_schema = bytes(R"({"type":"object","additionalProperties":true})");
    }
    plugin.check = &check;
    plugin.create = &create;
    if constexpr (HasReconfigure<C> || HasPrepare<C>) {
      plugin.prepare = &prepare;
      plugin.commit = &commit;
      plugin.abort = &abort;
    }
    if constexpr (HasDrain<C>) plugin.drain = &drain;
    plugin.destroy = &destroy;
    if constexpr (HasCancel<C>) plugin.cancel = &cancel;
    plugin.kind = &kind;
    return plugin;
  }
};

}  // namespace detail
}  // namespace plugboard
#pragma GCC visibility pop

/// Makes the class the plugin of this shared object. Once in a library, at file scope.
/// `plugin_name` and `plugin_version`: string literals.
#define PLUGBOARD_EXPORT_PLUGIN(Class, plugin_name, plugin_version)                     \
  extern "C" PLUGBOARD_EXPORT const plugboard_plugin* plugboard_plugin_v1(void) {       \
    static const plugboard_plugin plugin =                                              \
        ::plugboard::detail::PluginTable<Class>::describe(plugin_name, plugin_version); \
    return &plugin;                                                                     \
  }

#endif
