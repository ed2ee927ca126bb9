#include "paysaga/engine/log.hpp"

#include <mutex>
#include <vector>

#include <catch2/catch.hpp>

#include "paysaga/storage/json_reader.hpp"

namespace paysaga::engine {

TEST_CASE("log: a line on a terminal is key=value", "[engine][log]") {
  const Time at = time_from_micros(1'769'847'300'000'001);
  CHECK(log_line(LogFormat::text, at, LogLevel::info, "order_advanced",
                 {{"order_id", "ord_7"},
                  {"took_us", 1200},
                  {"detail", "two words"},
                  {"empty", ""},
                  {"ok", true}}) ==
        paysaga::to_text(at) +
            R"( info order_advanced order_id=ord_7 took_us=1200 detail="two words")"
            R"( empty="" ok=true)");
}

TEST_CASE("log: elsewhere the same keys are JSON, whatever the values hold", "[engine][log]") {
  const Time at = time_from_micros(1'769'847'300'000'001);
  const std::string line =
      log_line(LogFormat::json, at, LogLevel::warning, "input_dead_lettered",
               {{"cause", "a \"quote\"\nand \xff"}, {"partition", 3}, {"took", Duration{15}}});
  CHECK(line.find('\n') == std::string::npos);
  const auto json = storage::JsonDocument::parse(line);
  REQUIRE(json);
  CHECK(json->root().find("time")->text() == paysaga::to_text(at));
  CHECK(json->root().find("level")->text() == "warning");
  CHECK(json->root().find("event")->text() == "input_dead_lettered");
  CHECK(json->root().find("cause")->text() == "a \"quote\"\nand \xEF\xBF\xBD");
  CHECK(json->root().find("partition")->integer() == 3);
  CHECK(json->root().find("took")->integer() == 15);
}

TEST_CASE("log: a value cannot end its line on a terminal", "[engine][log]") {
  const std::string line = log_line(LogFormat::text, {}, LogLevel::info, "event_done",
                                    {{"detail", "x\nerror forged=1"}});
  CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("log: secrets are masked wherever they stand", "[engine][log]") {
  struct Row {
    std::string_view text;
    std::string_view masked;
  };
  for (const Row& row : std::vector<Row>{
           {"key sk_live_abc123DEF refused", "key sk_live_*** refused"},
           {"sk_test_51H", "sk_test_***"},
           {"rk_live_x,rk_test_y", "rk_live_***,rk_test_***"},
           {"\"whsec_ab/c+d=\"", "\"whsec_***\""},
           {"pi_3A_secret_Zz9 done", "pi_3A_secret_*** done"},
           {"Authorization: Bearer abc.def-1", "Authorization: Bearer ***"},
           {"tsk_lively and pi_3A stay", "tsk_lively and pi_3A stay"},
           {"sk_live_", "sk_live_"},
           {"", ""},
       }) {
    CHECK(without_secrets(row.text) == row.masked);
  }
  CHECK(log_line(LogFormat::json, {}, LogLevel::error, "call_refused", {{"why", "sk_live_abc"}})
            .find("abc") == std::string::npos);
}

TEST_CASE("log: lines below the level are left out", "[engine][log]") {
  std::mutex guard;
  std::vector<std::string> lines;
  start_log({LogLevel::warning, LogFormat::text, [&](std::string_view line) {
               const std::lock_guard lock{guard};
               lines.emplace_back(line);
             }});
  log_event(LogLevel::info, "not_seen");
  log_event(LogLevel::error, "seen", {{"order_id", "ord_1"}});
  start_log({});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find(" error seen order_id=ord_1") != std::string::npos);
  CHECK(parse_log_level("warning") == LogLevel::warning);
  CHECK_FALSE(parse_log_level("loud"));
}

}  // namespace paysaga::engine
