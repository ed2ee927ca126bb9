#include "paysaga/config/show.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

#include <catch2/catch.hpp>

#include "files.hpp"
#include "paysaga/config/key.hpp"

using namespace paysaga;
using namespace paysaga::config;

namespace {

/// The template with every setting uncommented: its comments are prose, which no `name = ` begins.
std::string uncommented(const std::string& text) {
  return std::regex_replace(text, std::regex{"(^|\n)# ([a-z_]+ = )"}, "$1$2");
}

}  // namespace

TEST_CASE("template: it names every setting, explains it, and is a sound file", "[config]") {
  const std::string text = template_file();
  for (const Key& key : keys()) {
    const std::string name{key.name.substr(key.name.find('.') + 1)};
    CHECK_THAT(text, Catch::Contains("\n# " + name + " = "));
    CHECK_FALSE(key.help.empty());
  }
  const TestFile file{text};
  Sources sources;
  sources.file = file.path();
  REQUIRE(load(sources));
}

TEST_CASE("template: its values are the defaults, and each reads back as it was written",
          "[config]") {
  const TestFile file{uncommented(template_file())};
  std::ofstream{file.folder() / "webhook_secret"} << "whsec_0123\n";
  Sources sources;
  sources.file = file.path();
  const auto loaded = load(sources);
  if (!loaded) FAIL(to_text(loaded.error()));
  const auto defaults = load({});
  REQUIRE(defaults);
  std::size_t set = 0;
  for (const Origin& origin : loaded->origins) {
    if (origin.where != "default") ++set;
    const auto known = std::ranges::find(defaults->origins, origin.name, &Origin::name);
    if (known != defaults->origins.end()) CHECK(origin.value == known->value);
  }
  CHECK(set == keys().size() + 1);
  CHECK(loaded->settings.stripe.webhook_secrets.at("main").reveal() == "whsec_0123");
}

TEST_CASE("show: it is a file that loads to the same settings", "[config]") {
  Sources sources;
  sources.options = {"stripe.simulator_speed=60", "saga.read_schedule=90m", "node.id=n.2"};
  const auto loaded = load(sources);
  REQUIRE(loaded);
  const std::string shown = show(*loaded, true);
  CHECK_THAT(shown, Catch::Contains("simulator_speed = 60"));
  CHECK_THAT(shown, Catch::Contains("# -X"));

  const TestFile file{shown};
  Sources again;
  again.file = file.path();
  const auto reloaded = load(again);
  REQUIRE(reloaded);
  CHECK(show(*reloaded, false) == show(*loaded, false));
}

TEST_CASE("key table: names are unique, have a section, and stand together", "[config]") {
  std::set<std::string_view> names;
  std::set<std::string_view> sections;
  std::string_view last;
  for (const Key& key : keys()) {
    CHECK(names.insert(key.name).second);
    CHECK(key.name.find('.') != std::string_view::npos);
    if (section_of(key) != last) CHECK(sections.insert(section_of(key)).second);
    last = section_of(key);
  }
  CHECK(environment_name(*find_key("stripe.base_url")) == "PAYSAGA_STRIPE__BASE_URL");
}
