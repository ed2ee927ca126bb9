#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/sim/stripe/journal.hpp"
#include "paysaga/sim/stripe/model.hpp"
#include "paysaga/sim/stripe/server.hpp"

namespace paysaga::sim {

/// The model and its journal, shared by all connections.
///
/// Threads:  any; the mutex is held for one request's step at a time.
class StripeService {
 public:
  /// Errors: those of the journal.
  [[nodiscard]] static Result<std::unique_ptr<StripeService>> open(
      const StripeServerOptions& options);

  [[nodiscard]] stripe::Course arrive(stripe::Request request);
  /// Writes the request down, then does it. A request that cannot be written down is not done and
  /// is answered 503.
  [[nodiscard]] stripe::Answer execute(const stripe::Course& course);
  /// What has to be sent to webhook endpoints now; each is settled once it has ended.
  [[nodiscard]] std::vector<stripe::Parcel> take_parcels();
  void settle_parcel(std::uint64_t parcel, int status);
  /// How long until something happens by itself; none if nothing does.
  [[nodiscard]] std::optional<Duration> until_due() const;
  [[nodiscard]] bool holds_answer(const stripe::Course& course) const;
  /// Where browsers find this Stripe.
  void set_pages(const std::string& url);
  [[nodiscard]] std::string books(bool summary_only, std::string_view order_id) const;
  [[nodiscard]] std::uint64_t violations() const;
  void set_faults(const stripe::Faults& faults);

  std::atomic<std::uint32_t> connections{0};

 private:
  StripeService(const stripe::ModelOptions& options, std::optional<stripe::Journal> journal)
      : model_{options}, journal_{std::move(journal)} {}
  /// Errors: those of the journal.
  [[nodiscard]] Result<void> keep_behaviour(const stripe::Behaviour& behaviour);

  mutable std::mutex mutex_;
  stripe::StripeModel model_;
  std::optional<stripe::Journal> journal_;
};

}  // namespace paysaga::sim
