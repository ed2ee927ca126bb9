#include "paysaga/config/load.hpp"

#include <sstream>

#include <catch2/catch.hpp>

#include "files.hpp"
#include "paysaga/config/show.hpp"

using namespace paysaga;
using namespace paysaga::config;

namespace {

Settings sound(const Sources& sources) {
  auto loaded = load(sources);
  if (!loaded) FAIL(to_text(loaded.error()));
  return loaded->settings;
}

Sources with_options(std::vector<std::string> options) {
  Sources sources;
  sources.options = std::move(options);
  return sources;
}

std::string where(const Loaded& loaded, const std::string& name) {
  for (const Origin& origin : loaded.origins) {
    if (origin.name == name) return origin.where;
  }
  return "no such setting";
}

}  // namespace

TEST_CASE("load: without any source every setting is its default", "[config]") {
  const auto loaded = load({});
  REQUIRE(loaded);
  CHECK(loaded->settings.stripe.mode == StripeMode::simulator);
  CHECK(loaded->settings.stripe.timeout == seconds{30});
  CHECK(loaded->settings.http.listen == ListenAddress{"127.0.0.1", 7480});
  CHECK_FALSE(loaded->settings.stripe.base_url);
  for (const Origin& origin : loaded->origins) CHECK(origin.where == "default");
}

TEST_CASE("load: an option overrules the environment, that the file, that the default",
          "[config]") {
  const TestFile file{
      "[stripe]\ntimeout = \"11s\"\nconnect_timeout = \"2s\"\n[saga]\n"
      "expires_in = \"40m\"\n"};
  Sources sources;
  sources.file = file.path();
  sources.environment = {"PAYSAGA_STRIPE__TIMEOUT=12s", "PAYSAGA_SAGA__EXPIRES_IN=50m",
                         "PAYSAGA_NODE=http://127.0.0.1:1", "HOME=/root"};
  sources.flags = {{"--data", "node.data", "/tmp/here"}};
  sources.options = {"stripe.timeout=13s"};
  const auto loaded = load(sources);
  REQUIRE(loaded);
  CHECK(loaded->settings.stripe.timeout == seconds{13});
  CHECK(loaded->settings.saga.expires_in == minutes{50});
  CHECK(loaded->settings.stripe.connect_timeout == seconds{2});
  CHECK(loaded->settings.node.data == "/tmp/here");
  CHECK(where(*loaded, "stripe.timeout") == "-X");
  CHECK(where(*loaded, "saga.expires_in") == "PAYSAGA_SAGA__EXPIRES_IN");
  CHECK(where(*loaded, "stripe.connect_timeout") == file.path().string() + ":3");
  CHECK(where(*loaded, "node.data") == "--data");
  CHECK(where(*loaded, "http.listen") == "default");
}

