// error: a rate limiter needs both connect and release
#include <plugboard/plugin.hpp>

struct Limiter : plugboard::Plugin {
  plugboard::LimitVerdict connect(const plugboard::LimitSubject&, std::uint64_t&) {
    return plugboard::allow();
  }
};
PLUGBOARD_EXPORT_PLUGIN(Limiter, "limiter", "1.0.0")
