#include "paysaga/sim/stripe/json.hpp"

namespace paysaga::sim::stripe {

void JsonWriter::append_quoted(std::string_view value) {
  constexpr std::string_view hex = "0123456789abcdef";
  out_ += '"';
  std::size_t done = 0;  // What stands before needs no escape and is copied in one piece.
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out_.append(value, done, i - done);
    done = i + 1;
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += value[i];
    } else if (c == '\n') {
      out_ += "\\n";
    } else {
      out_ += "\\u00";
      out_ += hex[c >> 4U];
      out_ += hex[c & 0xfU];
    }
  }
  out_.append(value, done, value.size() - done);
  out_ += '"';
}

}  // namespace paysaga::sim::stripe
