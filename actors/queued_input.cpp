#include "paysaga/actors/queued_input.hpp"

#include "paysaga/storage/codec_input.hpp"
#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::actors {

std::string encode_queued(const OrderId& order, const CommandInput& command, Time now) {
  Saga carrier = new_saga(order);
  carrier.parked.push_back(Parked{command, now, now});
  return storage::encode_saga(carrier);
}

Result<Input> decode_queued(const OrderId& order, std::string_view bytes) {
  if (bytes.starts_with('{')) {  // No envelope begins so.
    return storage::parse_queued(order, bytes);
  }
  auto carrier = storage::decode_saga(bytes);
  if (!carrier) return tl::unexpected{carrier.error()};
  if (carrier->parked.size() != 1) {
    return fail(ErrorCode::corrupt, "a queued input is not one command");
  }
  return Input{order, std::move(carrier->parked.front().input)};
}

}  // namespace paysaga::actors
