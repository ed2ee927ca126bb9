#include "paysaga/engine/kafka/publisher.hpp"

#include <algorithm>
#include <condition_variable>
#include <optional>

namespace paysaga::engine::kafka {
namespace {

constexpr std::size_t publications_max = 256;
constexpr Duration look_every = minutes{5};
constexpr Duration commit_again_after = minutes{45};

/// The outcomes of some records, waited for together.
class Outcomes {
 public:
  explicit Outcomes(std::size_t count) : missing_{count} {}
  void add(Result<storage::Offset> outcome) {
    const std::lock_guard lock{mutex_};
    if (!outcome && !error_) error_ = std::move(outcome.error());
    if (--missing_ == 0) all_.notify_all();
  }
  Result<void> wait(Duration timeout) {
    std::unique_lock lock{mutex_};
    if (!all_.wait_for(lock, timeout, [this] { return missing_ == 0; })) {
      return fail(ErrorCode::storage_failed, "outputs had no outcome in time");
    }
    if (error_) return fail(ErrorCode::storage_failed, error_->detail);
    return {};
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_;
  std::size_t missing_;
  std::optional<Error> error_;
};

}  // namespace

Publisher::Publisher(KafkaOptions options, std::string use, std::string topic,
                     std::size_t message_bytes_max, Ports ports)
    : topic_{std::move(topic)},
      wait_max_{options.delivery_timeout + seconds{5}},
      ports_{std::move(ports)},
      transactions_{options, options.group + '-' + options.node + '-' + use, message_bytes_max},
      thread_{publications_max, look_every, [this] { commit_again(); }} {}

void Publisher::stop() {
  stopping_ = true;
  thread_.stop();
}

void Publisher::warm_up() {
  (void)thread_.post([this] {
    if (!stopping_) (void)transactions_.ready();  // If not now, then before the first publication.
  });
}

void Publisher::publish(std::vector<storage::Output> outputs,
                        std::vector<storage::Commit> positions, bool atomic, Done done) {
  const bool posted = thread_.post(
      [this, outputs = std::move(outputs), positions = std::move(positions), atomic, done] {
        const Result<void> written = write(outputs, positions, atomic);
        if (!written) return done(tl::unexpected{written.error()});
        done(std::monostate{});
      });
  if (!posted) done(fail(ErrorCode::unavailable, "too many publications wait; try again"));
}

Result<void> Publisher::write(const std::vector<storage::Output>& outputs,
                              const std::vector<storage::Commit>& positions, bool atomic) {
  if (stopping_) return fail(ErrorCode::unavailable, "the log is being closed");
  if (outputs.empty() && positions.empty()) return {};
  const auto permit = ports_.fence.permit(positions);
  if (!permit) return tl::unexpected{permit.error()};
  const Result<void> written =
      atomic ? transactions_.run({outputs, topic_, positions, *permit,
                                  [&] { return ports_.fence.holds(*permit); }})
             : write_loosely(outputs, positions, *permit);
  if (written) remember_written(positions, *permit);
  return written;
}

Result<void> Publisher::write_loosely(const std::vector<storage::Output>& outputs,
                                      const std::vector<storage::Commit>& positions,
                                      const Permit& permit) {
  if (!outputs.empty()) {
    const auto producer = ports_.producer();
    if (producer == nullptr) return fail(ErrorCode::unavailable, "no producer could be started");
    auto outcomes = std::make_shared<Outcomes>(outputs.size());
    for (const storage::Output& output : outputs) {
      producer->send(
          output.topic, output.partition, output.record,
          [outcomes](Result<storage::Offset> outcome) { outcomes->add(std::move(outcome)); });
    }
    if (auto done = outcomes->wait(wait_max_); !done) return done;
  }
  if (positions.empty()) return {};
  if (!ports_.fence.holds(permit)) {
    return fail(ErrorCode::unavailable, "an ownership ended while its outputs were written");
  }
  return ports_.commit(positions);
}

void Publisher::remember_written(const std::vector<storage::Commit>& positions,
                                 const Permit& permit) {
  const std::lock_guard lock{mutex_};
  for (const storage::Commit& position : positions) {
    Remembered& remembered = remembered_[position.partition];
    remembered = {position, std::chrono::steady_clock::now()};
    remembered.commit.token = permit.token;
  }
}

void Publisher::remember(const storage::Commit& read) {
  const auto permit = ports_.fence.permit({});
  if (!permit || permit->token == 0) return;
  const std::lock_guard lock{mutex_};
  Remembered& remembered = remembered_[read.partition];
  // What was read may be older than what has been written since; positions only rise.
  if (remembered.commit.token == permit->token && remembered.commit.next >= read.next) return;
  remembered = {read, std::chrono::steady_clock::now()};
  remembered.commit.token = permit->token;
}

void Publisher::commit_again() {
  std::vector<storage::Commit> due;
  {
    const std::lock_guard lock{mutex_};
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [partition, remembered] : remembered_) {
      if (now - remembered.at >= commit_again_after) due.push_back(remembered.commit);
    }
  }
  for (const storage::Commit& commit : due) {
    const std::vector<storage::Commit> one{commit};
    const auto permit = ports_.fence.permit(one);
    const bool ended = !permit || commit.token == 0;
    if (!ended && ports_.commit(one)) {
      remember_written(one, *permit);
    } else if (ended) {
      const std::lock_guard lock{mutex_};  // Its owner of now keeps it.
      remembered_.erase(commit.partition);
    }
  }
}

}  // namespace paysaga::engine::kafka
