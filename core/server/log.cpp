#include "server/log.hpp"

#include <plugboard/host.h>
#include <spdlog/async.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <string>
#include <utility>

#include "wire/json_text.hpp"

namespace plugboard::server {
namespace {

constexpr std::size_t kQueuedLines = 1024;

spdlog::level::level_enum level_of(manifest::LogLevel level) {
  switch (level) {
    case manifest::LogLevel::kTrace:
      return spdlog::level::trace;
    case manifest::LogLevel::kDebug:
      return spdlog::level::debug;
    case manifest::LogLevel::kInfo:
      return spdlog::level::info;
    case manifest::LogLevel::kWarn:
      return spdlog::level::warn;
    case manifest::LogLevel::kError:
      return spdlog::level::err;
    case manifest::LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

spdlog::level::level_enum level_of(int level) {
  switch (level) {
    case PLUGBOARD_LOG_TRACE:
      return spdlog::level::trace;
    case PLUGBOARD_LOG_DEBUG:
      return spdlog::level::debug;
    case PLUGBOARD_LOG_INFO:
      return spdlog::level::info;
    case PLUGBOARD_LOG_WARN:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

int level_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return PLUGBOARD_LOG_TRACE;
    case spdlog::level::debug:
      return PLUGBOARD_LOG_DEBUG;
    case spdlog::level::info:
      return PLUGBOARD_LOG_INFO;
    case spdlog::level::warn:
      return PLUGBOARD_LOG_WARN;
    default:
      return PLUGBOARD_LOG_ERROR;
  }
}

// Between source and text on their way to a function; in neither of them.
constexpr char kSeparator = '\0';

// Tells a function what the log's thread takes off the queue.
class FunctionSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FunctionSink(LogFunction function) : function_(std::move(function)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view payload(message.payload.data(), message.payload.size());
    const std::size_t separator = payload.find(kSeparator);
    try {
      function_({message.time, level_of(message.level), payload.substr(0, separator),
                 payload.substr(separator + 1)});
    } catch (...) {  // NOLINT(bugprone-empty-catch): where would one say so?
    }
  }
  void flush_() override {}

  LogFunction function_;
};

spdlog::sink_ptr sink_for(LogFunction function) {
  if (function) return std::make_shared<FunctionSink>(std::move(function));
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%e%z %* %v";
// The message is a JSON fragment of our own making.
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%*",%v})";

// The level by its name in the manifest: spdlog calls one of them "warning".
class LevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    const spdlog::string_view_t name = message.level == spdlog::level::warn
                                           ? spdlog::string_view_t("warn")
                                           : spdlog::level::to_string_view(message.level);
    line.append(name.data(), name.data() + name.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<LevelName>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_for(bool json) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<LevelName>('*').set_pattern(json ? kJsonPattern : kTextPattern);
  return formatter;
}

}  // namespace

class Log::Writer {
 public:
  explicit Writer(LogFunction function)
      : tells_function_(function != nullptr),
        threads_(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "plugboard", sink_for(std::move(function)), threads_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    // A stderr that cannot be written to is nothing to complain about on stderr.
    logger_->set_error_handler([](const std::string&) {});
  }

  // The thread writes out what is queued and ends before the logger that it writes with does.
  ~Writer() { threads_.reset(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void configure(const manifest::Log& settings) {
    json_ = settings.format == manifest::LogFormat::kJson;
    logger_->set_level(level_of(settings.level));
    logger_->set_formatter(formatter_for(json_));
  }

  void line(int level, std::string_view source, std::string_view text) {
    const auto spdlog_level = level_of(level);
    if (!logger_->should_log(spdlog_level)) return;
    std::string message;
    if (tells_function_) {
      message.append(source).append(1, kSeparator).append(text);
    } else if (json_) {
      if (!source.empty()) {
        message += R"("plugin":)";
        wire::append_json_string(message, source);
        message += ',';
      }
      message += R"("message":)";
      wire::append_json_string(message, text);
    } else {
      if (!source.empty()) message.append("[").append(source).append("] ");
      message += text;
    }
    logger_->log(spdlog_level, spdlog::string_view_t(message.data(), message.size()));
  }

  void flush() { logger_->flush(); }

 private:
  const bool tells_function_;
  std::shared_ptr<spdlog::details::thread_pool> threads_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::atomic<bool> json_{false};
};

Log::Log(const manifest::Log& settings, LogFunction function)
    : writer_(std::make_unique<Writer>(std::move(function))) {
  configure(settings);
}

Log::~Log() = default;

void Log::configure(const manifest::Log& settings) { writer_->configure(settings); }

void Log::line(int level, std::string_view source, std::string_view text) {
  writer_->line(level, source, text);
}

void Log::info(std::string_view text) { line(PLUGBOARD_LOG_INFO, {}, text); }
void Log::warn(std::string_view text) { line(PLUGBOARD_LOG_WARN, {}, text); }
void Log::error(std::string_view text) { line(PLUGBOARD_LOG_ERROR, {}, text); }
void Log::flush() { writer_->flush(); }

}  // namespace plugboard::server
