#include "paysaga/saga/input.hpp"

namespace paysaga {

std::string_view to_text(const Command& command) {
  using std::string_view_literals::operator""sv;
  return std::visit(
      Overload{
          [](const command::PaymentInitiate&) { return "payment.initiate"sv; },
          [](const command::PaymentConfirm&) { return "payment.confirm"sv; },
          [](const command::PaymentCapture&) { return "payment.capture"sv; },
          [](const command::PaymentCancel&) { return "payment.cancel"sv; },
          [](const command::OrderCancel&) { return "order.cancel"sv; },
          [](const command::OrderRejected&) { return "order.rejected"sv; },
          [](const command::OrderDeliveryFailed&) { return "order.delivery_failed"sv; },
          [](const command::OrderFulfilled&) { return "order.fulfilled"sv; },
          [](const command::RefundRequest&) { return "refund.request"sv; },
          [](const command::OrderHold&) { return "order.hold"sv; },
          [](const command::OrderResume&) { return "order.resume"sv; },
      },
      command);
}

bool is_order_command(const Command& command) {
  return std::visit(Overload{
                        [](const command::PaymentInitiate&) { return false; },
                        [](const command::PaymentConfirm&) { return false; },
                        [](const command::PaymentCapture&) { return false; },
                        [](const command::PaymentCancel&) { return false; },
                        [](const command::OrderCancel&) { return true; },
                        [](const command::OrderRejected&) { return true; },
                        [](const command::OrderDeliveryFailed&) { return true; },
                        [](const command::OrderFulfilled&) { return true; },
                        [](const command::RefundRequest&) { return false; },
                        [](const command::OrderHold&) { return true; },
                        [](const command::OrderResume&) { return true; },
                    },
                    command);
}

bool is_hold_command(const Command& command) {
  return std::holds_alternative<command::OrderHold>(command) ||
         std::holds_alternative<command::OrderResume>(command);
}

bool is_decided_by(Roles roles, const Command& command) {
  if (is_hold_command(command)) return true;
  return is_order_command(command) ? runs_orders(roles) : runs_payments(roles);
}

}  // namespace paysaga
