#include "paysaga/saga/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace paysaga {

bool is_transient(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable:
      return true;
    case ErrorCode::malformed:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::forbidden:
    case ErrorCode::amount_overflow:
    case ErrorCode::currency_mismatch:
    case ErrorCode::storage_failed:
    case ErrorCode::corrupt:
    case ErrorCode::version_unsupported:
    case ErrorCode::out_of_range:
      return false;
  }
  std::abort();
}

std::string_view to_text(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::amount_overflow:
      return "amount_overflow";
    case ErrorCode::currency_mismatch:
      return "currency_mismatch";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::storage_failed:
      return "storage_failed";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::version_unsupported:
      return "version_unsupported";
    case ErrorCode::out_of_range:
      return "out_of_range";
  }
  std::abort();
}

void broken_invariant(const char* what) {
  std::fprintf(stderr, "paysaga: broken invariant: %s\n", what);
  std::abort();
}

}  // namespace paysaga
