#include "paysaga/engine/log.hpp"

#include <atomic>
#include <memory>
#include <mutex>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine {
namespace {

/// Hands lines to a function; for tests and embedders.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> take) : take_{std::move(take)} {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    take_(std::string_view{message.payload.data(), message.payload.size()});
  }
  void flush_() override {}
  std::function<void(std::string_view)> take_;
};

struct Sink {
  std::shared_ptr<spdlog::logger> logger;
  LogFormat format;
};

std::shared_ptr<const Sink> make_sink(const LogOptions& options) {
  spdlog::sink_ptr sink;
  if (options.sink) {
    sink = std::make_shared<FunctionSink>(options.sink);
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("paysaga", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);  // Our own level is asked before a line is made.
  logger->flush_on(spdlog::level::warn);
  LogFormat format = options.format;
  if (format == LogFormat::automatic) {
    format = !options.sink && ::isatty(STDERR_FILENO) != 0 ? LogFormat::text : LogFormat::json;
  }
  return std::make_shared<const Sink>(Sink{std::move(logger), format});
}

std::atomic<LogLevel> level_now{LogLevel::info};
std::mutex sink_guard;

std::shared_ptr<const Sink>& sink_now() {
  static std::shared_ptr<const Sink> sink = make_sink(LogOptions{});
  return sink;
}

std::shared_ptr<const Sink> current_sink() {
  const std::lock_guard lock{sink_guard};
  return sink_now();
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  std::abort();
}

bool is_plain(std::string_view value) {
  if (value.empty()) return false;
  for (const char letter : value) {
    if (letter <= ' ' || letter == '"' || letter == '=' || letter == 0x7f) return false;
  }
  return true;
}

std::string json_line(Time at, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
  std::string line;
  storage::JsonWriter json{line};
  json.open_object();
  json.key("time").time(at);
  json.key("level").text(to_text(level));
  json.key("event").text(event);
  for (const LogField& field : fields) {
    if (field.quoted) {
      json.any_key(field.key).text(without_secrets(field.value));
    } else {
      json.any_key(field.key).raw(field.value);
    }
  }
  json.close_object();
  return line;
}

std::string text_line(Time at, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
  std::string line = paysaga::to_text(at);
  line.append(" ").append(to_text(level)).append(" ").append(event);
  for (const LogField& field : fields) {
    line.append(" ").append(field.key).append("=");
    const std::string value = without_secrets(field.value);
    if (is_plain(value)) {
      line.append(value);
    } else {
      storage::JsonWriter{line}.text(value);  // Quoted, so that a value cannot end its line.
    }
  }
  return line;
}

}  // namespace

std::string_view to_text(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  std::abort();
}

Result<LogLevel> parse_log_level(std::string_view text) {
  for (const LogLevel level :
       {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (text == to_text(level)) return level;
  }
  return fail(ErrorCode::malformed, "a log level is debug, info, warning or error");
}

void start_log(const LogOptions& options) {
  auto sink = make_sink(options);
  const std::lock_guard lock{sink_guard};
  sink_now() = std::move(sink);
  level_now = options.level;
}

void flush_log() {
  current_sink()->logger->flush();
}

bool is_logged(LogLevel level) {
  return level >= level_now.load(std::memory_order_relaxed);
}

std::string log_line(LogFormat format, Time at, LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields) {
  return format == LogFormat::text ? text_line(at, level, event, fields)
                                   : json_line(at, level, event, fields);
}

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!is_logged(level)) return;
  const auto sink = current_sink();
  const Time now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const std::string line = log_line(sink->format, now, level, event, fields);
  sink->logger->log(spdlog_level(level), std::string_view{line});
}

}  // namespace paysaga::engine
