#include "paysaga/saga/id.hpp"

#include <algorithm>

namespace paysaga {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

bool is_printable(char c) {
  return c > ' ' && c <= '~';
}

}  // namespace

bool is_id(std::string_view text, std::size_t size_bytes_max, IdAlphabet alphabet) {
  if (text.empty() || text.size() > size_bytes_max) return false;
  return std::all_of(text.begin(), text.end(),
                     alphabet == IdAlphabet::word ? is_word : is_printable);
}

}  // namespace paysaga
