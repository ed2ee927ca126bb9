#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace paysaga::sim {

/// Steps `state` and gives its next value. Source: splitmix64, Vigna, public domain.
[[nodiscard]] constexpr std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

/// 64 well mixed bits of a number; the same for the same number.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t number) {
  return splitmix64(number);
}

/// 64 bits of a text (FNV-1a, then mixed); the same on every machine and in every version.
[[nodiscard]] constexpr std::uint64_t hash_of(std::string_view text, std::uint64_t basis = 0) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ basis;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return mix(hash);
}

/// Random numbers that are a pure function of a seed: the same draws on every machine.
///
/// Every purpose draws from a stream of its own, made from the one seed and the stream's name, so
/// that switching one purpose off does not reshuffle the others.
///
/// Threads:  one at a time.
/// Source:   xoshiro256**, Blackman and Vigna, public domain.
class Prng {
 public:
  explicit constexpr Prng(std::uint64_t seed) {
    for (std::uint64_t& word : state_) word = splitmix64(seed);
  }
  [[nodiscard]] static constexpr Prng stream(std::uint64_t seed, std::string_view name) {
    return Prng{hash_of(name, mix(seed))};
  }

  constexpr std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  /// Range: 0 .. bound - 1, without bias; 0 if `bound` is 0.
  constexpr std::uint64_t below(std::uint64_t bound) {
    if (bound < 2) return 0;
    const std::uint64_t unfair = (0 - bound) % bound;
    for (;;) {
      const std::uint64_t draw = next();
      if (draw >= unfair) return draw % bound;
    }
  }
  /// Range: low .. high, both included.
  constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
    if (high <= low) return low;
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  /// Range: 0 <= draw < 1.
  constexpr double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  /// True in `rate` of the calls. It always draws once, so a changed rate shifts nothing.
  constexpr bool chance(double rate) { return unit() < rate; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace paysaga::sim
