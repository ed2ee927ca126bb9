#include "paysaga/saga/order/order.hpp"

#include <cstdlib>

namespace paysaga::order {

std::string_view to_text(Status status) {
  switch (status) {
    case Status::payment_pending:
      return "payment_pending";
    case Status::payment_processing:
      return "payment_processing";
    case Status::pending:
      return "pending";
    case Status::fulfilled:
      return "fulfilled";
    case Status::payment_failed:
      return "payment_failed";
    case Status::cancelled:
      return "cancelled";
    case Status::expired:
      return "expired";
    case Status::refund_pending:
      return "refund_pending";
    case Status::refund_failed:
      return "refund_failed";
    case Status::refunded:
      return "refunded";
    case Status::partially_refunded:
      return "partially_refunded";
  }
  std::abort();
}

std::string_view to_text(EndCause cause) {
  switch (cause) {
    case EndCause::cancelled:
      return "cancelled";
    case EndCause::rejected:
      return "rejected";
    case EndCause::delivery_failed:
      return "delivery_failed";
  }
  std::abort();
}

Result<Status> parse_status(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Status::partially_refunded); ++i) {
    if (to_text(static_cast<Status>(i)) == text) return static_cast<Status>(i);
  }
  return fail(ErrorCode::malformed,
              "no order status is named '" + std::string{text.substr(0, 40)} + "'");
}

bool is_open(Status status) {
  switch (status) {
    case Status::payment_pending:
    case Status::payment_processing:
    case Status::pending:
    case Status::payment_failed:
    case Status::refund_pending:
    case Status::refund_failed:
      return true;
    case Status::fulfilled:
    case Status::cancelled:
    case Status::expired:
    case Status::refunded:
    case Status::partially_refunded:
      return false;
  }
  std::abort();
}

}  // namespace paysaga::order
