#include "paysaga/engine/http/runtime_engine.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "paysaga/engine/http/order_state.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/codec_view.hpp"

namespace paysaga::engine::http {
namespace {

/// Other nodes read such a page as one text.
constexpr std::size_t letters_bytes_max = std::size_t{2} << 20U;

/// A customer who looks at a page does not wait for longer until the call goes out.
constexpr Duration customer_patience = seconds{10};

Time now() {
  return SystemClock{}.now();
}

storage::PartitionId partition_in(const storage::StateStore& store, const OrderId& order) {
  return storage::PartitionId{partition_of(order, store.identity().partition_count)};
}

Gauges::Partition gauge_of(const actors::PartitionInfo& partition) {
  return {index_of(partition.partition),
          partition.role == "leading",
          std::max<std::int64_t>(partition.end - partition.applied_next, 0),
          partition.publish_lag(),
          partition.orders_active,
          partition.in_flight,
          partition.credit_max};
}

/// The one object that was asked for. Nothing of it stands in an error: errors are logged.
Result<std::string> shown_by(actors::ProviderReply& reply) {
  if (auto* page = std::get_if<answer::Page>(&reply.answer); page && page->objects.size() == 1) {
    return std::move(page->objects.front());
  }
  return fail(ErrorCode::unavailable,
              "Stripe does not show the payment intent now: " + paysaga::to_text(reply.answer));
}

/// Makes the answer to a repeat what was answered then: the state remembers it by the command's id.
void recall(const EventId& command, actors::Submitted& answer) {
  if (answer.kind != actors::Submitted::Kind::repeated || !answer.saga) return;
  answer.code.clear();
  for (const Seen& seen : answer.saga->seen) {
    if (seen.id == command) answer.code = seen.refused;
  }
  for (const Parked& parked : answer.saga->parked) {
    if (parked.input.id == command) answer.kind = actors::Submitted::Kind::parked;
  }
}

}  // namespace

RuntimeEngine::RuntimeEngine(actors::Node& node, const storage::StateStore& store,
                             Neighbours neighbours, Checkpoint checkpoint, Provider provider,
                             NodeHolds* holds)
    : node_{node},
      store_{store},
      neighbours_{neighbours},
      checkpoint_{std::move(checkpoint)},
      provider_{provider},
      holds_{holds} {
  ensure((neighbours.forwarder == nullptr) == (neighbours.gatherer == nullptr),
         "other nodes are there or not");
}

void RuntimeEngine::submit(actors::Submission submission, Done<actors::Submitted> done) {
  EventId command = submission.command.id;
  node_.submit(std::move(submission),
               [command = std::move(command), done = std::move(done)](actors::Submitted answer) {
                 recall(command, answer);
                 done(std::move(answer));
               });
}

void RuntimeEngine::wait(OrderId order, Duration at_most, Done<std::shared_ptr<const Saga>> done) {
  node_.wait(std::move(order), is_settled, now() + at_most, std::move(done));
}

std::string RuntimeEngine::order_json(const Saga& saga) const {
  const storage::PartitionId partition = partition_in(store_, saga.id);
  // A quarantine that cannot be read is damage that other reads report; the order is shown.
  const auto quarantine = store_.quarantine(saga.id);
  return storage::order_json(saga, partition, quarantine ? *quarantine : std::nullopt);
}

Result<std::shared_ptr<const Saga>> RuntimeEngine::load(const OrderId& order) const {
  auto stored = store_.load(order);
  if (!stored) return tl::unexpected<Error>{stored.error()};
  if (!*stored) return nullptr;
  return std::make_shared<const Saga>(std::move((*stored)->saga));
}

Result<Page> RuntimeEngine::timeline(const OrderId& order, std::string_view after,
                                     std::size_t limit) const {
  storage::Offset last = -1;
  const char* const text_end = after.data() + after.size();
  const auto [end, error] = std::from_chars(after.data(), text_end, last);
  if (!after.empty() && (error != std::errc{} || end != text_end || last < 0)) {
    return fail(ErrorCode::malformed, "after is the \"next\" of the page before");
  }
  const auto rows = store_.history(order, last + 1, limit);
  if (!rows) return tl::unexpected<Error>{rows.error()};
  Page page;
  for (const storage::HistoryRow& row : *rows) page.items.push_back(storage::history_json(row));
  if (rows->size() == limit) page.next = std::to_string(rows->back().offset);
  return page;
}

Result<Page> RuntimeEngine::list(const storage::OrderQuery& query) const {
  const auto orders = store_.list(query);
  if (!orders) return tl::unexpected<Error>{orders.error()};
  Page page;
  for (const auto& order : orders->orders) {
    page.add(storage::summary_json(order), storage::place_of(order));
  }
  page.next = orders->next;
  return page;
}

Result<std::vector<storage::OrderCount>> RuntimeEngine::count(
    const storage::PartitionSet& partitions, storage::CountBy by) const {
  return storage::count_orders(store_, partitions, by);
}

void RuntimeEngine::actors(std::size_t limit, Done<std::vector<actors::ActorInfo>> done) {
  node_.actors(limit, std::move(done));
}

void RuntimeEngine::actor(OrderId order, Done<std::optional<actors::ActorInfo>> done) {
  node_.actor(std::move(order), std::move(done));
}

void RuntimeEngine::partitions(Done<std::vector<actors::PartitionInfo>> done) {
  node_.partitions(std::move(done));
}

bool RuntimeEngine::quarantined(const OrderId& order) const {
  const auto quarantine = store_.quarantine(order);
  return quarantine && *quarantine;
}

void RuntimeEngine::resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  node_.resume(std::move(order), std::move(reason), std::move(done));
}

