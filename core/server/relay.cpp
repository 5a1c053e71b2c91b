#include "server/relay.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <system_error>
#include <utility>

#include "net/connection.hpp"
#include "net/settings.hpp"

namespace plugboard::server {
namespace {

// Peers are sent away in this many steps, within this share of the grace time; what is left of it
// is for their Close frames to come back.
constexpr int kDrainSteps = 50;
constexpr double kDrainShare = 0.8;

constexpr std::string_view kUnix = "unix:";

std::size_t thread_count(std::uint32_t wanted) {
  return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Relay::Relay(Log& log, RelayOptions options)
    : log_(log),
      listen_(options.listen),
      own_threads_(options.own_threads),
      key_secret_(metering::draw_key_secret()),
      services_(log),
      extensions_(services_, {.plugin_path = std::move(options.plugin_path),
                              .linked = std::move(options.linked),
                              .relay_version = std::move(options.version)}) {}

Relay::~Relay() { stop(); }

Problems Relay::start(const manifest::Manifest& manifest) {
  auto tls = load_tls(manifest);
  if (auto* problems = std::get_if<Problems>(&tls)) return std::move(*problems);
  auto prepared = extensions_.prepare(manifest);
  if (auto* problems = std::get_if<Problems>(&prepared)) return std::move(*problems);

  const std::size_t threads = own_threads_ ? thread_count(manifest.server.threads) : 1;
  std::vector<std::vector<net::BoundSocket>> sockets;
  // Held from the first on, so that none stays behind where a later address cannot be had.
  std::vector<std::unique_ptr<SocketFile>> socket_files;
  for (const manifest::Listener& listener : manifest.server.listen) {
    if (!listen_) break;
    for (auto& bound : net::bind_listener(listener, threads)) {
      const std::string_view text = bound[0].text;
      if (text.starts_with(kUnix)) {
        socket_files.push_back(std::make_unique<SocketFile>(text.substr(kUnix.size())));
      }
      sockets.push_back(std::move(bound));
    }
  }

  shared_ = std::make_unique<net::Shared>(threads, traffic_settings(manifest));
  shared_->log = [this](int level, std::string_view text) { log_.line(level, {}, text); };
  shared_->plugin_stats = [this] { return extensions_.stats().dump(); };
  services_.serve(*shared_);
  shared_->set_settings(
      make_settings(manifest, std::get<extension::NewGeneration>(std::move(prepared)).commit(),
                    std::get<std::shared_ptr<const net::TlsContext>>(std::move(tls))));
  listening_ = manifest.server.listen;
  threads_wanted_ = manifest.server.threads;
  log_warnings(manifest);

  for (std::size_t number = 0; number < threads; ++number) {
    threads_.emplace_back().loop =
        std::make_unique<net::Loop>(*shared_, static_cast<std::uint16_t>(number));
  }
  socket_files_ = std::move(socket_files);
  for (auto& copies : sockets) {
    addresses_.push_back(copies[0].text);
    for (std::size_t copy = 0; copy < copies.size(); ++copy) {
      Thread& thread = threads_[copy % threads_.size()];
      thread.listeners.push_back(
          std::make_unique<net::Listener>(*thread.loop, std::move(copies[copy].descriptor)));
    }
  }
  shared_->service = net::Service::serving;
  for (Thread& thread : threads_) {
    if (!own_threads_) break;
    thread.thread = std::thread([loop = thread.loop.get()] { loop->run(); });
  }
  return {};
}

Problems Relay::reload(const manifest::Manifest& manifest) {
  auto tls = load_tls(manifest);
  if (auto* problems = std::get_if<Problems>(&tls)) return std::move(*problems);
  auto prepared = extensions_.prepare(manifest);
  if (auto* problems = std::get_if<Problems>(&prepared)) return std::move(*problems);

  shared_->traffic.reconfigure(traffic_settings(manifest), std::chrono::steady_clock::now(),
                               std::chrono::system_clock::now());
  shared_->set_settings(
      make_settings(manifest, std::get<extension::NewGeneration>(std::move(prepared)).commit(),
                    std::get<std::shared_ptr<const net::TlsContext>>(std::move(tls))));
  wake_all();
  log_.configure(manifest.log);
  log_warnings(manifest);
  if (listen_ && manifest.server.listen != listening_) {
    log_.warn("server.listen has changed: that takes effect at a restart");
  }
  if (own_threads_ && manifest.server.threads != threads_wanted_) {
    log_.warn("server.threads has changed: that takes effect at a restart");
  }
  return {};
}

std::variant<std::shared_ptr<const net::TlsContext>, Problems> Relay::load_tls(
    const manifest::Manifest& manifest) const {
  if (!manifest.server.tls) return std::shared_ptr<const net::TlsContext>();
  const manifest::Tls& tls = *manifest.server.tls;
  auto loaded = net::TlsContext::load(tls.certificate.path, tls.private_key.path);
  if (const auto* why = std::get_if<std::string>(&loaded)) {
    return Problems{manifest.error(tls.certificate.position, "server.tls: " + *why)};
  }
  return std::get<std::shared_ptr<const net::TlsContext>>(std::move(loaded));
}

metering::TrafficSettings Relay::traffic_settings(const manifest::Manifest& manifest) const {
  return {.window = manifest.stats.window,
          .history = manifest.stats.history,
          .names = metering::KeyNames(manifest.stats.keys,
                                      manifest.stats.key_secret.value_or(key_secret_))};
}

std::shared_ptr<const net::Settings> Relay::make_settings(
    const manifest::Manifest& manifest, std::shared_ptr<const extension::Chains> chains,
    std::shared_ptr<const net::TlsContext> tls) {
  std::vector<net::Settings::ChannelEntry> entries;
  std::set<const peer::Channel*> present;
  for (const manifest::Channel& named : manifest.channels) {
    peer::Channel& channel = shared_->channels.use(named.name.text);
    channel.reject_duplicates = named.on_duplicate == manifest::OnDuplicate::kReject;
    channel.notify_undeliverable = named.undeliverable == manifest::Undeliverable::kNotify;
    channel.presence_list = named.presence_list;
    channel.stale_evict = named.stale_evict;
    present.insert(&channel);
    net::Settings::ChannelEntry entry{&channel, std::nullopt};
    if (named.id_parser) entry.id_parser = chains->id_parsers.find(named.id_parser->text);
    entries.push_back(std::move(entry));
  }
  std::vector<const peer::Channel*> gone;
  shared_->channels.for_each([&](const peer::Channel& channel) {
    if (!present.contains(&channel)) gone.push_back(&channel);
  });
  for (const peer::Channel* channel : gone) shared_->channels.retire(*channel);
  return std::make_shared<const net::Settings>(manifest, std::move(chains),
                                               traffic_settings(manifest).names, std::move(entries),
                                               std::move(tls));
}

void Relay::log_warnings(const manifest::Manifest& manifest) {
  for (const manifest::Diagnostic& warning : manifest.warnings) log_.warn(warning.text());
}

void Relay::wake_all() {
  for (Thread& thread : threads_) thread.loop->post([] {});
}

std::size_t Relay::connections() const {
  if (shared_ == nullptr) return 0;
  return std::size_t{shared_->connections.load(std::memory_order_relaxed)} +
         shared_->turned_away.load(std::memory_order_relaxed);
}

void Relay::adopt(int descriptor, std::string_view received, net::HeldSession session) {
  net::Descriptor socket(descriptor);
  if (threads_.empty()) return;
  net::Loop& loop =
      *threads_[adopted_.fetch_add(1, std::memory_order_relaxed) % threads_.size()].loop;
  // A function that can be copied holds it until it runs.
  auto held = std::make_shared<net::Descriptor>(std::move(socket));
  loop.post([&loop, held, bytes = std::string(received), session = std::move(session)] {
    net::adopt_connection(loop, std::move(*held), bytes, session);
  });
}

bool Relay::alive() {
  if (silent_loops_->load(std::memory_order_acquire) > 0) return false;
  silent_loops_->store(threads_.size(), std::memory_order_release);
  for (Thread& thread : threads_) {
    thread.loop->post(
        [silent = silent_loops_] { silent->fetch_sub(1, std::memory_order_acq_rel); });
  }
  return true;
}

void Relay::drain() {
  if (std::exchange(draining_, true) || shared_ == nullptr) return;
  shared_->service = net::Service::draining;
  drain_began_ = std::chrono::steady_clock::now();
  drain_time_ = shared_->settings()->server.shutdown_grace;
  drain_connections_ = connections();
  wake_all();
}

bool Relay::drained() {
  if (shared_ == nullptr || connections() == 0) return true;
  const auto passed = std::chrono::steady_clock::now() - drain_began_;
  const bool over = passed >= drain_time_;
  // Steps that a busy machine has missed are made up for: who has not been told yet is told now.
  int steps_due = kDrainSteps;
  if (!over) {
    const double share = std::chrono::duration<double>(passed).count() /
                         (std::chrono::duration<double>(drain_time_).count() * kDrainShare);
    steps_due = std::min(kDrainSteps, static_cast<int>(share * kDrainSteps) + 1);
  }
  for (; drain_steps_done_ < steps_due; ++drain_steps_done_) {
    send_away(drain_steps_done_);
  }
  return over;
}

// However many threads they are on, as many are sent away by a step as its share of all demands,
// and one from the start, so that a single peer keeps nobody waiting. The last step takes everyone.
void Relay::send_away(int step) {
  constexpr auto kAll = std::numeric_limits<std::int64_t>::max() / 2;
  const auto due = [this](int by) {
    return by < 0 ? 0 : static_cast<std::int64_t>(drain_connections_) * by / kDrainSteps + 1;
  };
  *may_leave_ += step == kDrainSteps - 1 ? kAll : due(step) - due(step - 1);
  for (Thread& thread : threads_) {
    net::Loop& loop = *thread.loop;
    loop.post([&loop, may_leave = may_leave_] {
      loop.for_each([&](net::Connection& connection) {
        if (may_leave->load(std::memory_order_relaxed) <= 0) return;
        if (may_leave->fetch_sub(1) <= 0 || !connection.send_away()) may_leave->fetch_add(1);
      });
    });
  }
}

void Relay::stop() {
  if (std::exchange(stopped_, true)) return;
  // As long as they listen: a relay that finds one deserted takes its place.
  socket_files_.clear();
  for (Thread& thread : threads_) {
    if (thread.thread.joinable()) thread.loop->stop();
  }
  for (Thread& thread : threads_) {
    if (thread.thread.joinable()) thread.thread.join();
  }
  for (Thread& thread : threads_) thread.listeners.clear();
  // All loops go before the state they share: one's connections may refer to another's.
  for (Thread& thread : threads_) thread.loop->drop_connections();
  threads_.clear();
  if (shared_ != nullptr) shared_->set_settings(nullptr);
  extensions_.shutdown();
}

}  // namespace plugboard::server
