#include "paysaga/saga/roles.hpp"

#include <cstdlib>

namespace paysaga {

std::string_view to_text(Roles roles) {
  switch (roles) {
    case Roles::both:
      return "payments,orders";
    case Roles::payments:
      return "payments";
    case Roles::orders:
      return "orders";
  }
  std::abort();  // Every set is above; here memory is corrupt.
}

}  // namespace paysaga
