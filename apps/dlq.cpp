#include <algorithm>
#include <chrono>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "apps/cli.hpp"
#include "apps/confirm.hpp"
#include "apps/data_directory.hpp"
#include "apps/json_view.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/storage/codec_view.hpp"
#include "paysaga/storage/json_writer.hpp"
#include "paysaga/storage/order_row.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t page_letters = 100;

struct DlqOptions {
  std::vector<std::string> ids;
  std::string id;  // Of `show`.
  std::string cause;
  std::string topic;
  std::string older_than;
  std::string state;
  std::size_t limit = 50;
  std::string reason;
  bool dry_run = false;
  bool force = false;
  bool yes = false;
};
using Options = std::shared_ptr<DlqOptions>;

/// A dead letter as its JSON says, as far as verbs choose by it.
struct Letter {
  std::string id;
  std::string state;
  std::string json;
};

/// What the filters let through.
class Filter {
 public:
  [[nodiscard]] static Result<Filter> of(const DlqOptions& options) {
    Filter filter{options};
    if (!options.older_than.empty()) {
      const auto age = parse_duration(options.older_than);
      if (!age) return tl::unexpected<Error>{age.error()};
      filter.before_ =
          std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) - *age;
    }
    if (!options.state.empty()) {
      const auto state = storage::parse_dead_letter_state(options.state);
      if (!state) return tl::unexpected<Error>{state.error()};
    }
    return filter;
  }
  [[nodiscard]] bool takes(const Json& letter) const {
    if (!state_.empty() && text_at(letter, "/state") != state_) return false;
    if (!topic_.empty() && text_at(letter, "/topic") != topic_) return false;
    if (!cause_.empty() && text_at(letter, "/cause").find(cause_) == std::string::npos)
      return false;
    if (!before_) return true;
    const auto at = parse_time(text_at(letter, "/at"));
    return at && *at < *before_;
  }

 private:
  explicit Filter(const DlqOptions& options)
      : cause_{options.cause}, topic_{options.topic}, state_{options.state} {}
  std::string cause_;
  std::string topic_;
  std::string state_;
  std::optional<Time> before_;
};

bool take(const std::string& body, Letter& letter, const Filter* filter) {
  simdjson::dom::parser parser;
  Json json;
  if (parser.parse(body).get(json) != simdjson::SUCCESS) return false;
  if (filter != nullptr && !filter->takes(json)) return false;
  letter = {text_at(json, "/id"), text_at(json, "/state"), body};
  return true;
}

/// Dead letters, page by page: `each` gets one's JSON and says whether to go on.
Result<void> walk_node(const Common& common, const std::function<bool(std::string)>& each) {
  auto client = NodeClient::to(common.node_url);
  if (!client) return tl::unexpected<Error>{client.error()};
  const std::string target = "/v1/dead-letters?limit=" + std::to_string(page_letters);
  std::string next;
  Gaps gaps;
  bool goes_on = true;
  do {
    const auto answer =
        client->get(next.empty() ? target : target + "&after=" + percent_encode(next));
    if (!answer) return tl::unexpected<Error>{answer.error()};
    simdjson::dom::parser parser;
    Json json;
    simdjson::dom::array page;
    if (answer->status != 200 || parser.parse(answer->body).get(json) != simdjson::SUCCESS ||
        json["dead_letters"].get(page) != simdjson::SUCCESS) {
      return fail(ErrorCode::unavailable,
                  "the node answered " + std::to_string(answer->status) + " for its dead letters");
    }
    gaps.add(json);
    for (const Json item : page) goes_on = goes_on && each(simdjson::minify(item));
    next = text_at(json, "/next");
  } while (goes_on && !next.empty());
  gaps.say();
  return {};
}

Result<void> walk_directory(const Common& common, const std::function<bool(std::string)>& each) {
  auto store = open_store(*common.data);
  if (!store) return tl::unexpected<Error>{store.error()};
  std::string after;
  for (;;) {
    const auto letters = (*store)->dead_letters({after, page_letters});
    if (!letters) return tl::unexpected<Error>{letters.error()};
    for (const storage::DeadLetter& letter : *letters) {
      if (!each(storage::dead_letter_json(letter))) return {};
    }
    if (letters->size() < page_letters) return {};
    after = to_text(storage::place_of(letters->back()));
  }
}

