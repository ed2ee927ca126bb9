// The values of journal records: the layout stands in record.hpp.

#include <cstdlib>

#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/record.hpp"

namespace paysaga::storage {
namespace {

constexpr std::uint16_t claim_version = 1;
// Of a mark: 1, positions without landmarks; 2, with them. Of a decision: 1, without; 2, the same,
// of an action that came later; 3, with them.
constexpr std::uint16_t mark_version = 2;
constexpr std::uint16_t decision_version = 3;

/// Of the positions in a value whose version was checked.
PositionsForm form_of(std::string_view value, std::uint16_t with_landmarks) {
  return ByteReader{value}.u16() < with_landmarks ? PositionsForm::without_landmarks
                                                  : PositionsForm::with_landmarks;
}

std::size_t size_of(const std::vector<RecordOutput>& outputs) {
  std::size_t size = 4;
  for (const RecordOutput& output : outputs) {
    size += 4 + (output.partition ? 5 : 1) + 4 + text_size_bytes(output.record.key) +
            text_size_bytes(output.record.value);
    for (const std::string& topic : output.topics) size += text_size_bytes(topic);
    for (const Header& header : output.record.headers) {
      size += text_size_bytes(header.name) + text_size_bytes(header.value);
    }
  }
  return size;
}

void write(ByteWriter& writer, const std::vector<RecordOutput>& outputs) {
  writer.count(outputs.size());
  for (const RecordOutput& output : outputs) {
    writer.count(output.topics.size());
    for (const std::string& topic : output.topics) writer.text(topic);
    writer.u8(output.partition.has_value() ? 1 : 0);
    if (output.partition) writer.u32(index_of(*output.partition));
    writer.text(output.record.key);
    writer.count(output.record.headers.size());
    for (const Header& header : output.record.headers) {
      writer.text(header.name);
      writer.text(header.value);
    }
    writer.text(output.record.value);
  }
}

/// Reads the outputs; with `outputs` none, only checks that they can be read.
void read_outputs(ByteReader& reader, std::vector<RecordOutput>* outputs) {
  const std::uint32_t count = reader.count(17);
  if (outputs != nullptr) outputs->resize(count);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    RecordOutput* output = outputs == nullptr ? nullptr : &(*outputs)[i];
    const std::uint32_t topic_total = reader.count(4);
    for (std::uint32_t t = 0; t < topic_total && reader.ok(); ++t) {
      const std::string_view topic = reader.text();
      if (output != nullptr) output->topics.emplace_back(topic);
    }
    if (reader.u8() != 0) {
      const PartitionId partition{reader.u32()};
      if (output != nullptr) output->partition = partition;
    }
    const std::string_view key = reader.text();
    const std::uint32_t header_total = reader.count(8);
    for (std::uint32_t h = 0; h < header_total && reader.ok(); ++h) {
      const std::string_view name = reader.text();
      const std::string_view value = reader.text();
      if (output != nullptr) {
        output->record.headers.push_back({std::string{name}, std::string{value}});
      }
    }
    const std::string_view value = reader.text();
    if (output == nullptr) continue;
    output->record.key = key;
    output->record.value = value;
  }
}

Result<ByteReader> begin(std::string_view value, std::string_view what, std::uint16_t version_max) {
  ByteReader reader{value};
  const std::uint16_t version = reader.u16();
  if (!reader.ok()) return fail(ErrorCode::corrupt, "a " + std::string{what} + " is cut off");
  if (version == 0 || version > version_max) {
    return fail(ErrorCode::version_unsupported,
                "a " + std::string{what} + " of format " + std::to_string(version) +
                    " was written by a newer version; run that version");
  }
  return reader;
}

tl::unexpected<Error> unreadable(std::string_view what) {
  return fail(ErrorCode::corrupt, "the fields of a " + std::string{what} + " do not add up");
}

}  // namespace

std::string_view to_text(Action action) {
  switch (action) {
    case Action::decide:
      return "decide";
    case Action::quarantine:
      return "quarantine";
    case Action::enqueue:
      return "enqueue";
    case Action::dequeue:
      return "dequeue";
    case Action::dead_letter:
      return "dead_letter";
    case Action::forward:
      return "forward";
    case Action::lift:
      return "lift";
    case Action::redrive:
      return "redrive";
    case Action::discard:
      return "discard";
  }
  std::abort();
}

