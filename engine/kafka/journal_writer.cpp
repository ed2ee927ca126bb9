#include "paysaga/engine/kafka/journal_writer.hpp"

namespace paysaga::engine::kafka {
namespace {

storage::AppendOutcome outcome_of(Result<storage::Offset> written) {
  if (written) return {storage::AppendStatus::appended, *written, {}};
  const bool maybe_sent = written.error().code == ErrorCode::storage_failed;
  return {maybe_sent ? storage::AppendStatus::unknown : storage::AppendStatus::refused, -1,
          std::move(written.error().detail)};
}

}  // namespace

KafkaJournalWriter::KafkaJournalWriter(std::string topic, storage::PartitionId partition,
                                       std::unique_ptr<Producer> producer, TaskThread& closer)
    : topic_{std::move(topic)},
      partition_{partition},
      producer_{std::move(producer)},
      closer_{closer} {}

KafkaJournalWriter::~KafkaJournalWriter() {
  if (producer_ == nullptr) return;
  producer_->abandon();
  // Where the closer takes no more, the producer ends here.
  (void)closer_.post(
      [producer = std::exchange(producer_, nullptr)]() mutable { producer.reset(); });
}

void KafkaJournalWriter::append(storage::Headers headers, std::string value, Done done) {
  if (producer_ == nullptr) {
    return done({storage::AppendStatus::refused, -1, "no producer could be started"});
  }
  producer_->send(topic_, partition_, {{}, std::move(headers), std::move(value)},
                  [done = std::move(done)](Result<storage::Offset> written) {
                    done(outcome_of(std::move(written)));
                  });
}

}  // namespace paysaga::engine::kafka
