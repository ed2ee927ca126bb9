#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/endpoint.hpp"
#include "paysaga/sim/stripe/fault.hpp"
#include "paysaga/sim/stripe/form.hpp"
#include "paysaga/sim/stripe/id.hpp"

namespace paysaga::sim::stripe {

/// A request of the API and what became of it.
struct LoggedRequest {
  std::uint64_t number;
  Time at;
  std::string_view method;  // A literal.
  std::string path;
  std::string form;
  std::string key;
  Endpoint endpoint;
  Fault fault;
  int status;                  // 0 if nothing was answered.
  std::uint64_t original = 0;  // The request whose answer was repeated; 0 if none was.
  std::string_view error;      // The code, or else the type, of an error; empty if there was none.
};

/// The last requests of the API, for the person who looks for a cause.
///
/// Threads:  one at a time.
class RequestLog {
 public:
  static constexpr std::size_t requests_max = 1000;

  void add(LoggedRequest request);
  /// Newest first. `form` may give `limit` (100), `id` (req_...) and `endpoint`.
  [[nodiscard]] std::string json(const Ids& ids, const Form& form) const;

 private:
  std::deque<LoggedRequest> requests_;
};

}  // namespace paysaga::sim::stripe
