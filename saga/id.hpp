#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "paysaga/saga/result.hpp"

namespace paysaga {

/// What characters an id may have.
enum class IdAlphabet {
  word,       // [A-Za-z0-9_.-]: ids that our users choose.
  printable,  // '!'..'~': ids of providers and composite ids.
};

/// True if `text` has 1..size_bytes_max bytes of the alphabet.
[[nodiscard]] bool is_id(std::string_view text, std::size_t size_bytes_max, IdAlphabet alphabet);

/// A non-empty text of at most `size_bytes_max` bytes that names one kind of thing.
/// Two kinds never mix: an EventId is not accepted where an OrderId is wanted.
template <class Kind, std::size_t size_bytes_max_, IdAlphabet alphabet>
class Id {
 public:
  static constexpr std::size_t size_bytes_max = size_bytes_max_;

  /// Errors: malformed.
  [[nodiscard]] static Result<Id> parse(std::string_view text) {
    if (!is_id(text, size_bytes_max, alphabet)) {
      return fail(ErrorCode::malformed,
                  "an id has 1 to " + std::to_string(size_bytes_max) +
                      (alphabet == IdAlphabet::word ? " characters of A-Z a-z 0-9 _ . -"
                                                    : " printable ASCII characters"));
    }
    return Id{std::string{text}};
  }
  /// For ids that the code itself composes; stops the process if `text` is none.
  [[nodiscard]] static Id of(std::string text) {
    ensure(is_id(text, size_bytes_max, alphabet), "an id composed by the engine is well formed");
    return Id{std::move(text)};
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_{std::move(text)} {}
  std::string text_;
};

template <class Kind>
using ChosenId = Id<Kind, 64, IdAlphabet::word>;
template <class Kind>
using ForeignId = Id<Kind, 255, IdAlphabet::printable>;

using OrderId = ChosenId<struct OrderKind>;
using RefundId = ChosenId<struct RefundKind>;
using CustomerId = ForeignId<struct CustomerKind>;
using EventId = ForeignId<struct EventKind>;    // Also command ids (64, word) and composite ids.
using MethodId = ForeignId<struct MethodKind>;  // A provider's payment method: pm_...
using IntentId = ForeignId<struct IntentKind>;  // A provider's payment intent: pi_...
using ChargeId = ForeignId<struct ChargeKind>;  // ch_...
using ProviderRefundId = ForeignId<struct ProviderRefundKind>;  // re_...
using DisputeId = ForeignId<struct DisputeKind>;                // dp_..., du_...
using IdempotencyKey = ForeignId<struct IdempotencyKeyKind>;

}  // namespace paysaga

template <class Kind, std::size_t n, paysaga::IdAlphabet a>
struct std::hash<paysaga::Id<Kind, n, a>> {
  std::size_t operator()(const paysaga::Id<Kind, n, a>& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
