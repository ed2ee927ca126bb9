#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/hash_chain.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

/// Of the fields of a published event; unknown ones of a newer version are passed over.
inline constexpr int event_schema_version = 1;

/// A fact in the bytes in which it is published: `topics_of(type)` says where.
struct EncodedEvent {
  EventType type;
  Machine machine;
  std::uint64_t sequence;
  LogRecord record;  // Key: the order; headers: CloudEvents 1.0 in binary mode; value: JSON.
};

/// What surrounds the events of one decision.
struct EventSource {
  std::string_view source;       // ce_source: the node's group.
  std::string_view traceparent;  // Of the input; may be empty.
  const ChainKey& key;
};

/// Encodes the events of a decision and moves the heads of the hash chains in `next`: call it once
/// a decision, before `next` is encoded.
[[nodiscard]] std::vector<EncodedEvent> encode_events(Saga& next, std::span<const Event> events,
                                                      const EventSource& source);

/// The events of one decision as a JSON array, for the order's history.
[[nodiscard]] std::string history_events(std::span<const EncodedEvent> events);

/// Reads a published event. Errors: malformed, with the field that is wrong.
[[nodiscard]] Result<Event> decode_event(std::string_view value);

}  // namespace paysaga::storage
