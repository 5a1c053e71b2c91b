// Serves the files of a folder, such as the web application whose peers meet on the relay. What is
// not there is left to the next handler and the relay's own routes.
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http-files/conditional.hpp"
#include "http-files/content_type.hpp"
#include "http-files/file.hpp"
#include "http-files/url_path.hpp"

namespace plugboard {
namespace {

using namespace http_files;

constexpr std::uint64_t kMaxSize = 16 * 1024 * 1024;  // of an answer, for the relay

struct Settings {
  explicit Settings(const Config& config)
      : folder(config.string("folder")),
        prefix(config.string("prefix")),
        index(config.string("index")),
        max_age(std::chrono::duration_cast<std::chrono::seconds>(config.duration("max_age"))) {
    struct stat status {};
    if (stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
      config.fail("folder", folder + " is no folder");
    }
  }

  std::string folder;
  std::string prefix;
  std::string index;
  std::chrono::seconds max_age;
};

class HttpFiles : public Plugin {
 public:
  static std::string_view summary() { return "Serves the files of a folder."; }
  static constexpr bool blocking() { return true; }

  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "properties": {
        "folder": {
          "type": "string",
          "format": "path",
          "minLength": 1,
          "description": "whose files are served, with those of the folders in it"
        },
        "prefix": {
          "type": "string",
          "pattern": "^(/|(/[A-Za-z0-9._~-]+)+)$",
          "default": "/",
          "description": "where in the URL they begin"
        },
        "index": {
          "type": "string",
          "pattern": "^[^/.][^/]*$",
          "default": "index.html",
          "description": "served for a folder"
        },
        "max_age": {
          "format": "duration",
          "default": "0s",
          "description": "how long clients may use a file without asking again"
        }
      },
      "required": ["folder"]
    })";
  }

  explicit HttpFiles(const Config& config) : settings_(Settings(config)) {}

  auto reconfigure(const Config& config) {
    return [this, next = Settings(config)]() mutable { settings_.set(std::move(next)); };
  }

  std::optional<HttpClaim> claims(const HttpRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
    if (!below(settings_.get()->prefix, request.path)) return std::nullopt;
    return HttpClaim{};
  }

  HttpVerdict handle(const HttpRequest& request) {
    const auto settings = settings_.get();
    const auto path = below(settings->prefix, request.path);
    if (!path) return next();
    if (!path->ends_with_slash) {
      const auto opened = File::open(settings->folder, path->file);
      if (const auto* file = std::get_if<File>(&opened)) {
        return serve(*settings, request, path->file, *file);
      }
      if (std::get<File::Failure>(opened) == File::Failure::kNotFound) return next();
    }
    const std::string index =
        path->file.empty() ? settings->index : path->file + "/" + settings->index;
    const auto opened = File::open(settings->folder, index);
    const auto* file = std::get_if<File>(&opened);
    if (file == nullptr) return next();
    // Links in the file are meant from within the folder.
    if (!path->ends_with_slash) return to_folder(request);
    return serve(*settings, request, index, *file);
  }

 private:
  static HttpVerdict serve(const Settings& settings, const HttpRequest& request,
                           const std::string& name, const File& file) {
    const std::string tag = file.tag();
    const std::string modified = http_date(file.modified());
    HttpResponse response{
        .status = 200,
        .headers = {{"ETag", tag},
                    {"Last-Modified", modified},
                    {"Cache-Control", settings.max_age.count() == 0
                                          ? "no-cache"
                                          : "max-age=" + std::to_string(settings.max_age.count())},
                    {"X-Content-Type-Options", "nosniff"}},
        .body = {}};
    if (is_unchanged(request.headers.find("If-None-Match"),
                     request.headers.find("If-Modified-Since"), tag, modified)) {
      response.status = 304;
      return response;
    }
    response.headers.push_back({"Content-Type", std::string(content_type_of(name))});
    response.body = file.read(kMaxSize);
    return response;
  }

  static HttpVerdict to_folder(const HttpRequest& request) {
    std::string location(request.path);
    location += '/';
    if (!request.query.empty()) location.append("?").append(request.query);
    return HttpResponse{.status = 301, .headers = {{"Location", location}}, .body = {}};
  }

  Current<Settings> settings_;
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::HttpFiles, "http-files", "1.0.0")