void RuntimeEngine::skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  node_.skip(std::move(order), std::move(reason), std::move(done));
}

Result<Page> RuntimeEngine::dead_letters(const storage::DeadLetterQuery& query) const {
  const auto letters = store_.dead_letters(query);
  if (!letters) return tl::unexpected<Error>{letters.error()};
  Page page;
  std::size_t bytes = 0;
  for (const auto& letter : *letters) {
    page.add(storage::dead_letter_json(letter), storage::place_of(letter));
    bytes += page.items.back().size();
    if (bytes > letters_bytes_max) break;
  }
  const bool has_more = letters->size() == query.limit || page.items.size() < letters->size();
  if (has_more && !page.items.empty()) page.next = to_text(page.places.back());
  return page;
}

Result<std::string> RuntimeEngine::dead_letter(std::string_view id) const {
  const auto letter = store_.dead_letter(id);
  if (!letter) return tl::unexpected<Error>{letter.error()};
  if (!*letter) return fail(ErrorCode::not_found, "there is no dead letter of that id");
  return storage::dead_letter_json(**letter);
}

void RuntimeEngine::redrive(std::string id, std::string reason, bool force,
                            Done<Result<std::monostate>> done) {
  node_.redrive(std::move(id), std::move(reason), force, std::move(done));
}

void RuntimeEngine::discard(std::string id, std::string reason, Done<Result<std::monostate>> done) {
  node_.discard(std::move(id), std::move(reason), std::move(done));
}

std::uint32_t RuntimeEngine::partition_count() const {
  return store_.identity().partition_count;
}

storage::PartitionSet RuntimeEngine::told() const {
  storage::PartitionSet told;
  for (std::uint32_t i = 0; i < partition_count(); ++i) {
    const storage::PartitionId partition{i};
    if (neighbours_.gatherer == nullptr || node_.leads(partition)) told.insert(partition);
  }
  return told;
}

void RuntimeEngine::gather(std::string_view name, Request request,
                           const storage::PartitionSet& partitions, Done<Gathered> done) {
  ensure(neighbours_.gatherer != nullptr, "who is asked is there");
  neighbours_.gatherer->gather(name, std::move(request), partitions, std::move(done));
}

bool RuntimeEngine::led_elsewhere(storage::PartitionId partition) const {
  return neighbours_.forwarder != nullptr && !node_.owns(partition);
}

void RuntimeEngine::forward_to(storage::PartitionId partition, Request request,
                               Done<Response> done) {
  ensure(neighbours_.forwarder != nullptr, "what is passed on has somewhere to go");
  neighbours_.forwarder->forward(partition, std::nullopt, std::move(request), std::move(done));
}

