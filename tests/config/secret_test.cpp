#include "paysaga/config/secret.hpp"

#include <cstdlib>
#include <sstream>

#include <catch2/catch.hpp>

#include "files.hpp"
#include "paysaga/config/load.hpp"
#include "paysaga/config/show.hpp"

using namespace paysaga;
using namespace paysaga::config;

namespace {

struct EnvironmentVariable {
  EnvironmentVariable(const char* variable, const std::string& value) : name{variable} {
    ::setenv(name, value.c_str(), 1);
  }
  ~EnvironmentVariable() { ::unsetenv(name); }
  const char* name;
};

tl::expected<Loaded, Faults> load_text(const std::string& text) {
  const TestFile file{text};
  Sources sources;
  sources.file = file.path();
  return load(sources);
}

}  // namespace

TEST_CASE("secret: it prints as stars, also in config show", "[config]") {
  std::ostringstream out;
  out << Secret{"sk_test_abc"} << Secret{};
  CHECK(out.str() == "***");

  Sources sources;
  sources.environment = {"PAYSAGA_STRIPE__KEY=sk_test_abc"};
  const auto loaded = load(sources);
  REQUIRE(loaded);
  CHECK(loaded->settings.stripe.key.reveal() == "sk_test_abc");
  const std::string shown = show(*loaded, true);
  CHECK(shown.find("sk_test_abc") == std::string::npos);
  CHECK_THAT(shown, Catch::Contains("key = \"***\""));
  CHECK_THAT(shown, Catch::Contains("# PAYSAGA_STRIPE__KEY"));
}

TEST_CASE("secret: it is read from a file beside the configuration", "[config]") {
  const TestFile key{"sk_test_file\r\n"};
  const TestFile file{"[stripe]\nkey = { file = \"" + key.path().string() + "\" }\n"};
  Sources sources;
  sources.file = file.path();
  const auto loaded = load(sources);
  REQUIRE(loaded);
  CHECK(loaded->settings.stripe.key.reveal() == "sk_test_file");

  // A relative name starts from the configuration's own folder.
  std::ofstream{file.folder() / "key"} << "sk_test_near\n";
  std::ofstream{file.path()} << "[stripe]\nkey = { file = \"key\" }\n";
  const auto near = load(sources);
  REQUIRE(near);
  CHECK(near->settings.stripe.key.reveal() == "sk_test_near");
}

TEST_CASE("secret: it is read from an environment variable or a systemd credential", "[config]") {
  const EnvironmentVariable variable{"A_KEY_OF_A_TEST", "sk_test_variable"};
  const auto from_variable = load_text("[stripe]\nkey = { env = \"A_KEY_OF_A_TEST\" }\n");
  REQUIRE(from_variable);
  CHECK(from_variable->settings.stripe.key.reveal() == "sk_test_variable");

  const TestFile credential{"sk_test_credential"};
  const EnvironmentVariable folder{"CREDENTIALS_DIRECTORY", credential.folder().string()};
  const auto from_systemd = load_text("[stripe]\nkey = { credential = \"paysaga.toml\" }\n");
  REQUIRE(from_systemd);
  CHECK(from_systemd->settings.stripe.key.reveal() == "sk_test_credential");
}

TEST_CASE("secret: what is none is refused and never repeated in the fault", "[config]") {
  struct Row {
    std::string toml;
    std::string fault;
  };
  const Row rows[] = {
      {"key = \"sk_test_in_the_open\"", "a secret does not stand in the file"},
      {"key = { file = \"/nowhere/key\" }", "/nowhere/key cannot be read"},
      {"key = { env = \"NO_SUCH_VARIABLE\" }", "NO_SUCH_VARIABLE is not set"},
      {"key = { credential = \"x\" }", "CREDENTIALS_DIRECTORY is not set"},
      {"key = { vault = \"x\" }", "a secret is written as"},
      {"key = 7", "a secret does not stand in the file"},
  };
  for (const Row& row : rows) {
    INFO(row.toml);
    const auto loaded = load_text("[stripe]\n" + row.toml + "\n");
    REQUIRE_FALSE(loaded);
    REQUIRE(loaded.error().size() == 1);
    CHECK_THAT(loaded.error()[0], Catch::Contains(row.fault));
    CHECK_THAT(loaded.error()[0], Catch::Contains("paysaga.toml:2: stripe.key: "));
    CHECK_THAT(loaded.error()[0], !Catch::Contains("sk_test_in_the_open"));
  }
}
