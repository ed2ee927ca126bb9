#include "apps/amount.hpp"

#include <algorithm>

namespace paysaga::apps {

std::string amount_text(std::int64_t minor, Currency currency) {
  std::string text = to_text(Money{minor, currency});
  text.resize(text.size() - 4);
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t at = point; at > 3 && text[at - 4] != '-'; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

}  // namespace paysaga::apps
