#include "plugboard/server.hpp"

#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "manifest/environment.hpp"
#include "manifest/reader.hpp"
#include "server/relay.hpp"
#include "server/values.hpp"

namespace plugboard {
namespace {

// What diagnostics call a manifest that is no file.
constexpr const char* kValues = "values";

ServerProblems as_text(const std::vector<manifest::Diagnostic>& diagnostics) {
  ServerProblems problems;
  for (const manifest::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == manifest::Severity::kError) problems.push_back(diagnostic.text());
  }
  return problems;
}

manifest::ReadResult read_values(const nlohmann::json& values,
                                 const std::filesystem::path& folder) {
  const std::filesystem::path name = folder / kValues;
  if (!values.is_object()) {
    return std::vector<manifest::Diagnostic>{{.file = name.string(),
                                              .position = {},
                                              .what = "the values are no object",
                                              .found = values.type_name(),
                                              .allowed = "an object in the shape of a manifest"}};
  }
  return manifest::read(server::toml_of(values), name, manifest::process_environment());
}

manifest::ReadResult read_file(const std::filesystem::path& file) {
  return manifest::read_file(file, manifest::process_environment());
}

extension::LinkedPlugins linked(const ServerOptions& options) {
  extension::LinkedPlugins plugins;
  for (const auto& [name, plugin] : options.plugins) {
    plugins.emplace(name, extension::LinkedPlugin{plugin.entry, plugin.parts});
  }
  return plugins;
}

server::LogFunction log_function(const ServerOptions& options) {
  if (!options.log) return {};
  return [log = options.log](const server::LogEntry& entry) {
    log({entry.time, entry.level, entry.source, entry.text});
  };
}

}  // namespace

class Server::Inside {
 public:
  explicit Inside(ServerOptions options) : options_(std::move(options)) {}

  ServerProblems start(const manifest::ReadResult& read) {
    if (relay_) return {"the server has been started already"};
    if (const auto* problems = std::get_if<std::vector<manifest::Diagnostic>>(&read)) {
      return as_text(*problems);
    }
    const auto& manifest = std::get<manifest::Manifest>(read);
    if (log_) {
      log_->configure(manifest.log);
    } else {
      log_.emplace(manifest.log, log_function(options_));
    }
    auto relay = std::make_unique<server::Relay>(
        *log_, server::RelayOptions{.plugin_path = options_.plugin_path,
                                    .version = PLUGBOARD_VERSION,
                                    .linked = linked(options_),
                                    .listen = options_.listen,
                                    .own_threads = options_.own_threads});
    try {
      if (const auto problems = relay->start(manifest); !problems.empty()) {
        return as_text(problems);
      }
    } catch (const std::system_error& error) {
      return {error.what()};
    }
    relay_ = std::move(relay);
    return {};
  }

  ServerProblems reload(const manifest::ReadResult& read) {
    if (!relay_) return {"the server has not been started"};
    if (const auto* problems = std::get_if<std::vector<manifest::Diagnostic>>(&read)) {
      return as_text(*problems);
    }
    return as_text(relay_->reload(std::get<manifest::Manifest>(read)));
  }

  server::Relay* relay() const { return relay_.get(); }

  // The one that the caller turns; none before the start, after the stop, and with threads.
  net::Loop* turned_loop() const {
    return relay_ && !options_.own_threads ? relay_->loop() : nullptr;
  }

 private:
  ServerOptions options_;
  std::optional<server::Log> log_;
  std::unique_ptr<server::Relay> relay_;
};

Server::Server(ServerOptions options) : inside_(std::make_unique<Inside>(std::move(options))) {}
Server::~Server() = default;

ServerProblems Server::start(const std::filesystem::path& manifest) {
  return inside_->start(read_file(manifest));
}
ServerProblems Server::start(const nlohmann::json& values, const std::filesystem::path& folder) {
  return inside_->start(read_values(values, folder));
}
ServerProblems Server::reload(const std::filesystem::path& manifest) {
  return inside_->reload(read_file(manifest));
}
ServerProblems Server::reload(const nlohmann::json& values, const std::filesystem::path& folder) {
  return inside_->reload(read_values(values, folder));
}

const std::vector<std::string>& Server::addresses() const {
  static const std::vector<std::string> none;
  return inside_->relay() != nullptr ? inside_->relay()->addresses() : none;
}

void Server::adopt(int descriptor, std::string_view received) {
  if (inside_->relay() != nullptr) {
    inside_->relay()->adopt(descriptor, received);
  } else {
    net::Descriptor closed(descriptor);
  }
}

void Server::adopt(int descriptor, ssl_st* session, std::string_view received) {
  auto held = net::held_session(session);
  if (inside_->relay() != nullptr) {
    inside_->relay()->adopt(descriptor, received, std::move(held));
  } else {
    net::Descriptor closed(descriptor);
  }
}

int Server::descriptor() const {
  const net::Loop* loop = inside_->turned_loop();
  return loop != nullptr ? loop->descriptor() : -1;
}

bool Server::turn() {
  net::Loop* loop = inside_->turned_loop();
  if (loop == nullptr) return false;
  loop->turn(0);
  return loop->has_more();
}

void Server::drain() {
  if (inside_->relay() != nullptr) inside_->relay()->drain();
}
bool Server::drained() { return inside_->relay() == nullptr || inside_->relay()->drained(); }
void Server::stop() {
  if (inside_->relay() != nullptr) inside_->relay()->stop();
}
std::size_t Server::connections() const {
  return inside_->relay() != nullptr ? inside_->relay()->connections() : 0;
}

}  // namespace plugboard
