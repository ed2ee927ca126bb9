#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/engine/kafka/fence.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// This node's part in the group: from joining to leaving. When the broker has given its name to
/// another member, it joins again as soon as that one has gone: after a broken connection the other
/// one may be this node itself, as the broker took it in without our hearing of it.
///
/// Threads:   one of its own, which polls and calls the listener.
/// Lifetime:  the listener, the fence and the tokens outlive it.
class Membership {
 public:
  /// Errors: malformed.
  [[nodiscard]] static Result<std::unique_ptr<Membership>> open(
      const KafkaOptions& options, storage::OwnershipListener& listener, Fence& fence,
      std::atomic<storage::OwnershipToken>& tokens);
  ~Membership() { leave(); }

  /// Leaves the group: the listener loses its partitions, then the broker is told. Called by one;
  /// it ends within a few seconds, whatever the broker does.
  void leave();

  /// True while partitions are assigned and a request of the group's protocol, sent within the
  /// session timeout, has been answered. The broker counts the session from when it received the
  /// request, which is later than when we sent it: so we end first. An answer that is an error
  /// looks the same here; then librdkafka takes the assignment away, at once if the group does not
  /// know us, and in any case a session timeout after the last answer that was none.
  [[nodiscard]] bool current() const;
  /// For commits as a member.
  [[nodiscard]] std::shared_ptr<const Client> client() const;

 private:
  Membership(const KafkaOptions& options, storage::OwnershipListener& listener, Fence& fence,
             std::atomic<storage::OwnershipToken>& tokens)
      : options_{options}, listener_{listener}, fence_{fence}, tokens_{tokens} {}

  [[nodiscard]] Result<std::shared_ptr<Client>> make_client();
  [[nodiscard]] Result<void> subscribe(const Client& client) const;
  void run();
  void join_again(std::string_view why);
  void await_free_name(const Client& client);
  void close();
  void rebalanced(int code, rd_kafka_topic_partition_list_s* partitions);
  void gain(rd_kafka_topic_partition_list_s* partitions);
  void lose();

  void say(const std::string& line) const;

  KafkaOptions options_;
  storage::OwnershipListener& listener_;
  Fence& fence_;
  std::atomic<storage::OwnershipToken>& tokens_;
  std::atomic<std::int64_t> answered_{0};  // When the request was sent, by the steady clock, in us.
  std::atomic<bool> stopping_{false};
  // The thread's.
  storage::OwnershipToken token_ = 0;
  std::set<std::uint32_t> owned_;
  mutable std::mutex client_mutex_;
  std::shared_ptr<Client> client_;  // Another one after each time that the name was taken.
  std::mutex stop_mutex_;
  std::condition_variable stop_;
  std::thread thread_;
};

}  // namespace paysaga::engine::kafka
