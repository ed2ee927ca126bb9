#include "paysaga/config/show.hpp"

#include <algorithm>
#include <string_view>

#include "paysaga/config/key.hpp"

namespace paysaga::config {
namespace {

std::string_view last_part(std::string_view name) {
  return name.substr(name.find('.') + 1);
}

/// Sections whose names are chosen by others, behind the section that they are a part of.
struct OpenSection {
  std::string_view of;
  std::string_view text;
};
constexpr OpenSection open_sections[] = {
    {"kafka",
     "\n[kafka.properties]\n"
     "# Properties of librdkafka by its own names; those that the engine owns are refused.\n"
     "# Passwords are written as stripe.key.\n"
     "# \"security.protocol\" = \"sasl_ssl\"\n"},
    {"stripe",
     "\n[stripe.webhook_secrets]\n"
     "# Of the endpoints whose webhooks are taken, by names of your own, at most 16, each written\n"
     "# as stripe.key. Each is tried: while one is rolled both stand here. They and stripe.key "
     "are\n"
     "# read again at SIGHUP.\n"
     "# main = { file = \"webhook_secret\" }\n"},
};

/// Begins a section where `name` is the first of one.
void open_section(std::string& out, std::string_view& section, std::string_view name) {
  const std::string_view own = name.substr(0, name.find('.'));
  if (own == section) return;
  section = own;
  out += (out.empty() ? "[" : "\n[") + std::string{own} + "]\n";
}

}  // namespace

std::string template_file() {
  std::string out =
      "# paysaga: every setting with its default. Remove the # before those that you change.\n"
      "# Defaults < this file < environment (PAYSAGA_STRIPE__TIMEOUT=10s) < -X "
      "stripe.timeout=10s.\n";
  std::string_view section;
  const auto end_section = [&out, &section](std::string_view next) {
    if (next == section) return;
    for (const OpenSection& open : open_sections) {
      if (open.of == section) out += open.text;
    }
  };
  const Settings defaults;
  for (const Key& key : keys()) {
    end_section(section_of(key));
    open_section(out, section, key.name);
    std::string_view help = key.help;
    while (!help.empty()) {
      const std::size_t end = std::min(help.find('\n'), help.size());
      out += "# " + std::string{help.substr(0, end)} + "\n";
      help.remove_prefix(std::min(end + 1, help.size()));
    }
    out += "# " + std::string{last_part(key.name)} + " = " + key.show(defaults) + "\n";
  }
  end_section({});
  return out;
}

std::string show(const Loaded& loaded, bool origins) {
  std::string out;
  std::string_view section;
  std::size_t width = 0;
  const auto line_of = [](const Origin& origin) {
    return std::string{last_part(origin.name)} + " = " + origin.value;
  };
  constexpr std::size_t width_max = 48;  // A longer line only pushes its own remark aside.
  for (const Origin& origin : loaded.origins) {
    width = std::min(width_max, std::max(width, line_of(origin).size()));
  }
  for (const Origin& origin : loaded.origins) {
    open_section(out, section, origin.name);
    std::string line = line_of(origin);
    if (origins) {
      if (line.size() < width) line.resize(width, ' ');
      line += "  # " + origin.where;
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace paysaga::config
