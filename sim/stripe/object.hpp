#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/sim/stripe/id.hpp"
#include "paysaga/sim/stripe/test_method.hpp"

namespace paysaga::sim::stripe {

inline constexpr Index no_index = std::numeric_limits<Index>::max();

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// The value of `name`; empty if there is none.
[[nodiscard]] std::string_view find(const Metadata& metadata, std::string_view name);

/// Sets what `changes` names; an empty value takes a key away.
void merge(Metadata& metadata, const Metadata& changes);

/// Metadata of an object: what an answer shows of it is not changed by a later change.
using SharedMetadata = std::shared_ptr<const Metadata>;

/// A payment method: each use of a test token makes one with an id of its own.
struct Method {
  const TestMethod* test = nullptr;  // Null if there is none.
  Index number = no_index;
};

}  // namespace paysaga::sim::stripe
