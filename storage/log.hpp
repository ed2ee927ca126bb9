#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::storage {

/// 0 .. n-1.
enum class PartitionId : std::uint32_t {};
[[nodiscard]] constexpr std::uint32_t index_of(PartitionId id) {
  return static_cast<std::uint32_t>(id);
}

/// A place in one partition of one topic, from 0. Rises; may have gaps.
using Offset = std::int64_t;

struct Header {
  std::string name;
  std::string value;  // Any bytes.
  friend bool operator==(const Header&, const Header&) = default;
};
using Headers = std::vector<Header>;

struct LogRecord {
  std::string key;
  Headers headers;
  std::string value;
  friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

struct LogEntry {
  Offset offset;
  Time appended_at;  // By the log's own clock.
  LogRecord record;
  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

/// Entries in offset order and the offset to go on from, which may lie behind the last entry + 1.
struct LogBatch {
  std::vector<LogEntry> entries;
  Offset next;
};

/// A record for one partition of a topic of people's (named in full, with prefix).
struct Output {
  std::string topic;
  PartitionId partition;
  LogRecord record;
};

/// Ownership of a partition: gained and lost with the same token. 0 is nobody's.
using OwnershipToken = std::uint64_t;

/// How far a use has come in the journal of one partition; `metadata` is the encoded Position.
struct Commit {
  PartitionId partition;
  Offset next;
  std::string metadata;
  /// Of the ownership under which a publication began: a log moves no position under one that has
  /// ended (PROTOCOL R19). 0: not asked about, and not kept.
  OwnershipToken token = 0;
  friend bool operator==(const Commit&, const Commit&) = default;
};

/// Who commits positions in the journal: each resumes at its own.
enum class Use { publisher, snapshotter };

struct InboundCommit {
  std::string topic;
  PartitionId partition;
  Offset next;
};

struct SnapshotEntry {
  std::string key;
  std::string value;
};
/// Into a map of the newest values by key. An empty value removes its key.
template <class Map>
void take_newest(Map& newest, SnapshotEntry written) {
  if (written.value.empty()) {
    newest.erase(written.key);
  } else {
    newest.insert_or_assign(std::move(written.key), std::move(written.value));
  }
}

/// What came of an append. `unknown` is first class: it may be in the journal or land later.
enum class AppendStatus { appended, refused, unknown };
struct AppendOutcome {
  AppendStatus status;
  Offset offset = -1;  // `appended` only.
  std::string why;
};

/// Called from threads of the log.
class OwnershipListener {
 public:
  virtual ~OwnershipListener() = default;
  virtual void gained(PartitionId partition, OwnershipToken token) = 0;
  virtual void lost(PartitionId partition, OwnershipToken token) = 0;
};

/// Appends to the journal of one partition, in the order of the calls. Destroying it drops what has
/// not reached the log; nothing is called back after that, and what was on its way may land late.
class JournalWriter {
 public:
  using Done = std::function<void(AppendOutcome)>;
  virtual ~JournalWriter() = default;
  /// Threads:  one at a time. `done` comes exactly once, from a thread of the log.
  virtual void append(Headers headers, std::string value, Done done) = 0;
};

/// A running read. Destroying it stops the read; nothing is called back after that.
class Reading {
 public:
  virtual ~Reading() = default;
  /// Allows `entries` more entries to be delivered. Readings of the journal need none.
  virtual void credit(std::size_t entries) = 0;
};
using OnBatch = std::function<void(Result<LogBatch>)>;  // An error ends the reading.

/// The log under the engine: the journal, the topics of people, membership. Kafka in production, a
/// local database when embedded, memory when simulated; all of them pass one conformance suite.
///
/// Threads:   every call from any thread, none blocks for the network; callbacks come from threads
///            of the log (or from within the call) and must not block.
/// Lifetime:  outlives every writer and reading made from it.
class Log {
 public:
  template <class T>
  using Done = std::function<void(Result<T>)>;

  virtual ~Log() = default;

  /// Stays the same for the life of this log's data.
  [[nodiscard]] virtual std::string identity() const = 0;
  [[nodiscard]] virtual std::uint32_t partition_count() const = 0;
  [[nodiscard]] virtual std::size_t record_bytes_max() const = 0;

  /// Begins to take part. `listener` hears of each partition gained and lost until `leave` returns.
  virtual void join(OwnershipListener& listener) = 0;
  virtual void leave() = 0;
  /// True if the log has confirmed our membership within the session timeout.
  [[nodiscard]] virtual bool membership_current() const = 0;

  [[nodiscard]] virtual std::unique_ptr<JournalWriter> journal_writer(PartitionId partition) = 0;
  /// Reads the journal from `from` on and goes on with what is appended.
  /// Errors (by callback): out_of_range, corrupt, unavailable.
  [[nodiscard]] virtual std::unique_ptr<Reading> tail(PartitionId partition, Offset from,
                                                      OnBatch on_batch) = 0;
  /// The same for a topic of people, delivering only as much as credit allows.
  [[nodiscard]] virtual std::unique_ptr<Reading> read_input(std::string_view topic,
                                                            PartitionId partition, Offset from,
                                                            OnBatch on_batch) = 0;
  /// The journal's offsets: of the first record kept, and behind the last one.
  virtual void journal_range(PartitionId partition, Done<std::pair<Offset, Offset>> done) = 0;
  virtual void topic_range(std::string_view topic, PartitionId partition,
                           Done<std::pair<Offset, Offset>> done) = 0;

  /// Appends to a topic of people; done when it is durable.
  virtual void put(Output output, Done<Offset> done) = 0;
  /// Publishes outputs in order and moves the publisher's positions. With `atomic`, all of it or
  /// nothing becomes visible; without, outputs may be repeated after a fault.
  /// Errors: unavailable (also if an ownership among the positions has ended), storage_failed (of
  /// unknown outcome).
  virtual void publish(std::vector<Output> outputs, std::vector<Commit> positions, bool atomic,
                       Done<std::monostate> done) = 0;
  /// None if nothing was ever committed.
  virtual void committed_position(Use use, PartitionId partition,
                                  Done<std::optional<Commit>> done) = 0;
  /// For the log's own lag tools; never the truth.
  virtual void commit_inbound(std::vector<InboundCommit> commits) = 0;

  /// Writes the newest values by key, in order, and moves the snapshotter's position, atomically.
  /// An empty value removes its key. Errors: as those of an atomic `publish`.
  virtual void write_snapshot(PartitionId partition, std::vector<SnapshotEntry> entries,
                              Commit position, Done<std::monostate> done) = 0;
  /// Calls back with all entries, newest value by key, in any order, then an empty vector. What is
  /// written meanwhile may be left out, in parts: `SnapshotRestore` tells.
  virtual void read_snapshot(
      PartitionId partition,
      std::function<void(Result<std::vector<SnapshotEntry>>)> on_entries) = 0;
};

}  // namespace paysaga::storage
