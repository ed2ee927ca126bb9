#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "paysaga/saga/call.hpp"
#include "paysaga/saga/event.hpp"
#include "paysaga/saga/roles.hpp"

namespace paysaga {

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// What can be asked of an order. Their JSON stands in docs/api; `to_text(kind)` is their name
/// there.
namespace command {
struct PaymentInitiate {
  Money amount;
  CustomerId customer;
  std::optional<MethodId> method;
  std::optional<Duration> expires_in;
  bool off_session = false;
  Metadata metadata;
  bool manual_capture = false;  // Hold the money; payment.capture takes it.
  friend bool operator==(const PaymentInitiate&, const PaymentInitiate&) = default;
};
struct PaymentConfirm {
  MethodId method;
  std::optional<std::string> return_url;
  friend bool operator==(const PaymentConfirm&, const PaymentConfirm&) = default;
};
struct PaymentCapture {
  std::optional<std::int64_t> amount_minor;  // Default: all that is held.
  std::optional<Currency> currency;          // Of `amount_minor`, where the caller named one.
  friend bool operator==(const PaymentCapture&, const PaymentCapture&) = default;
};
struct PaymentCancel {
  std::string reason;
  bool final = false;
  friend bool operator==(const PaymentCancel&, const PaymentCancel&) = default;
};
struct OrderCancel {
  std::string reason;
  friend bool operator==(const OrderCancel&, const OrderCancel&) = default;
};
struct OrderRejected {
  std::string reason;
  friend bool operator==(const OrderRejected&, const OrderRejected&) = default;
};
struct OrderDeliveryFailed {
  std::string reason;
  friend bool operator==(const OrderDeliveryFailed&, const OrderDeliveryFailed&) = default;
};
struct OrderFulfilled {
  friend bool operator==(const OrderFulfilled&, const OrderFulfilled&) = default;
};
struct RefundRequest {
  RefundId refund;                           // Default: the command id.
  std::optional<std::int64_t> amount_minor;  // Default: what is left.
  std::string reason;
  bool compensation = false;         // True only from the order machine.
  std::optional<Currency> currency;  // Of `amount_minor`, where the caller named one.
  friend bool operator==(const RefundRequest&, const RefundRequest&) = default;
};
/// An operator's: nothing is sent for the order until it is resumed.
struct OrderHold {
  std::string reason;
  std::string ticket;  // May be empty.
  friend bool operator==(const OrderHold&, const OrderHold&) = default;
};
struct OrderResume {
  std::string reason;
  std::string ticket;
  friend bool operator==(const OrderResume&, const OrderResume&) = default;
};
}  // namespace command

using Command =
    std::variant<command::PaymentInitiate, command::PaymentConfirm, command::PaymentCancel,
                 command::OrderCancel, command::OrderRejected, command::OrderDeliveryFailed,
                 command::OrderFulfilled, command::RefundRequest, command::PaymentCapture,
                 command::OrderHold, command::OrderResume>;

/// A command with its envelope. Read by storage's codec; checked once, when it is read.
struct CommandInput {
  EventId id;               // command_id.
  std::uint64_t body_hash;  // Of the canonical body: the same id with another body is `id_reused`.
  Command command;
  std::string correlation_id;  // Empty: the order's own.
  std::string traceparent;
  friend bool operator==(const CommandInput&, const CommandInput&) = default;
};

/// The provider's answer to the call `call_id` of the state's pending calls.
struct AnswerInput {
  std::string call_id;
  Answer answer;
  std::string request_id;
  Duration took{};
  friend bool operator==(const AnswerInput&, const AnswerInput&) = default;
};

/// The state's own next wake-up came: expiry, parked commands that waited too long.
struct WakeInput {
  friend bool operator==(const WakeInput&, const WakeInput&) = default;
};

/// An event of the order's payment, from the payment topics: where another group of nodes runs the
/// payment machine.
struct PaymentEventInput {
  Event event;
  std::string traceparent;
  friend bool operator==(const PaymentEventInput&, const PaymentEventInput&) = default;
};

/// What a provider sent word of. `intent`: its status may have moved. `decline`: an attempt was
/// declined. `refund`: a refund of it was made, or has moved. `dispute`: the same of a dispute.
enum class News { intent, decline, refund, dispute };

/// A webhook of the provider about this order's intent. It may be late, repeated or overtaken, so
/// nothing in it is believed: it makes the payment look at the object now, and what that shows is
/// merged as any look is.
struct WebhookInput {
  EventId id;        // The provider's: "evt_...".
  std::string type;  // "payment_intent.succeeded": for people.
  News news;
  IntentId intent;
  friend bool operator==(const WebhookInput&, const WebhookInput&) = default;
};

/// What one order is asked to decide.
struct Input {
  OrderId order;
  std::variant<CommandInput, AnswerInput, WakeInput, PaymentEventInput, WebhookInput> body;
  friend bool operator==(const Input&, const Input&) = default;
};

/// "payment.initiate".
[[nodiscard]] std::string_view to_text(const Command& command);
/// True for order.hold and order.resume.
[[nodiscard]] bool is_hold_command(const Command& command);
/// True if the order machine decides it, false if the payment machine does.
[[nodiscard]] bool is_order_command(const Command& command);
/// True if nodes of these roles run the machine that decides it. A hold concerns whichever they
/// run.
[[nodiscard]] bool is_decided_by(Roles roles, const Command& command);

}  // namespace paysaga
