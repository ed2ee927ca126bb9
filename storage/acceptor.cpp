#include "paysaga/storage/acceptor.hpp"

#include <algorithm>

#include "paysaga/saga/planted.hpp"

namespace paysaga::storage {
namespace {

/// The bytes of our header; the caller knows that there is one.
std::string_view header_of(const LogRecord& record) {
  const auto found = std::ranges::find(record.headers, record_header_name, &Header::name);
  ensure(found != record.headers.end(), "a record that was read has a header of ours");
  return found->value;
}

tl::unexpected<Error> at(const LogEntry& entry, Error error) {
  return fail(error.code, "journal offset " + std::to_string(entry.offset) + ": " + error.detail);
}

Result<std::variant<Claim, DecisionView, Mark>> decode(const RecordHeader& header,
                                                       std::string_view value) {
  using Value = std::variant<Claim, DecisionView, Mark>;
  const auto wrap = [](auto decoded) -> Result<Value> {
    if (!decoded) return tl::unexpected{std::move(decoded.error())};
    return Value{std::move(*decoded)};
  };
  if (header.version <= record_version) {
    switch (header.kind) {
      case RecordKind::claim:
        return wrap(decode_claim(value));
      case RecordKind::decision:
        return wrap(decode_decision(value));
      case RecordKind::mark:
        return wrap(decode_mark(value));
    }
  }
  return fail(ErrorCode::version_unsupported,
              "a record of format " + std::to_string(header.version) + ", kind " +
                  std::to_string(static_cast<int>(header.kind)) +
                  ", was written by a newer version; run that version");
}

}  // namespace

RecordKind Counted::kind() const {
  return std::visit(Overload{[](const Claim&) { return RecordKind::claim; },
                             [](const DecisionView&) { return RecordKind::decision; },
                             [](const Mark&) { return RecordKind::mark; }},
                    value);
}

std::string_view Acceptor::why_void(const RecordHeader& header) const {
  if (header.kind == RecordKind::claim) return {};
  if (position_.epoch < 0) return "it stands before the first claim";
  if (header.epoch != position_.epoch) {
    if (planted(PlantedBug::epoch_unchecked)) return {};
    return "it was written under another claim";
  }
  if (header.jseq <= position_.jseq) return "its number was already used";
  if (header.jseq != position_.jseq + 1) {
    if (planted(PlantedBug::jseq_unchecked)) return {};  // Its chain value does not fit either.
    return "a record before it was lost";
  }
  if (position_.chain != chain_unknown && header.chain != position_.chain) {
    return "it follows another record than the last counted one";
  }
  return {};
}

Result<Acceptance> Acceptor::accept(const LogEntry& entry) {
  ensure(entry.offset >= position_.next, "a journal is read in order");
  const auto header = read_header(entry.record);
  if (!header) return at(entry, header.error());
  const std::string_view why =
      header->has_value() ? why_void(**header) : std::string_view{"it has no header of ours"};
  if (!why.empty()) {
    position_.next = entry.offset + 1;
    return Void{why};
  }

  const RecordHeader& counted = **header;
  auto value = decode(counted, entry.record.value);
  if (!value) return at(entry, value.error());
  const bool claim = counted.kind == RecordKind::claim;
  if (planted(PlantedBug::epoch_unchecked) && !claim && counted.epoch != position_.epoch) {
    position_.next = entry.offset + 1;  // Number and chain stay: the leader's next record must fit.
    return Counted{counted.epoch, counted.jseq, std::move(*value)};
  }
  // A reader that does not know the chain takes it from the first record that carries it; a claim
  // carries none.
  const std::uint64_t former = claim ? position_.chain : counted.chain;
  position_.next = entry.offset + 1;
  position_.epoch = claim ? entry.offset : position_.epoch;
  position_.jseq = claim ? 0 : counted.jseq;
  position_.chain = former == chain_unknown
                        ? chain_unknown
                        : chain_next(former, header_of(entry.record), entry.record.value);
  return Counted{position_.epoch, position_.jseq, std::move(*value)};
}

void Acceptor::skip_to(Offset next) {
  position_.next = std::max(position_.next, next);
}

}  // namespace paysaga::storage
