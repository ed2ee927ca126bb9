#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paysaga::sim::stripe {

/// Place of an object among those of its kind, in the order of their creation.
using Index = std::uint32_t;

enum class Kind : std::uint8_t {
  intent,
  charge,
  refund,
  method,
  transaction,
  request,
  client_secret,
  event,
  dispute,
  endpoint,
  endpoint_secret,
};

/// Makes the ids of one account. They look random, are a pure function of seed, kind and index, and
/// can be turned back into the index, so that no table of ids is needed.
class Ids {
 public:
  explicit Ids(std::uint64_t seed) : seed_{seed} {}
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  /// "pi_3..." and the like; always the same length for one kind.
  [[nodiscard]] std::string text(Kind kind, std::uint64_t index) const;
  /// None if `text` never was an id of this kind here.
  [[nodiscard]] std::optional<Index> index_of(Kind kind, std::string_view text) const;

 private:
  std::uint64_t seed_;
};

}  // namespace paysaga::sim::stripe
