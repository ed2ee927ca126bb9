#include "paysaga/storage/snapshot.hpp"

#include <charconv>

#include "paysaga/saga/result.hpp"
#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/envelope.hpp"

namespace paysaga::storage {
namespace {

constexpr std::uint8_t snapshot_version = 1;
constexpr std::string_view quarantine_prefix = "#quarantine/";
constexpr std::string_view queued_prefix = "#queued/";
constexpr std::string_view dead_letter_prefix = "#dead-letter/";
constexpr std::string_view input_prefix = "#input/";
constexpr std::string_view published_key = "#published";
constexpr std::string_view origin_key = "#origin";
constexpr std::string_view begin_key = "#begin";
constexpr std::string_view position_key = "#position";

template <class Write>
SnapshotEntry entry_of(std::string key, std::size_t size_bytes, Write write) {
  ByteWriter bytes{size_bytes + 64};
  bytes.raw(open_envelope(snapshot_version));
  write(bytes);
  std::string value = bytes.take();
  close_envelope(value);
  return {std::move(key), std::move(value)};
}

SnapshotEntry offset_entry(std::string key, Offset offset) {
  return entry_of(std::move(key), 8, [&](ByteWriter& bytes) { bytes.i64(offset); });
}

tl::unexpected<Error> damaged(const std::string& key) {
  return fail(ErrorCode::corrupt, "the snapshot's entry " + key + " cannot be read");
}

Result<OrderId> order_of(std::string_view text, const std::string& key) {
  auto order = OrderId::parse(text);
  if (!order) return damaged(key);
  return order;
}

Result<SnapshotValue> decode_state(const std::string& key, std::string_view body) {
  auto order = order_of(key, key);
  if (!order) return tl::unexpected{order.error()};
  ByteReader reader{body};
  RestoredOrder row;
  row.offset = reader.i64();
  row.state = std::string{reader.rest()};
  if (!reader.ok()) return damaged(key);
  auto saga = decode_saga(row.state);
  if (!saga) return fail(saga.error().code, "order " + key + ": " + saga.error().detail);
  if (saga->id != *order) return damaged(key);
  row.saga = std::make_shared<const Saga>(std::move(*saga));
  return RestoredRow{std::move(row)};
}

Result<SnapshotValue> decode_quarantine_entry(const std::string& key, std::string_view body) {
  auto order = order_of(std::string_view{key}.substr(quarantine_prefix.size()), key);
  if (!order) return tl::unexpected{order.error()};
  ByteReader reader{body};
  Quarantined record{std::move(*order), {}, {}, 0};
  record.reason = reader.text();
  record.since = time_from_micros(reader.i64());
  record.queued = reader.u64();
  if (!reader.at_end()) return damaged(key);
  return RestoredRow{std::move(record)};
}

Result<SnapshotValue> decode_queued_entry(const std::string& key, std::string_view body) {
  const std::string_view rest = std::string_view{key}.substr(queued_prefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return damaged(key);
  auto order = order_of(rest.substr(0, slash), key);
  if (!order) return tl::unexpected{order.error()};
  Offset offset = 0;
  const std::string_view number = rest.substr(slash + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), offset);
  if (error != std::errc{} || end != number.data() + number.size()) return damaged(key);
  return RestoredRow{RestoredInput{std::move(*order), offset, std::string{body}}};
}

Result<SnapshotValue> decode_input_entry(const std::string& key, std::string_view body) {
  constexpr std::size_t bytes_without_landmark = 8;
  ByteReader reader{body};
  InputPosition position{key.substr(input_prefix.size())};
  read_place(reader, position,
             body.size() == bytes_without_landmark ? PositionsForm::without_landmarks
                                                   : PositionsForm::with_landmarks);
  if (!reader.at_end()) return damaged(key);
  return position;
}

Result<SnapshotValue> decode_position_entry(const std::string& key, std::string_view body) {
  ByteReader reader{body};
  auto position = decode_position(reader.text());
  if (!position) {
    return fail(position.error().code, "the snapshot's position: " + position.error().detail);
  }
  const std::uint32_t partition_count = reader.u32();
  if (!reader.at_end()) return damaged(key);
  return SnapshotPosition{*position, partition_count};
}

}  // namespace

SnapshotEntry snapshot_state(std::string_view order, Offset offset, std::string_view state) {
  return entry_of(std::string{order}, state.size(), [&](ByteWriter& bytes) {
    bytes.i64(offset);
    bytes.raw(state);
  });
}

SnapshotEntry snapshot_quarantine(const Quarantined& record) {
  return entry_of(std::string{quarantine_prefix} + record.order.text(), record.reason.size(),
                  [&](ByteWriter& bytes) {
                    bytes.text(record.reason);
                    bytes.i64(micros_of(record.since));
                    bytes.u64(record.queued);
                  });
}

SnapshotEntry snapshot_queued(std::string_view order, Offset offset, std::string_view input) {
  std::string key{queued_prefix};
  key += order;
  key += '/' + std::to_string(offset);
  return entry_of(std::move(key), input.size(), [&](ByteWriter& bytes) { bytes.raw(input); });
}

SnapshotEntry snapshot_settled(std::string_view dead_letter_id) {
  return {std::string{dead_letter_prefix}.append(dead_letter_id), {}};
}

SnapshotEntry snapshot_dead_letter(const DeadLetter& letter) {
  const std::string bytes = encode(letter);
  return entry_of(std::string{dead_letter_prefix} + letter.id, bytes.size(),
                  [&](ByteWriter& writer) { writer.raw(bytes); });
}

SnapshotEntry snapshot_input(const InputPosition& input) {
  return entry_of(std::string{input_prefix} + input.topic, 24,
                  [&](ByteWriter& bytes) { write_place(bytes, input); });
}
SnapshotEntry snapshot_published(Offset next) {
  return offset_entry(std::string{published_key}, next);
}
SnapshotEntry snapshot_origin() {
  return offset_entry(std::string{origin_key}, 0);
}
SnapshotEntry snapshot_begin(Offset next) {
  return offset_entry(std::string{begin_key}, next);
}

SnapshotEntry snapshot_position(const Position& position, std::uint32_t partition_count) {
  const std::string text = encode(position);
  return entry_of(std::string{position_key}, text.size(), [&](ByteWriter& bytes) {
    bytes.text(text);
    bytes.u32(partition_count);
  });
}

Result<SnapshotValue> decode_snapshot(const SnapshotEntry& entry) {
  const std::string& key = entry.key;
  const auto body =
      read_envelope(entry.value, snapshot_version, "the snapshot's entry " + entry.key);
  if (!body) return tl::unexpected<Error>{body.error()};
  if (!key.starts_with('#')) return decode_state(key, *body);
  if (key.starts_with(quarantine_prefix)) return decode_quarantine_entry(key, *body);
  if (key.starts_with(queued_prefix)) return decode_queued_entry(key, *body);
  if (key.starts_with(dead_letter_prefix)) {
    auto letter = decode_dead_letter(*body);
    if (!letter) return tl::unexpected{letter.error()};
    return RestoredRow{std::move(*letter)};
  }
  if (key == position_key) return decode_position_entry(key, *body);
  if (key.starts_with(input_prefix)) return decode_input_entry(key, *body);
  ByteReader reader{*body};
  const Offset next = reader.i64();
  if (!reader.at_end()) return damaged(key);
  if (key == published_key) return SnapshotPublished{next};
  if (key == origin_key) return SnapshotOrigin{};
  if (key == begin_key) return SnapshotBegin{next};
  return fail(ErrorCode::version_unsupported, "the snapshot has an entry " + key +
                                                  ", which a newer version wrote; run that "
                                                  "version");
}

Result<std::vector<RestoredRow>> SnapshotReading::take(const std::vector<SnapshotEntry>& lot) {
  std::vector<RestoredRow> rows;
  rows.reserve(lot.size());
  for (const SnapshotEntry& entry : lot) {
    auto value = decode_snapshot(entry);
    if (!value) return tl::unexpected{value.error()};
    empty_ = false;
    std::visit(Overload{[&](RestoredRow& row) {
                          if (const auto* record = std::get_if<Quarantined>(&row)) {
                            stopped_[record->order].record = *record;
                          } else if (const auto* input = std::get_if<RestoredInput>(&row)) {
                            stopped_[input->order].queue.insert(input->offset);
                          }
                          rows.push_back(std::move(row));
                        },
                        [&](InputPosition& input) { inputs_.push_back(std::move(input)); },
                        [&](const SnapshotOrigin&) { has_origin_ = true; },
                        [&](const SnapshotBegin& begin) { begin_ = begin.next; },
                        [&](const SnapshotPublished& published) { published_ = published.next; },
                        [&](const SnapshotPosition& position) { position_ = position; }},
               *value);
  }
  return rows;
}

Result<void> SnapshotReading::skim(std::vector<SnapshotEntry>& lot) {
  std::erase_if(lot, [](const SnapshotEntry& entry) { return !entry.key.starts_with('#'); });
  const auto rows = take(lot);
  if (!rows) return tl::unexpected{rows.error()};
  return {};
}

bool SnapshotReading::whole() const {
  if (!position_ || begin_ != position_->position.next) return false;
  for (const auto& [order, stopped] : stopped_) {
    if (!stopped.record || stopped.record->queued != stopped.queue.size()) return false;
  }
  return true;
}

Result<void> SnapshotRestore::begin() {
  reading_ = SnapshotReading{};
  return store_.begin_restore(partition_);
}

Result<void> SnapshotRestore::take(const std::vector<SnapshotEntry>& lot) {
  const auto rows = reading_.take(lot);
  if (!rows) return tl::unexpected{rows.error()};
  return store_.restore(partition_, *rows);
}

Result<SnapshotRestore::End> SnapshotRestore::finish_empty() {
  if (auto done = store_.finish_restore(partition_, {}, {}); !done) {
    return tl::unexpected{done.error()};
  }
  return End::nothing;
}

Result<SnapshotRestore::End> SnapshotRestore::finish(Offset first) {
  if (reading_.empty()) return finish_empty();
  if (!reading_.whole()) return End::again;
  if (!reading_.complete()) {
    if (first > 0) {
      return fail(ErrorCode::out_of_range,
                  "the snapshot is not complete: its topic was made anew while nodes went on, and "
                  "the journal begins at " +
                      std::to_string(first) +
                      "; fill this node from a backup of one that has its disk (`paysaga store "
                      "backup`, `store restore`)");
    }
    if (auto begun = begin(); !begun) return tl::unexpected{begun.error()};
    return finish_empty();  // The journal alone has everything.
  }
  const auto& [position, partition_count] = reading_.position();
  if (partition_count != store_.identity().partition_count) {
    return fail(ErrorCode::conflict, "the snapshot was written for " +
                                         std::to_string(partition_count) +
                                         " partitions, this node has " +
                                         std::to_string(store_.identity().partition_count));
  }
  if (position.next < first) {
    return fail(ErrorCode::out_of_range, "the snapshot ends at " + std::to_string(position.next) +
                                             ", the journal begins at " + std::to_string(first) +
                                             ": records between them are gone");
  }
  if (auto done = store_.finish_restore(partition_, position, reading_.inputs()); !done) {
    return tl::unexpected{done.error()};
  }
  return End::restored;
}

}  // namespace paysaga::storage
