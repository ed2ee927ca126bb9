#include "paysaga/engine/http/page.hpp"

#include <catch2/catch.hpp>

#include "paysaga/engine/http/list_json.hpp"

namespace paysaga::engine::http {
namespace {

using Places = std::vector<int>;

std::string name_of(int place) {
  return "{\"at\":" + std::to_string(place) + "}";
}

Page page_of(const Places& places, bool has_more = false) {
  Page page;
  for (const int place : places) page.add(name_of(place), {time_from_micros(place), "x"});
  if (has_more) page.next = to_text(page.places.back());
  return page;
}

storage::PartitionSet set_of(std::initializer_list<std::uint32_t> numbers) {
  storage::PartitionSet set;
  for (const std::uint32_t number : numbers) set.insert(storage::PartitionId{number});
  return set;
}

}  // namespace

TEST_CASE("page: pages of several nodes become one, as far as all of them reach",
          "[engine][http]") {
  struct Row {
    const char* what;
    std::vector<Page> pages;
    ListOrder order;
    std::size_t limit;
    Places merged;
    std::string next;
  };
  const auto up = ListOrder::ascending;
  const auto down = ListOrder::descending;
  const std::vector<Row> rows = {
      {"nothing", {}, up, 9, {}, ""},
      {"one", {page_of({1, 2})}, up, 9, {1, 2}, ""},
      {"interleaved", {page_of({1, 4}), page_of({2, 3}), page_of({})}, up, 9, {1, 2, 3, 4}, ""},
      {"the newest first", {page_of({4, 1}), page_of({3, 2})}, down, 9, {4, 3, 2, 1}, ""},
      {"cut at the limit", {page_of({1, 4}), page_of({2, 3})}, up, 3, {1, 2, 3}, "3.x"},
      {"all of it, exactly", {page_of({1}), page_of({2})}, up, 2, {1, 2}, ""},
      {"one has more", {page_of({1, 2}, true), page_of({5, 6})}, up, 9, {1, 2}, "2.x"},
      {"one has more, at the limit", {page_of({1, 2}, true), page_of({})}, up, 2, {1, 2}, "2.x"},
      {"downwards", {page_of({9, 8}, true), page_of({7})}, down, 9, {9, 8}, "8.x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Page merged = merge(row.pages, row.order, row.limit);
    std::vector<std::string> expected;
    for (const int place : row.merged) expected.push_back(name_of(place));
    CHECK(merged.items == expected);
    CHECK(merged.next == row.next);
  }
}

TEST_CASE("page: a part of a list passes between nodes unchanged", "[engine][http]") {
  const Part part{set_of({0, 7}), page_of({1, 2}, true)};
  const auto read = parse_part("orders", part_json("orders", part));
  REQUIRE(read);
  CHECK(read->partitions == part.partitions);
  CHECK(read->page.items == part.page.items);
  CHECK(read->page.places == part.page.places);
  CHECK(read->page.next == "2.x");
  const auto nothing = parse_part("orders", part_json("orders", Part{}));
  REQUIRE(nothing);
  CHECK(nothing->partitions.empty());
  CHECK(nothing->page.items.empty());
  for (const std::string_view body :
       {"", "[]", R"({"orders":[],"next":null})",
        R"({"orders":[{}],"next":null,"partitions_told":[1],"places":[]})",
        R"({"orders":[],"next":null,"partitions_told":[1],"places":["1.x"]})",
        R"({"orders":[{}],"next":null,"partitions_told":[-1],"places":["1.x"]})",
        R"({"orders":[{}],"next":null,"partitions_told":[1],"places":["x"]})",
        R"({"orders":[],"next":"1.x","partitions_told":[1],"places":[]})"}) {
    CAPTURE(body);
    CHECK_FALSE(parse_part("orders", body));
  }
}

TEST_CASE("page: partitions in a header, and those that are missing from a list",
          "[engine][http]") {
  CHECK(to_text(set_of({11, 0, 3})) == "0,3,11");
  CHECK(parse_partitions("0,3,11") == set_of({0, 3, 11}));
  CHECK(parse_partitions("")->empty());
  for (const std::string_view text : {"x", "1;2", "-1", "1,,2"}) {
    CHECK_FALSE(parse_partitions(text));
  }
  const std::vector<Missing> missing = {{storage::PartitionId{3}, "n2", "it sleeps"},
                                        {storage::PartitionId{4}, "", "nobody led it"}};
  CHECK(list_json("orders", Page{}, missing) ==
        R"({"orders":[],"next":null,"incomplete":[{"partition":3,"node":"n2","why":"it sleeps"},)"
        R"({"partition":4,"node":null,"why":"nobody led it"}]})"
        "\n");
}

}  // namespace paysaga::engine::http
