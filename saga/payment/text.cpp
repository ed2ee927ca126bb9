#include <cstdlib>

#include "paysaga/saga/payment/payment.hpp"

namespace paysaga::payment {

std::string_view to_text(Status status) {
  switch (status) {
    case Status::creating:
      return "creating";
    case Status::ready:
      return "ready";
    case Status::confirming:
      return "confirming";
    case Status::action_required:
      return "action_required";
    case Status::processing:
      return "processing";
    case Status::declined:
      return "declined";
    case Status::authorized:
      return "authorized";
    case Status::capturing:
      return "capturing";
    case Status::captured:
      return "captured";
    case Status::cancelling:
      return "cancelling";
    case Status::cancelled:
      return "cancelled";
  }
  std::abort();  // Every status has its text; here memory is corrupt.
}

std::string_view to_text(CancelCause cause) {
  switch (cause) {
    case CancelCause::customer:
      return "customer";
    case CancelCause::expired:
      return "expired";
    case CancelCause::refused:
      return "refused";
    case CancelCause::provider:
      return "provider";
  }
  std::abort();  // Every cause has its text; here memory is corrupt.
}

std::string_view to_text(RefundState state) {
  switch (state) {
    case RefundState::requested:
      return "requested";
    case RefundState::pending:
      return "pending";
    case RefundState::succeeded:
      return "succeeded";
    case RefundState::failed:
      return "failed";
    case RefundState::refused:
      return "refused";
  }
  std::abort();  // Every state has its text; here memory is corrupt.
}

}  // namespace paysaga::payment
