#include "paysaga/saga/payment/waits.hpp"

#include <algorithm>
#include <cstddef>

namespace paysaga::payment {
namespace {

// A provider that asks for more than this is not believed: the search must go on.
constexpr Duration retry_after_max = hours{1};

template <std::size_t size>
Duration step_of(const std::array<Duration, size>& waits, int step) {
  const auto last = static_cast<int>(size) - 1;
  return waits[static_cast<std::size_t>(std::clamp(step, 0, last))];
}

}  // namespace

Duration scaled(const Policy& policy, Duration wait) {
  return wait / std::max(policy.simulator_speed, 1);
}

Duration read_wait(const Policy& policy, int step) {
  return scaled(policy, step_of(policy.read_schedule, step));
}

Duration compensation_wait(const Policy& policy, int attempt) {
  return scaled(policy, step_of(policy.compensation_retry, attempt - 1));
}

Duration repeat_wait(const Context& context, int count, std::optional<Duration> retry_after) {
  const Policy& policy = context.policy;
  const int doublings = std::clamp(count, 0, 16);
  const Duration most = std::min(policy.repeat_max, policy.repeat_min * (1 << doublings));
  const auto span = static_cast<std::uint64_t>((most - policy.repeat_min).count());
  const auto spread = static_cast<Duration::rep>(context.jitter % (span + 1));
  const Duration wait = policy.repeat_min + Duration{spread};
  return std::max(wait, std::min(retry_after.value_or(Duration{0}), retry_after_max));
}

}  // namespace paysaga::payment
