#include "paysaga/storage/hash_chain.hpp"

#include <ctime>

#include <catch2/catch.hpp>

#include "paysaga/storage/codec_event.hpp"
#include "storage/codec_random.hpp"

namespace paysaga::storage {
namespace {

/// Published events of one order: of both machines, in the order of their decisions.
std::vector<std::string> published(const ChainKey& key, int decisions, std::uint64_t seed = 5) {
  CodecRandom random{seed};
  Saga saga = new_saga(OrderId::of("ord_" + std::to_string(seed)));
  std::vector<std::string> values;
  for (int i = 1; i <= decisions; ++i) {
    const auto sequence = static_cast<std::uint64_t>(i);
    const std::vector<Event> events = {random.event(saga.id, Machine::payment, sequence),
                                       random.event(saga.id, Machine::order, sequence)};
    for (auto& event : encode_events(saga, events, EventSource{"g", "", key})) {
      values.push_back(std::move(event.record.value));
    }
  }
  return values;
}

/// The error of checking all of them; empty if they are sound. What names a key that nobody has is
/// counted, not refused.
std::string fault_of(const std::vector<std::string>& values, std::span<const ChainKey> keys) {
  ChainVerifier verifier{keys};
  for (const std::string& value : values) {
    if (auto added = verifier.add(value); !added) return added.error().detail;
  }
  return verifier.unkeyed() > 0 ? "nobody has its key" : "";
}

TEST_CASE("hash chain: SHA-256 and HMAC-SHA-256 as the standards say", "[storage][hash]") {
  // FIPS 180-2, appendix B.1; RFC 4231, test case 2.
  CHECK(chain_hash({}, "abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(chain_hash({"k", "Jefe"}, "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(chain_hash({"k", "Jefe"}, "what do ya want for nothing?") ==
        chain_hash({"other", "Jefe"}, "what do ya want for nothing?"));
  CHECK(chain_hash({"k", "other"}, "x") != chain_hash({"k", "Jefe"}, "x"));
  CHECK(chain_hash({"k", "Jefe"}, "x") == chain_hash({"k", "Jefe"}, "x"));
}

TEST_CASE("hash chain: a sound sequence passes, with a key and without", "[storage][hash]") {
  const ChainKey keys[] = {{"2025", "older"}, {"2026", "newer"}};
  for (const ChainKey& key : {ChainKey{}, keys[0], keys[1]}) {
    ChainVerifier verifier{keys};
    for (const std::string& value : published(key, 20)) {
      const auto added = verifier.add(value);
      INFO((added ? "" : added.error().detail));
      REQUIRE(added.has_value());
      REQUIRE(*added);
    }
    CHECK(verifier.events() == 40);
    CHECK(verifier.chains() == 2);
    CHECK(verifier.unkeyed() == 0);
  }
}

TEST_CASE("hash chain: a changed byte, a missing, a moved and a foreign event are found",
          "[storage][hash]") {
  const ChainKey key{"2026", "secret"};
  const ChainKey keys[] = {key};
  const std::vector<std::string> sound = published(key, 5);
  REQUIRE(fault_of(sound, keys).empty());

  for (std::size_t at = 0; at < sound[4].size(); at += 7) {
    auto changed = sound;
    changed[4][at] = changed[4][at] == '7' ? '8' : '7';
    if (changed[4] == sound[4]) continue;
    INFO("byte " << at);
    REQUIRE_FALSE(fault_of(changed, keys).empty());
  }
  auto missing = sound;
  missing.erase(missing.begin() + 4);
  CHECK_THAT(fault_of(missing, keys), Catch::Contains("event 3 is missing before it"));
  auto swapped = sound;
  std::swap(swapped[2], swapped[4]);
  CHECK_THAT(fault_of(swapped, keys), Catch::Contains("is missing before it"));
  // Somebody without the key rewrites an event and its hash.
  auto forged = sound;
  forged[0] = published(ChainKey{"2026", "guess"}, 1)[0];
  CHECK_THAT(fault_of(forged, keys), Catch::Contains("do not fit its hash"));
  // The same sequence of another history.
  auto mixed = sound;
  mixed[2] = [&] {
    CodecRandom random{99};
    Saga saga = new_saga(OrderId::of("ord_5"));
    const std::vector<Event> events = {random.event(saga.id, Machine::payment, 1),
                                       random.event(saga.id, Machine::payment, 2)};
    return encode_events(saga, events, EventSource{"g", "", key})[1].record.value;
  }();
  CHECK_THAT(fault_of(mixed, keys), Catch::Contains("does not follow the event before it"));
}

TEST_CASE("hash chain: repeats of at-least-once publishing are counted, not faults",
          "[storage][hash]") {
  const auto values = published(ChainKey{}, 3);
  ChainVerifier verifier{{}};
  for (const auto& value : values) REQUIRE(verifier.add(value).has_value());
  for (const auto& value : values) {
    const auto added = verifier.add(value);
    REQUIRE(added.has_value());
    CHECK_FALSE(*added);
  }
  CHECK(verifier.repeated() == values.size());
}

TEST_CASE("hash chain: without the key the links alone are checked", "[storage][hash]") {
  const auto values = published(ChainKey{"lost", "secret"}, 3);
  ChainVerifier verifier{{}};
  for (const auto& value : values) REQUIRE(verifier.add(value).has_value());
  CHECK(verifier.unkeyed() == values.size());
}

TEST_CASE("hash chain: how long it takes", "[.bench]") {
  const std::string bytes(900, 'x');
  const ChainKey key{"k", "secret"};
  constexpr int rounds = 20'000;
  for (const ChainKey& used : {ChainKey{}, key}) {
    const std::clock_t begin = std::clock();
    std::size_t sum = 0;
    for (int i = 0; i < rounds; ++i) sum += chain_hash(used, bytes).size();
    WARN((used.secret.empty() ? "SHA-256 " : "HMAC-SHA-256 ")
         << (std::clock() - begin) * (1'000'000'000 / CLOCKS_PER_SEC) / rounds << " ns of 900 B");
    CHECK(sum > 0);
  }
}

}  // namespace
}  // namespace paysaga::storage