bool RuntimeEngine::elsewhere(const OrderId& order) const {
  return led_elsewhere(partition_in(store_, order));
}

bool RuntimeEngine::current(const OrderId& order) const {
  return node_.leads(partition_in(store_, order));
}

void RuntimeEngine::forward(const OrderId& order, Request request, Done<Response> done) {
  ensure(neighbours_.forwarder != nullptr, "what is passed on has somewhere to go");
  neighbours_.forwarder->forward(partition_in(store_, order), order, std::move(request),
                                 std::move(done));
}

void RuntimeEngine::take_webhook(std::string body, std::string signature,
                                 Done<stripe::WebhookAnswer> done) {
  if (provider_.webhooks == nullptr) {
    return Engine::take_webhook(std::move(body), std::move(signature), std::move(done));
  }
  // Stripe signs by the time of day, which this process's own clock may have left.
  const auto wall = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  provider_.webhooks->take(std::move(body), signature, wall, std::move(done));
}

void RuntimeEngine::checkpoint(Done<Result<std::string>> done) {
  const std::lock_guard lock{guard_};
  if (making_.valid() && making_.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
    return done(fail(ErrorCode::unavailable, "a checkpoint is being made; ask again"));
  }
  making_ = std::async(std::launch::async, [this, done = std::move(done)] {
    done(checkpoint_().map([](const std::filesystem::path& made) { return made.string(); }));
  });
}

void RuntimeEngine::show_intent(const OrderId& order, const IntentId& intent,
                                Done<Result<std::string>> done) {
  if (provider_.encoder == nullptr) return Engine::show_intent(order, intent, std::move(done));
  Call call{.id = "shown:" + intent.text(),
            .kind = CallKind::page,
            .lane = Lane::customer,
            .request = provider_.encoder->read_intent(intent, false),
            .key = std::nullopt,
            .send_until = now() + customer_patience};
  node_.ask({std::move(call), order, {}},
            [done = std::move(done)](actors::ProviderReply reply) { done(shown_by(reply)); });
}

void RuntimeEngine::provider(Done<actors::ProviderInfo> done) {
  node_.provider(std::move(done));
}

Result<std::string> RuntimeEngine::reconcile(Duration since) {
  if (provider_.reconciler == nullptr) return Engine::reconcile(since);
  return provider_.reconciler->begin(now() - since, now());
}

Result<std::string> RuntimeEngine::reconciliation() const {
  if (provider_.reconciler == nullptr) return Engine::reconciliation();
  return provider_.reconciler->newest();
}

std::vector<actors::NodeHold> RuntimeEngine::holds() const {
  return holds_ == nullptr ? Engine::holds() : holds_->list();
}

Result<void> RuntimeEngine::set_hold(actors::NodeHold hold) {
  return holds_ == nullptr ? Engine::set_hold(std::move(hold)) : holds_->set(std::move(hold));
}

Result<void> RuntimeEngine::clear_hold(actors::HoldScope scope, std::string_view name,
                                       std::string_view reason) {
  if (holds_ == nullptr) return Engine::clear_hold(scope, name, reason);
  return holds_->clear(scope, name, reason);
}

void RuntimeEngine::ask_fellows(const Request& request, Done<std::vector<FellowAnswer>> done) {
  if (neighbours_.fellows == nullptr) return done({});
  neighbours_.fellows->ask(request, std::move(done));
}

bool RuntimeEngine::ready() const {
  return node_.ready();
}

void RuntimeEngine::gauges(Done<Gauges> done) {
  // The store is read here, not in the callback: that one runs in a thread of the actors.
  Gauges of_store = store_gauges(store_, told(), now());
  of_store.ready = node_.ready();
  for (const actors::NodeHold& hold : holds()) {
    ++of_store.holds[static_cast<std::size_t>(hold.scope)];
  }
  node_.partitions([gauges = std::move(of_store), done = std::move(done)](
                       const std::vector<actors::PartitionInfo>& partitions) mutable {
    for (const auto& partition : partitions) gauges.partitions.push_back(gauge_of(partition));
    done(std::move(gauges));
  });
}

}  // namespace paysaga::engine::http
