#pragma once

#include "paysaga/actors/ports.hpp"

namespace paysaga::actors {

/// For nodes that run no payments. Whoever asks it for anything breaks an invariant.
class NoProvider final : public PaymentProvider {
 public:
  void call(ProviderCall call, Done done) override;
  [[nodiscard]] const RequestEncoder& encoder() const override;
};

}  // namespace paysaga::actors
