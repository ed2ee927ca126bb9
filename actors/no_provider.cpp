#include "paysaga/actors/no_provider.hpp"

#include <cstdlib>

namespace paysaga::actors {
namespace {

[[noreturn]] void refuse() {
  ensure(false, "a node without payments asks no provider for anything");
  std::abort();
}

class NoEncoder final : public RequestEncoder {
 public:
  [[nodiscard]] Request create(const Create&) const override { refuse(); }
  [[nodiscard]] Request confirm(const IntentId&, const MethodId&, bool) const override { refuse(); }
  [[nodiscard]] Request capture(const IntentId&, const Money&) const override { refuse(); }
  [[nodiscard]] Request cancel(const IntentId&, std::string_view) const override { refuse(); }
  [[nodiscard]] Request refund(const IntentId&, const RefundId&, int, const OrderId&,
                               std::string_view, const Money&) const override {
    refuse();
  }
  [[nodiscard]] Request read_intent(const IntentId&, bool) const override { refuse(); }
  [[nodiscard]] Request list_intents(Time, Time) const override { refuse(); }
  [[nodiscard]] Request read_refund(const ProviderRefundId&) const override { refuse(); }
  [[nodiscard]] Request list_refunds(const IntentId&) const override { refuse(); }
  [[nodiscard]] Request list_disputes(const IntentId&) const override { refuse(); }
};

}  // namespace

void NoProvider::call(ProviderCall /*call*/, Done /*done*/) {
  refuse();
}

const RequestEncoder& NoProvider::encoder() const {
  static const NoEncoder encoder;
  return encoder;
}

}  // namespace paysaga::actors