TEST_CASE("load: every kind of value is read from text", "[config]") {
  const Settings settings = sound(with_options(
      {"http.listen=[::1]:0", "http.body_max=64KiB", "log.level=debug", "saga.read_schedule=1s, 5m",
       "journal.publish=at_least_once", "node.roles=orders,payments", "node.threads=7",
       "stripe.base_url=http://127.0.0.1:8420/"}));
  CHECK(settings.http.listen == ListenAddress{"::1", 0});
  CHECK(settings.http.body_max == ByteSize{65'536});
  CHECK(settings.log.level == LogLevel::debug);
  CHECK(settings.saga.read_schedule == std::vector<Duration>{seconds{1}, minutes{5}});
  CHECK(settings.journal.publish == Publish::at_least_once);
  CHECK(settings.node.roles == std::vector<Role>{Role::orders, Role::payments});
  CHECK(settings.node.threads == 7);
  CHECK(settings.stripe.base_url == Url{false, "127.0.0.1", 8420});
}

TEST_CASE("load: each fault is one line with its place and what is right", "[config]") {
  struct Row {
    std::string option;
    std::string fault;
  };
  const Row rows[] = {
      {"stripe.timout=1s", "unknown setting 'stripe.timout'; did you mean 'stripe.timeout'?"},
      {"nonsense=1", "`paysaga config template` lists them all"},
      {"stripe.timeout", "wants name=value"},
      {"stripe.timeout=10", "'10' is no duration"},
      {"stripe.timeout=1ms", R"(got "1ms", wants "100ms" to "10m")"},
      {"node.threads=0", "got 0, wants 1 to 256"},
      {"node.threads=two", R"(got "two", wants a whole number)"},
      {"node.threads=99999999999", "wants a smaller number"},
      {"node.id=a b", "characters of A-Z"},
      {"node.data=", "name a directory"},
      {"node.roles=payments", "there is no other node"},
      {"node.roles=payment", R"(did you mean "payments"?)"},
      {"http.listen=7480", "write host:port as in 127.0.0.1:7480"},
      {"http.listen=127.0.0.1:99999", "is no address"},
      {"http.listen=0.0.0.0:7480", "is open to others"},
      {"http.body_max=64KB", R"(such as "64KiB")"},
      {"http.body_max=1GiB", R"(wants "4KiB" to "16MiB")"},
      {"journal.kind=kafka", "kafka.brokers: is empty"},
      {"stripe.mode=tset", R"(did you mean "test"?)"},
      {"stripe.base_url=127.0.0.1", "is no base URL"},
      {"stripe.base_url=https://example.org", "not on this machine"},
      {"stripe.base_url=http://127.0.0.1/v1", "without a path"},
      {"stripe.key=sk_test_1", "never stands on a command line"},
      {"stripe.connect_timeout=45s", "longer than stripe.timeout"},
      {"saga.read_schedule=", "is no duration"},
      {"saga.read_schedule=1s,1s,1s,1s,1s,1s,1s", "1 to 6 durations"},
      {"log.format=a\nb", R"(got "a\u000Ab")"},
  };
  for (const Row& row : rows) {
    INFO(row.option);
    const auto loaded = load(with_options({row.option}));
    REQUIRE_FALSE(loaded);
    REQUIRE(loaded.error().size() == 1);
    CHECK_THAT(loaded.error()[0], Catch::Contains(row.fault));
    CHECK(loaded.error()[0].find('\n') == std::string::npos);
  }
}

TEST_CASE("load: all faults of all sources are named at once, each with its line", "[config]") {
  const TestFile file{
      "[stripe]\nmode = 7\ntimout = \"1s\"\n[http]\nlisten = 1.5\n[sage]\n"
      "[kafka]\n[node]\nid = 2026-01-01\nthreads = \"4\"\n"};
  Sources sources;
  sources.file = file.path();
  sources.environment = {"PAYSAGA_STRIPE__TIMOUT=1s", "PAYSAGA_LOG__LEVEL=loud"};
  sources.options = {"node.treads=1"};
  const auto loaded = load(sources);
  REQUIRE_FALSE(loaded);
  const std::string name = file.path().string();
  const Faults& faults = loaded.error();
  REQUIRE(faults.size() == 9);
  CHECK_THAT(faults[0], Catch::StartsWith(name + ":2: stripe.mode: got 7, wants one of"));
  CHECK_THAT(faults[1], Catch::StartsWith(name + ":3: unknown setting 'stripe.timout'"));
  CHECK_THAT(faults[2], Catch::StartsWith(name + ":5: http.listen: got a decimal number"));
  CHECK_THAT(faults[3], Catch::StartsWith(name + ":6: unknown setting 'sage'"));
  CHECK_THAT(faults[4], Catch::StartsWith(name + ":9: node.id: got a date or time"));
  CHECK_THAT(faults[5], Catch::StartsWith(name + ":10: node.threads: got \"4\", wants a whole"));
  CHECK_THAT(faults[6], Catch::StartsWith("PAYSAGA_STRIPE__TIMOUT: no setting has this variable; "
                                          "did you mean PAYSAGA_STRIPE__TIMEOUT?"));
  CHECK_THAT(faults[7], Catch::StartsWith("PAYSAGA_LOG__LEVEL: log.level: got \"loud\""));
  CHECK_THAT(faults[8], Catch::Contains("did you mean 'node.threads'?"));
}

TEST_CASE("load: what is no TOML, or no file, is named with its place", "[config]") {
  const TestFile file{"[stripe]\nmode = \"test\nkey = 1\n"};
  Sources sources;
  sources.file = file.path();
  const auto broken = load(sources);
  REQUIRE_FALSE(broken);
  CHECK_THAT(broken.error().at(0), Catch::StartsWith(file.path().string() + ":2: "));

  sources.file = "/nowhere/paysaga.toml";
  const auto missing = load(sources);
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().at(0), Catch::Contains("/nowhere/paysaga.toml cannot be read"));
}

TEST_CASE("policy: waits are divided in simulator mode only, short schedules go on", "[config]") {
  Settings settings;
  settings.saga.read_schedule = {seconds{5}, minutes{1}};
  CHECK(policy_of(settings).simulator_speed == 600);
  CHECK(policy_of(settings).read_schedule[0] == seconds{5});
  CHECK(policy_of(settings).read_schedule[5] == minutes{1});
  settings.stripe.mode = StripeMode::test;
  CHECK(policy_of(settings).simulator_speed == 1);
}

TEST_CASE("load: secrets of webhooks have names of their own and are never shown", "[config]") {
  const TestFile secret{"whsec_file\n"};
  const TestFile file{"[stripe.webhook_secrets]\nmain = { file = \"" + secret.path().string() +
                      "\" }\n"};
  Sources sources;
  sources.file = file.path();
  sources.environment = {"PAYSAGA_STRIPE__WEBHOOK_SECRETS__NEXT=whsec_next"};
  const auto loaded = load(sources);
  REQUIRE(loaded);
  const auto& secrets = loaded->settings.stripe.webhook_secrets;
  REQUIRE(secrets.size() == 2);
  CHECK(secrets.at("main").reveal() == "whsec_file");
  CHECK(secrets.at("next").reveal() == "whsec_next");
  CHECK(where(*loaded, "stripe.webhook_secrets.next") == "PAYSAGA_STRIPE__WEBHOOK_SECRETS__NEXT");
  const std::string shown = show(*loaded, true);
  CHECK(shown.find("webhook_secrets.main = \"***\"") != std::string::npos);
  CHECK(shown.find("whsec_") == std::string::npos);
}

TEST_CASE("load: a webhook's secret that is none, or stands in the open, is refused", "[config]") {
  const auto fault = [](const std::string& line) {
    const TestFile file{"[stripe.webhook_secrets]\n" + line + "\n"};
    Sources sources;
    sources.file = file.path();
    const auto loaded = load(sources);
    return loaded ? std::string{} : to_text(loaded.error());
  };
  CHECK(fault("main = \"whsec_open\"").find("does not stand in the file") != std::string::npos);
  CHECK(fault("\"a b\" = \"x\"").find("its name wants") != std::string::npos);
  Sources sources;
  sources.environment = {"PAYSAGA_STRIPE__WEBHOOK_SECRETS__MAIN=sk_test_1"};
  const auto loaded = load(sources);
  REQUIRE_FALSE(loaded);
  CHECK(to_text(loaded.error()).find("is no secret of a webhook endpoint") != std::string::npos);
}

TEST_CASE("load: properties of librdkafka are taken by their own names", "[config]") {
  const TestFile password{"hidden\n"};
  const TestFile file{
      "[kafka]\nbrokers = \"k1:9092,k2:9092\"\n[kafka.properties]\n"
      "security.protocol = \"SASL_SSL\"\n\"ssl.ca.location\" = \"/ca.pem\"\n"
      "sasl.password = { file = \"" +
      password.path().string() + "\" }\nsocket.keepalive.enable = true\n"};
  Sources sources;
  sources.file = file.path();
  sources.environment = {"PAYSAGA_KAFKA__PROPERTIES__SASL_USERNAME=me"};
  sources.options = {"kafka.properties.linger.ms=3"};
  const auto loaded = load(sources);
  if (!loaded) FAIL(to_text(loaded.error()));
  const auto& properties = loaded->settings.kafka.properties;
  CHECK(properties.size() == 6);
  CHECK(properties.at("security.protocol").value.reveal() == "SASL_SSL");
  CHECK(properties.at("ssl.ca.location").value.reveal() == "/ca.pem");
  CHECK(properties.at("sasl.password").value.reveal() == "hidden");
  CHECK_FALSE(properties.at("sasl.password").shown);
  CHECK(properties.at("socket.keepalive.enable").value.reveal() == "true");
  CHECK(properties.at("sasl.username").value.reveal() == "me");
  CHECK(properties.at("linger.ms").value.reveal() == "3");
  CHECK(where(*loaded, "kafka.properties.linger.ms") == "-X");
}

TEST_CASE("load: a password of Kafka stands neither in the file nor on a command line",
          "[config]") {
  const TestFile file{"[kafka.properties]\nsasl.password = \"open\"\n"};
  Sources sources;
  sources.file = file.path();
  sources.options = {"kafka.properties.ssl.key.password=open"};
  const auto loaded = load(sources);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().size() == 2);
}

TEST_CASE("load: the number of partitions is as usual for the kind of journal", "[config]") {
  CHECK(sound({}).kafka.partitions == 4);
  CHECK(sound(with_options({"journal.kind=kafka", "kafka.brokers=127.0.0.1:1"})).kafka.partitions ==
        24);
  CHECK(sound(with_options({"kafka.partitions=7"})).kafka.partitions == 7);
  CHECK_FALSE(load(with_options({"journal.kind=kafka"})));
}
