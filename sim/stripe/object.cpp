#include "paysaga/sim/stripe/object.hpp"

#include <algorithm>

namespace paysaga::sim::stripe {

std::string_view find(const Metadata& metadata, std::string_view name) {
  for (const auto& [key, value] : metadata) {
    if (key == name) return value;
  }
  return {};
}

void merge(Metadata& metadata, const Metadata& changes) {
  for (const auto& [key, value] : changes) {
    std::erase_if(metadata, [&](const auto& one) { return one.first == key; });
    if (!value.empty()) metadata.emplace_back(key, value);
  }
}

}  // namespace paysaga::sim::stripe
