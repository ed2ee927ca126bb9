#include "paysaga/sim/world/timeline.hpp"

#include <memory>
#include <string>

#include <catch2/catch.hpp>

namespace paysaga::sim {
namespace {

const Time start{seconds{1'700'000'000}};

}  // namespace

TEST_CASE("timeline: things happen in the order of their times, then of the calls", "[sim]") {
  Timeline line{start};
  std::string seen;
  const auto note = [&seen](char c) { return [&seen, c] { seen += c; }; };
  line.after(seconds{2}, note('d'));
  line.at(start + seconds{1}, note('a'));
  line.after(seconds{1}, note('b'));
  line.after(seconds{3}, note('e'));
  line.after(seconds{1}, note('c'));
  CHECK(line.next() == start + seconds{1});
  CHECK(line.now() == start);
  while (line.run_next()) CHECK(line.now() <= start + seconds{3});
  CHECK(seen == "abcde");
  CHECK(line.now() == start + seconds{3});
  CHECK(line.happened() == 5);
  CHECK_FALSE(line.next().has_value());
  CHECK_FALSE(line.run_next());
  CHECK(line.happened() == 5);
}

TEST_CASE("timeline: many things keep the order of the calls at the same time", "[sim]") {
  Timeline line{start};
  std::vector<int> seen;
  for (int i = 0; i < 1000; ++i) {
    line.after(milliseconds{i % 7}, [&seen, i] { seen.push_back(i); });
  }
  while (line.run_next()) {
  }
  REQUIRE(seen.size() == 1000);
  for (std::size_t i = 1; i < seen.size(); ++i) {
    const int before = seen[i - 1];
    CHECK((before % 7 < seen[i] % 7 || (before % 7 == seen[i] % 7 && before < seen[i])));
  }
}

TEST_CASE("timeline: what happens may ask for more, also for now", "[sim]") {
  Timeline line{start};
  std::string seen;
  line.after(seconds{1}, [&] {
    seen += 'a';
    for (int i = 0; i < 100; ++i) line.after(seconds{5}, [] {});  // The heap moves meanwhile.
    line.after(Duration{0}, [&] { seen += 'c'; });
  });
  line.after(seconds{1}, [&] { seen += 'b'; });
  while (line.next() && *line.next() <= start + seconds{1}) line.run_next();
  CHECK(seen == "abc");
  CHECK(line.now() == start + seconds{1});
}

TEST_CASE("timeline: what has happened is let go of, what never happens too", "[sim]") {
  const auto held = std::make_shared<int>(1);
  {
    Timeline line{start};
    line.after(seconds{1}, [held] {});
    line.after(Duration::max(), [held] {});
    CHECK(held.use_count() == 3);
    line.run_next();
    CHECK(held.use_count() == 2);
    CHECK(line.next() == Time::max());
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE("timeline: time moves without anything happening, up to the next thing", "[sim]") {
  Timeline line{start};
  line.after(seconds{4}, [] {});
  line.move_to(start + seconds{4});
  CHECK(line.now() == start + seconds{4});
  CHECK(line.happened() == 0);
  CHECK(line.run_next());
  line.move_to(start + hours{1});
  CHECK(line.now() == start + hours{1});
}

}  // namespace paysaga::sim
