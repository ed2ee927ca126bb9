#include "paysaga/engine/http/command_stream.hpp"

#include <algorithm>
#include <cstdlib>

#include "paysaga/storage/codec_command.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

using actors::Submitted;

struct Told {
  std::string_view outcome;
  std::string_view metric;
  bool retryable;
};

Told told(Submitted::Kind kind) {
  switch (kind) {
    case Submitted::Kind::accepted:
      return {"accepted", "accepted", false};
    case Submitted::Kind::repeated:
      return {"repeated", "repeated", false};
    case Submitted::Kind::refused:
      return {"refused", "refused", false};
    case Submitted::Kind::parked:
      return {"parked", "parked", false};
    case Submitted::Kind::quarantined:
      return {"quarantined", "quarantined", false};
    case Submitted::Kind::unknown_order:
      return {"refused", "refused", false};
    case Submitted::Kind::overloaded:
      return {"overloaded", "retryable", true};
    case Submitted::Kind::not_leading:
      return {"not_leading", "retryable", true};
    case Submitted::Kind::outcome_unknown:
      return {"outcome_unknown", "retryable", true};
  }
  std::abort();
}

/// One result line, with its newline. Empty parts are left out.
struct ResultLine {
  std::uint64_t line;
  std::string command_id;
  std::string order_id;
  std::string outcome;
  std::string code;
  std::string detail;
  std::string status;
  bool retryable = false;
};

std::string to_json(const ResultLine& result) {
  std::string text;
  storage::JsonWriter json{text};
  const auto add = [&json](std::string_view key, std::string_view value) {
    if (!value.empty()) json.key(key).text(value);
  };
  json.open_object();
  json.key("line").natural(result.line);
  add("command_id", result.command_id);
  add("order_id", result.order_id);
  add("outcome", result.outcome);
  add("code", result.code);
  add("detail", result.detail);
  add("status", result.status);
  if (result.retryable) json.key("retryable").boolean(true);
  json.close_object();
  text += '\n';
  return text;
}

/// What the leading node says of one line, or why it did not: then the line may be sent again.
ResultLine forwarded_result(const Response& response, std::uint64_t number, const OrderId& order,
                            const EventId& command) {
  ResultLine result{number, command.text(), order.text(), {}, {}, {}, {}};
  const auto document = storage::JsonDocument::parse(response.body);
  const auto take = [&document](std::string_view key) {
    const auto value = document ? document->root().find(key) : std::nullopt;
    return std::string{value ? value->text().value_or("") : ""};
  };
  result.code = take("code");
  result.detail = take("detail");
  result.status = take("status");
  const auto retryable = document ? document->root().find("retryable") : std::nullopt;
  result.retryable = response.status != 200 || (retryable && retryable->boolean().value_or(false));
  result.outcome = response.status == 200 ? take("outcome") : result.code;
  if (!result.outcome.empty()) return result;
  result.outcome = "outcome_unknown";
  result.detail = "the leading node's answer cannot be read";
  result.retryable = true;
  return result;
}

}  // namespace

CommandStream::CommandStream(Engine& engine, Metrics& metrics, StreamLimits limits, bool forwarded,
                             std::function<void()> wake)
    : engine_{engine},
      metrics_{metrics},
      limits_{limits},
      forwarded_{forwarded},
      wake_{std::move(wake)} {}

std::size_t CommandStream::feed(std::string_view bytes) {
  ensure(!ended_, "a command stream is not fed after its end");
  std::size_t taken = 0;
  while (taken < bytes.size() && !full()) {
    const std::string_view rest = bytes.substr(taken);
    const std::size_t newline = rest.find('\n');
    const std::string_view piece = rest.substr(0, newline);
    if (!too_long_ && line_.size() + piece.size() <= limits_.line_bytes_max) {
      line_.append(piece);
    } else {
      too_long_ = true;  // It is never kept whole; its end is all that is looked for.
      line_.clear();
    }
    taken += piece.size();
    if (newline == std::string_view::npos) break;
    ++taken;
    take_line();
  }
  return taken;
}

void CommandStream::end() {
  if (ended_) return;
  if (!line_.empty() || too_long_) take_line();
  ended_ = true;
}

