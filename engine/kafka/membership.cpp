#include "paysaga/engine/kafka/membership.hpp"

#include <chrono>
#include <cstring>
#include <span>

#include <librdkafka/rdkafka.h>

#include "paysaga/engine/kafka/topics.hpp"

namespace paysaga::engine::kafka {
namespace {

constexpr int poll_millis = 100;
constexpr std::chrono::seconds close_timeout{5};
constexpr int heartbeats_a_session = 6;
constexpr int sessions_a_poll_max = 5;
constexpr std::chrono::seconds name_pause{1};
constexpr int list_millis = 1'000;
constexpr std::size_t uuid_size = 36;
// Of Kafka's protocol: what keeps a member's session alive.
constexpr std::int16_t api_join_group = 11;
constexpr std::int16_t api_heartbeat = 12;
constexpr std::int16_t api_sync_group = 14;

std::int64_t steady_micros() {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The generation in the bytes of the metadata, which librdkafka shows in no other way: a word of 7
/// letters, then the number as this machine writes it. None if the bytes are others.
std::int32_t generation_of(const rd_kafka_consumer_group_metadata_t& metadata) {
  constexpr std::string_view word = "CGMDv2:";
  void* bytes = nullptr;
  std::size_t size = 0;
  std::int32_t generation = -1;
  rd_kafka_error_t* error = rd_kafka_consumer_group_metadata_write(&metadata, &bytes, &size);
  if (error != nullptr) {
    rd_kafka_error_destroy(error);
    return generation;
  }
  if (size >= word.size() + sizeof(generation) &&
      std::memcmp(bytes, word.data(), word.size()) == 0) {
    std::memcpy(&generation, static_cast<const char*>(bytes) + word.size(), sizeof(generation));
  }
  rd_kafka_mem_free(nullptr, bytes);
  return generation;
}

bool has_member_id(rd_kafka_t* client) {
  char* id = rd_kafka_memberid(client);
  if (id == nullptr) return false;
  const bool named = *id != '\0';
  rd_kafka_mem_free(client, id);
  return named;
}

/// Whether the group has no member of this name. Kafka's ids of such members are the name, a dash
/// and a UUID. False if the broker does not say.
bool is_free(const Client& client, const std::string& group, std::string_view name) {
  const rd_kafka_group_list* list = nullptr;
  const auto code = rd_kafka_list_groups(client.handle(), group.c_str(), &list, list_millis);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  bool found = false;
  bool free = true;
  for (const auto& known : std::span{list->groups, static_cast<std::size_t>(list->group_cnt)}) {
    if (group != known.group || known.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    found = true;
    for (const auto& member :
         std::span{known.members, static_cast<std::size_t>(known.member_cnt)}) {
      const std::string_view id{member.member_id};
      if (id.size() == name.size() + uuid_size + 1 && id.starts_with(name) &&
          id[name.size()] == '-') {
        free = false;
      }
    }
  }
  rd_kafka_group_list_destroy(list);
  return found && free;
}

}  // namespace

Result<std::unique_ptr<Membership>> Membership::open(const KafkaOptions& options,
                                                     storage::OwnershipListener& listener,
                                                     Fence& fence,
                                                     std::atomic<storage::OwnershipToken>& tokens) {
  auto membership = std::unique_ptr<Membership>{new Membership{options, listener, fence, tokens}};
  Membership& self = *membership;
  auto client = self.make_client();
  if (!client) return tl::unexpected{client.error()};
  if (auto joined = self.subscribe(**client); !joined) return tl::unexpected{joined.error()};
  self.client_ = std::move(*client);
  fence.join();
  self.thread_ = std::thread{[&self] { self.run(); }};
  return membership;
}

Result<std::shared_ptr<Client>> Membership::make_client() {
  const int session = to_millis(options_.session_timeout);
  auto client = Client::open(
      options_, Role::consumer,
      {{"group.id", options_.group},
       // Known by its name, a node that comes back within the session timeout finds its partitions
       // where they were, and the others never stop.
       {"group.instance.id", options_.node},
       {"partition.assignment.strategy", "range"},
       {"session.timeout.ms", std::to_string(session)},
       {"heartbeat.interval.ms", std::to_string(session / heartbeats_a_session)},
       {"max.poll.interval.ms", std::to_string(session * sessions_a_poll_max)},
       {"auto.offset.reset", "error"},
       {"enable.auto.commit", "false"},
       {"enable.auto.offset.store", "false"}},
      {.rebalanced = [this](int code,
                            rd_kafka_topic_partition_list_t* parts) { rebalanced(code, parts); },
       .answered =
           [this](std::int16_t api, Duration ago) {
             if (api != api_join_group && api != api_heartbeat && api != api_sync_group) return;
             answered_ = steady_micros() - ago.count();
           }});
  if (!client) return tl::unexpected{client.error()};
  (void)rd_kafka_poll_set_consumer((*client)->handle());
  return std::shared_ptr<Client>{std::move(*client)};
}

Result<void> Membership::subscribe(const Client& client) const {
  const Held<rd_kafka_topic_partition_list_t> topics{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(topics.get(), membership_topic(options_).c_str(),
                                    RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(client.handle(), topics.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return tl::unexpected{to_error(code, "the group cannot be joined")};
}

void Membership::leave() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock{stop_mutex_};
    stopping_ = true;
  }
  stop_.notify_all();
  const Held<rd_kafka_queue_t> queue{rd_kafka_queue_get_consumer(client()->handle())};
  if (queue != nullptr) rd_kafka_queue_yield(queue.get());
  thread_.join();
  fence_.leave();
}

std::shared_ptr<const Client> Membership::client() const {
  const std::lock_guard lock{client_mutex_};
  return client_;
}

bool Membership::current() const {
  return !stopping_ && fence_.assigned() &&
         steady_micros() - answered_.load() < options_.session_timeout.count();
}

void Membership::run() {
  while (!stopping_) {
    // What comes are rebalances and errors, and the installation's name, which is read elsewhere.
    const Held<rd_kafka_message_t> message{rd_kafka_consumer_poll(client_->handle(), poll_millis)};
    if (message != nullptr && message->err == RD_KAFKA_RESP_ERR__FATAL) {
      join_again(rd_kafka_message_errstr(message.get()));
    }
  }
  lose();
  close();
}

/// A member whose name was given to another one never comes back: librdkafka needs a new instance.
void Membership::join_again(std::string_view why) {
  lose();
  say("ERROR: the broker knows another member as \"" + options_.node + "\" now (" +
      std::string{why} +
      "); if no other node has this name, it goes away within the session timeout, and this node "
      "joins again then");
  auto made = make_client();
  ensure(made.has_value(), "the options with which a group was joined have been checked");
  await_free_name(**made);
  if (stopping_) return;
  if (auto joined = subscribe(**made); !joined) return say("ERROR: " + joined.error().detail);
  const std::lock_guard lock{client_mutex_};
  client_ = std::move(*made);  // Whoever commits with the former one keeps it until then.
  say("joins the group again as \"" + options_.node + '"');
}

/// Two nodes of one name would otherwise take it from each other for ever.
void Membership::await_free_name(const Client& client) {
  std::unique_lock lock{stop_mutex_};
  while (!stopping_) {
    lock.unlock();
    const bool free = is_free(client, options_.group, options_.node);
    lock.lock();
    if (free) return;
    stop_.wait_for(lock, name_pause, [this] { return stopping_.load(); });
  }
}

void Membership::say(const std::string& line) const {
  if (options_.log) options_.log(line);
}

void Membership::close() {
  const Held<rd_kafka_queue_t> queue{rd_kafka_queue_new(client_->handle())};
  rd_kafka_error_t* error = rd_kafka_consumer_close_queue(client_->handle(), queue.get());
  if (error != nullptr) return rd_kafka_error_destroy(error);
  const auto end = std::chrono::steady_clock::now() + close_timeout;
  while (rd_kafka_consumer_closed(client_->handle()) == 0 &&
         std::chrono::steady_clock::now() < end) {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue.get(), poll_millis);
    if (event == nullptr) continue;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE) {
      (void)rd_kafka_assign(client_->handle(), nullptr);
    }
    rd_kafka_event_destroy(event);
  }
}

void Membership::rebalanced(int code, rd_kafka_topic_partition_list_s* partitions) {
  // The range assignor takes everything away before it gives anything: no partition is kept over a
  // rebalance, and each assignment has a token of its own.
  lose();
  if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS || stopping_) {
    (void)rd_kafka_assign(client_->handle(), nullptr);
    return;
  }
  (void)rd_kafka_assign(client_->handle(), partitions);
  gain(partitions);
}

void Membership::gain(rd_kafka_topic_partition_list_s* partitions) {
  std::shared_ptr<rd_kafka_consumer_group_metadata_t> metadata{
      rd_kafka_consumer_group_metadata(client_->handle()), Release{}};
  // Such metadata is accepted from everybody and so fences nobody: the next rebalance brings other.
  if (metadata == nullptr || generation_of(*metadata) < 0 || !has_member_id(client_->handle())) {
    return;
  }
  for (int i = 0; i < partitions->cnt; ++i) {
    const auto partition = static_cast<std::uint32_t>(partitions->elems[i].partition);
    // Somebody gave the topic more partitions than the group has: they stand for nothing.
    if (partition < options_.partition_count) owned_.insert(partition);
  }
  token_ = ++tokens_;
  fence_.assign(token_, std::move(metadata), owned_);
  for (const std::uint32_t partition : owned_) {
    listener_.gained(storage::PartitionId{partition}, token_);
  }
}

void Membership::lose() {
  fence_.revoke();  // First: no publication begins under it any more.
  for (const std::uint32_t partition : std::exchange(owned_, {})) {
    listener_.lost(storage::PartitionId{partition}, token_);
  }
}

}  // namespace paysaga::engine::kafka
