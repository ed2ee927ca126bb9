#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace paysaga {

/// Why a call of ours did not do what was asked. A code exists only if some caller acts on it;
/// everything else stands in `Error::detail`.
enum class ErrorCode {
  malformed,            // The input can never be read or accepted as it is.
  not_found,            // What was asked for does not exist.
  conflict,             // It exists and is different, or somebody else holds it.
  forbidden,            // The state does not allow it.
  amount_overflow,      // Checked arithmetic on money.
  currency_mismatch,    // Two amounts of different currencies.
  unavailable,          // May succeed later with nothing else changed.
  storage_failed,       // It may or may not have been written.
  corrupt,              // What was read is not what was written.
  version_unsupported,  // A newer version wrote it.
  out_of_range,         // A log position that is no longer, or not yet, there.
};

/// True if the same call may succeed later with nothing else changed. Everything else is final.
[[nodiscard]] bool is_transient(ErrorCode code);
[[nodiscard]] std::string_view to_text(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string detail;  // One line: what failed, why, what to do next.
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return tl::unexpected<Error>{Error{code, std::move(detail)}};
}

/// Says what is broken and ends the process.
[[noreturn]] void broken_invariant(const char* what);

/// Stops the process when `condition` is false, in release builds too: state that breaks a rule of
/// ours must never be written or acted on.
inline void ensure(bool condition, const char* what) {
  if (!condition) [[unlikely]]
    broken_invariant(what);
}

/// std::visit with one lambda a type: `std::visit(Overload{[](const A&) {...}, ...}, variant)`.
template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

}  // namespace paysaga