std::string encode(const Claim& claim) {
  ByteWriter writer{2 + claim.nonce.size() + text_size_bytes(claim.node) +
                    text_size_bytes(claim.address) + text_size_bytes(claim.group) +
                    text_size_bytes(claim.roles) + 4 + text_size_bytes(claim.version)};
  writer.u16(claim_version);
  for (const std::uint8_t byte : claim.nonce) writer.u8(byte);
  writer.text(claim.node);
  writer.text(claim.address);
  writer.text(claim.group);
  writer.text(claim.roles);
  writer.u32(claim.partition_count);
  writer.text(claim.version);
  return writer.take();
}

Result<Claim> decode_claim(std::string_view value) {
  auto reader = begin(value, "claim", claim_version);
  if (!reader) return tl::unexpected{std::move(reader.error())};
  Claim claim;
  for (std::uint8_t& byte : claim.nonce) byte = reader->u8();
  claim.node = reader->text();
  claim.address = reader->text();
  claim.group = reader->text();
  claim.roles = reader->text();
  claim.partition_count = reader->u32();
  claim.version = reader->text();
  if (!reader->at_end()) return unreadable("claim");
  return claim;
}

std::string encode(const Mark& mark) {
  ByteWriter writer{2 + size_bytes(mark.inputs)};
  writer.u16(mark_version);
  write(writer, mark.inputs);
  return writer.take();
}

Result<Mark> decode_mark(std::string_view value) {
  auto reader = begin(value, "mark", mark_version);
  if (!reader) return tl::unexpected{std::move(reader.error())};
  Mark mark{read_positions(*reader, form_of(value, mark_version))};
  if (!reader->at_end()) return unreadable("mark");
  return mark;
}

std::size_t encoded_bytes(const DecisionRecord& decision) {
  return 2 + 1 + 8 + 4 + text_size_bytes(decision.queued) + text_size_bytes(decision.order) +
         text_size_bytes(decision.input_id) + text_size_bytes(decision.input_kind) +
         text_size_bytes(decision.outcome) + text_size_bytes(decision.summary) + 8 +
         size_bytes(decision.inputs) + text_size_bytes(decision.state) +
         text_size_bytes(decision.history) + size_of(decision.outputs);
}

std::string encode(const DecisionRecord& decision) {
  ByteWriter writer{encoded_bytes(decision)};
  writer.u16(decision_version);
  writer.u8(static_cast<std::uint8_t>(decision.action));
  writer.i64(micros_of(decision.received_at));
  writer.u32(decision.events);
  writer.text(decision.queued);
  writer.text(decision.order);
  writer.text(decision.input_id);
  writer.text(decision.input_kind);
  writer.text(decision.outcome);
  writer.text(decision.summary);
  writer.i64(micros_of(decision.decided_at));
  write(writer, decision.inputs);
  writer.text(decision.state);
  writer.text(decision.history);
  write(writer, decision.outputs);
  return writer.take();
}

Result<DecisionView> decode_decision(std::string_view value) {
  auto reader = begin(value, "decision", decision_version);
  if (!reader) return tl::unexpected{std::move(reader.error())};
  DecisionView view;
  const std::uint8_t action = reader->u8();
  if (action > static_cast<std::uint8_t>(Action::discard)) return unreadable("decision");
  view.action = static_cast<Action>(action);
  view.received_at = time_from_micros(reader->i64());
  view.events = reader->u32();
  view.queued = reader->text();
  view.order = reader->text();
  view.input_id = reader->text();
  view.input_kind = reader->text();
  view.outcome = reader->text();
  view.summary = reader->text();
  view.decided_at = time_from_micros(reader->i64());
  view.inputs = read_positions(*reader, form_of(value, decision_version));
  view.state = reader->text();
  view.history = reader->text();
  view.output_bytes = reader->rest();
  read_outputs(*reader, nullptr);
  if (!reader->at_end()) return unreadable("decision");
  return view;
}

std::vector<RecordOutput> DecisionView::outputs() const {
  ByteReader reader{output_bytes};
  std::vector<RecordOutput> outputs;
  read_outputs(reader, &outputs);
  ensure(reader.at_end(), "the outputs were checked when the decision was decoded");
  return outputs;
}

DecisionRecord DecisionView::own() const {
  return {action,
          received_at,
          events,
          std::string{queued},
          std::string{order},
          std::string{input_id},
          std::string{input_kind},
          std::string{outcome},
          std::string{summary},
          decided_at,
          inputs,
          std::string{state},
          std::string{history},
          outputs()};
}

}  // namespace paysaga::storage