void CommandStream::stop() {
  if (ended_) return;
  ended_ = true;
  fill_slot(open_slot(), to_json({lines_ + 1,
                                  {},
                                  {},
                                  "stopping",
                                  {},
                                  "the node is stopping; send again from this line on",
                                  {},
                                  true}));
}

void CommandStream::take_line() {
  ++lines_;
  if (too_long_) {
    too_long_ = false;
    metrics_.http_line("malformed");
    fill_slot(open_slot(),
              to_json({lines_,
                       {},
                       {},
                       "malformed",
                       "line_too_long",
                       "a line has at most " + std::to_string(limits_.line_bytes_max) + " bytes",
                       {}}));
    return;
  }
  const std::string line = std::exchange(line_, {});
  std::string_view text = line;
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  if (!text.empty()) submit(text);
}

void CommandStream::submit(std::string_view line) {
  const std::uint64_t slot = open_slot();
  const std::uint64_t number = lines_;
  auto parsed = storage::parse_command(line);
  if (!parsed) {
    metrics_.http_line("malformed");
    const storage::CommandEnvelope envelope = storage::peek_command(line);
    fill_slot(slot, to_json({number,
                             envelope.command_id,
                             envelope.order_id,
                             "malformed",
                             std::string{to_text(parsed.error().code)},
                             parsed.error().detail,
                             {}}));
    return;
  }
  if (!forwarded_ && engine_.elsewhere(parsed->order)) {
    return forward(slot, line, parsed->order, parsed->input.id);
  }
  const std::string order = parsed->order.text();
  const std::string command = parsed->input.id.text();
  const auto self = shared_from_this();
  engine_.submit({parsed->order, std::move(parsed->input), true},
                 [self, slot, number, order, command](const Submitted& answer) {
                   const Told words = told(answer.kind);
                   self->metrics_.http_line(words.metric);
                   const bool unknown_order = answer.kind == Submitted::Kind::unknown_order;
                   self->fill_slot(
                       slot, to_json({number, command, order, std::string{words.outcome},
                                      unknown_order ? "unknown_order" : answer.code, answer.detail,
                                      answer.saga ? status_text(*answer.saga) : std::string{},
                                      words.retryable}));
                 });
}

/// The line alone goes to the node that leads its order's partition; its result gets our number.
void CommandStream::forward(std::uint64_t slot, std::string_view line, const OrderId& order,
                            const EventId& command) {
  Request request{"POST",
                  "/v1/commands",
                  {{"content-type", "application/x-ndjson"}, {"idempotency-key", command.text()}},
                  std::string{line} + "\n"};
  engine_.forward(
      order, std::move(request),
      [self = shared_from_this(), slot, number = lines_, order, command](const Response& response) {
        const ResultLine result = forwarded_result(response, number, order, command);
        self->metrics_.http_line("forwarded");
        self->fill_slot(slot, to_json(result));
      });
}

std::uint64_t CommandStream::open_slot() {
  const std::lock_guard lock{guard_};
  slots_.emplace_back();
  return first_slot_ + slots_.size() - 1;
}

void CommandStream::fill_slot(std::uint64_t slot, std::string result) {
  {
    const std::lock_guard lock{guard_};
    ensure(slot >= first_slot_ && slot - first_slot_ < slots_.size(), "a result has its slot");
    auto& place = slots_[slot - first_slot_];
    ensure(!place.has_value(), "a command is answered once");
    place = std::move(result);
    if (slot != first_slot_) return;  // It waits for the results before it.
  }
  wake_();
}

bool CommandStream::full() const {
  const std::lock_guard lock{guard_};
  return slots_.size() >= limits_.lines_in_flight_max;
}

bool CommandStream::has_results() const {
  const std::lock_guard lock{guard_};
  return !slots_.empty() && slots_.front().has_value();
}

std::string CommandStream::take_results(std::size_t bytes_max) {
  const std::lock_guard lock{guard_};
  std::string results;
  while (!slots_.empty() && slots_.front().has_value() && results.size() < bytes_max) {
    results += *slots_.front();
    slots_.pop_front();
    ++first_slot_;
  }
  return results;
}

bool CommandStream::finished() const {
  const std::lock_guard lock{guard_};
  return ended_ && slots_.empty();
}

}  // namespace paysaga::engine::http