/// The earliest `limit` of those that the filters let through; 0: all.
Result<std::vector<Letter>> find_letters(const Common& common, const DlqOptions& options,
                                         std::size_t limit) {
  const auto filter = Filter::of(options);
  if (!filter) return tl::unexpected<Error>{filter.error()};
  std::vector<Letter> letters;
  const auto each = [&](const std::string& json) {
    Letter letter;
    if (take(json, letter, &*filter)) letters.push_back(std::move(letter));
    return limit == 0 || letters.size() < limit;
  };
  const auto walked = common.data ? walk_directory(common, each) : walk_node(common, each);
  if (!walked) return tl::unexpected<Error>{walked.error()};
  return letters;
}

Listing listing_of_letters() {
  Listing listing;
  listing.id = "/id";
  listing.columns = {{"ID"}, {"WHEN"}, {"STATE"}, {"KEY"}, {"CAUSE"}};
  listing.row = [](const Json& letter) {
    return std::vector<std::string>{text_at(letter, "/id"), age_at(letter, "/at"),
                                    text_at(letter, "/state"), text_at(letter, "/key"),
                                    text_at(letter, "/cause")};
  };
  return listing;
}

ExitCode print_letters(const Common& common, const std::vector<Letter>& letters) {
  std::vector<std::string> items;
  items.reserve(letters.size());
  for (const Letter& letter : letters) items.push_back(letter.json);
  return print_items(common.output, listing_of_letters(), items);
}

ExitCode list_letters(const Common& common, const DlqOptions& options) {
  const auto letters = find_letters(common, options, options.limit);
  if (!letters) return complain_of(letters.error());
  return print_letters(common, *letters);
}

void show_letter(const Json& letter) {
  for (const auto& [label, pointer] : {std::pair{"id", "/id"},
                                       {"cause", "/cause"},
                                       {"at", "/at"},
                                       {"state", "/state"},
                                       {"since", "/settled_at"},
                                       {"why", "/settled_why"},
                                       {"topic", "/topic"},
                                       {"partition", "/partition"},
                                       {"offset", "/offset"},
                                       {"key", "/key"},
                                       {"headers", "/headers"},
                                       {"value", "/value"}}) {
    const std::string text = text_at(letter, pointer);
    if (!text.empty() && text != "{}") fmt::print("{:<13}{}\n", label, text);
  }
}

Error unknown_letters(const std::vector<std::string>& ids, std::string_view outcome) {
  return {ErrorCode::not_found, fmt::format("no dead letter {}{}; see `paysaga dlq list`",
                                            fmt::join(ids, ", "), outcome)};
}

ExitCode show_one(const Common& common, const DlqOptions& options) {
  if (!common.data) {
    return print_object(common.node_url, common.output,
                        "/v1/dead-letters/" + percent_encode(options.id), show_letter);
  }
  auto store = open_store(*common.data);
  if (!store) return complain_of(store.error());
  const auto letter = (*store)->dead_letter(options.id);
  if (!letter) return complain_of(letter.error());
  if (!*letter) return complain_of(unknown_letters({options.id}, ""));
  const std::string text = storage::dead_letter_json(**letter);
  if (common.output != "table") {
    fmt::print("{}\n", text);
    return ExitCode::ok;
  }
  simdjson::dom::parser parser;
  Json json;
  if (parser.parse(text).get(json) != simdjson::SUCCESS) return ExitCode::error;
  show_letter(json);
  return ExitCode::ok;
}

/// Those named, whatever their state; else those that wait and that the filters let through.
Result<std::vector<Letter>> choose(const Common& common, DlqOptions options) {
  if (options.ids.empty()) {
    options.state = "waiting";
    return find_letters(common, options, 0);
  }
  auto client = NodeClient::to(common.node_url);
  if (!client) return tl::unexpected<Error>{client.error()};
  std::vector<Letter> letters;
  std::vector<std::string> unknown;
  for (const std::string& id : options.ids) {
    const auto answer = client->get("/v1/dead-letters/" + percent_encode(id));
    if (!answer) return tl::unexpected<Error>{answer.error()};
    Letter letter;
    if (answer->status == 200 && take(answer->body, letter, nullptr)) {
      letters.push_back(std::move(letter));
    } else if (answer->status == 404) {
      unknown.push_back(id);
    } else {
      return fail(ErrorCode::unavailable, "the node answered " + std::to_string(answer->status) +
                                              " for the dead letter " + id +
                                              "; nothing was done, try again");
    }
  }
  if (!unknown.empty()) return tl::unexpected{unknown_letters(unknown, "; nothing was done")};
  return letters;
}

