#include "paysaga/sim/stripe/id.hpp"

#include <limits>

#include "paysaga/saga/result.hpp"
#include "paysaga/sim/prng.hpp"

namespace paysaga::sim::stripe {
namespace {

// Shape: prefix, `index_letters` base-62 digits of the index, `noise_letters` digits of a hash.
constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t index_letters = 6;
constexpr std::size_t noise_letters = 10;

std::string_view prefix_of(Kind kind) {
  switch (kind) {
    case Kind::intent:
      return "pi_3";
    case Kind::charge:
      return "ch_3";
    case Kind::refund:
      return "re_3";
    case Kind::method:
      return "pm_1";
    case Kind::transaction:
      return "txn_3";
    case Kind::request:
      return "req_";
    case Kind::client_secret:
      return "";
    case Kind::event:
      return "evt_3";
    case Kind::dispute:
      return "dp_3";
    case Kind::endpoint:
      return "we_1";
    case Kind::endpoint_secret:
      return "whsec_";
  }
  ensure(false, "a kind of id has a prefix");
  return {};
}

void append_base62(std::string& out, std::uint64_t number, std::size_t letters) {
  const std::size_t start = out.size();
  out.append(letters, '0');
  for (std::size_t i = letters; i-- > 0; number /= digits.size()) {
    out[start + i] = digits[number % digits.size()];
  }
}

}  // namespace

std::string Ids::text(Kind kind, std::uint64_t index) const {
  std::string out;
  out.reserve(24);
  out += prefix_of(kind);
  append_base62(out, index, index_letters);
  append_base62(out, mix(seed_ ^ mix(index * 16 + static_cast<std::uint64_t>(kind))),
                noise_letters);
  return out;
}

std::optional<Index> Ids::index_of(Kind kind, std::string_view text) const {
  const std::string_view prefix = prefix_of(kind);
  if (!text.starts_with(prefix) || text.size() != prefix.size() + index_letters + noise_letters) {
    return std::nullopt;
  }
  std::uint64_t index = 0;
  for (const char c : text.substr(prefix.size(), index_letters)) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    index = index * digits.size() + digit;
  }
  if (index > std::numeric_limits<Index>::max()) return std::nullopt;
  if (this->text(kind, index) != text) return std::nullopt;
  return static_cast<Index>(index);
}

}  // namespace paysaga::sim::stripe