std::string body_of(const DlqOptions& options) {
  std::string body;
  storage::JsonWriter json{body};
  json.open_object();
  json.key("reason").text(options.reason);
  if (options.force) json.key("force").boolean(true);
  json.close_object();
  return body;
}

/// One after the other, so that they stand in their topics in the order in which they died.
ExitCode settle_each(const Common& common, const DlqOptions& options, const std::string& act,
                     const std::vector<Letter>& letters) {
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  const std::string body = body_of(options);
  std::vector<Letter> settled;
  ExitCode last_refusal = ExitCode::ok;
  for (const Letter& letter : letters) {
    const auto answer = client->post("/v1/dead-letters/" + percent_encode(letter.id) + "/" + act,
                                     body, "application/json", {});
    if (!answer) return complain_of(answer.error());
    Letter now;
    if (answer->status == 200 && take(answer->body, now, nullptr)) {
      settled.push_back(std::move(now));
    } else {
      last_refusal = complain_of(*answer, letter.id);
    }
  }
  const ExitCode printed = print_letters(common, settled);
  if (last_refusal == ExitCode::ok) return printed;
  return settled.empty() ? last_refusal : ExitCode::partly_done;
}

ExitCode settle(Common common, const DlqOptions& options, const std::string& act) {
  common.data.reset();  // A directory is only read: the node is asked.
  const bool filtered =
      !options.cause.empty() || !options.topic.empty() || !options.older_than.empty();
  if (options.ids.empty() == !filtered) {
    complain(
        "name dead letters, or a filter (--cause, --topic, --older-than 0s for all), not both");
    return ExitCode::usage;
  }
  const auto letters = choose(common, options);
  if (!letters) return complain_of(letters.error());
  if (options.dry_run || letters->empty()) {
    if (letters->empty()) fmt::print(stderr, "no dead letter waits that fits\n");
    return print_letters(common, *letters);
  }
  const std::string what = fmt::format("{} {} dead letters", act, letters->size());
  if (!options.yes && !is_confirmed(what, "to " + what + " without a terminal needs -y")) {
    return ExitCode::guarded;
  }
  return settle_each(common, options, act, *letters);
}

void add_filters(CLI::App* verb, const Options& options) {
  verb->add_option("--cause", options->cause, "Only those whose cause holds this text");
  verb->add_option("--topic", options->topic, "Only of this topic, as in payment-commands");
  verb->add_option("--older-than", options->older_than, "Only those dead for so long, as in 1h");
}

void add_settle(CLI::App& noun, Common& common, Work& work, const Options& options,
                const std::string& act, const std::string& help) {
  CLI::App* verb = noun.add_subcommand(act, help);
  verb->add_option("ID", options->ids, "As in payment-commands/3/1207; none: by the filters");
  add_filters(verb, options);
  verb->add_flag("--dry-run", options->dry_run, "Only say which");
  verb->add_flag("-y,--yes", options->yes, "Do not ask");
  CLI::Option* reason = verb->add_option("--reason", options->reason, "Why; it is kept with them");
  if (act == "discard") {
    reason->required()->check(
        [](const std::string& text) { return text.empty() ? "say why" : std::string{}; });
  } else {
    verb->add_flag("--force", options->force,
                   "Also those that wait no more, or were redriven three times");
  }
  verb->callback([&common, &work, options, act] {
    if (options->reason.empty()) options->reason = "redriven from the command line";
    work = [&common, options, act] { return settle(common, *options, act); };
  });
}

}  // namespace

void add_dlq(CLI::App& app, Common& common, Work& work) {
  CLI::App* noun = app.add_subcommand("dlq", "Dead letters: inputs that can never be read");
  noun->require_subcommand(1);
  auto options = std::make_shared<DlqOptions>();
  CLI::App* list = noun->add_subcommand("list", "The earliest first");
  add_filters(list, options);
  list->add_option("--state", options->state, "Only waiting, redriven or discarded ones");
  add_limit(*list, options->limit, "At most so many (50)");
  list->callback([&common, &work, options] {
    work = [&common, options] { return list_letters(common, *options); };
  });
  CLI::App* show = noun->add_subcommand("show", "One, with its bytes, its cause and its state");
  show->add_option("ID", options->id, "As in payment-commands/3/1207")->required();
  show->callback([&common, &work, options] {
    work = [&common, options] { return show_one(common, *options); };
  });
  add_settle(*noun, common, work, options, "redrive", "Put them into their topics again");
  add_settle(*noun, common, work, options, "discard", "Give them up; they stay in the list");
}

}  // namespace paysaga::apps
