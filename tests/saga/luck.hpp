#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "paysaga/saga/saga.hpp"
#include "saga/oracle.hpp"

namespace paysaga::trial {

/// splitmix64: the same numbers everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// Each random life has its own, so that some orders get far before they are disturbed.
struct Leanings {
  LateSuccess late_success;
  bool faulty;
  const char* favourite;  // The card that is shown most often.
  std::uint64_t command_every;
  std::uint64_t cancels_every;
};
[[nodiscard]] Leanings draw_leanings(Dice& dice, std::uint64_t cancels_every_max);

/// What goes wrong with the next calls; `looks`: with those that only read, too.
void draw_faults(Oracle& oracle, Dice& dice, bool looks);
[[nodiscard]] MethodId draw_method(Dice& dice, const char* favourite);
/// Something that ends a payment or an order.
[[nodiscard]] Command draw_end(Dice& dice);
/// An operator's.
[[nodiscard]] Command draw_hold(Dice& dice);
/// One of the answers on their way arrives.
[[nodiscard]] AnswerInput take_answer(std::map<std::string, Answer>& in_flight, Dice& dice);
/// The customer, or the bank, does what is waited for.
void person_acts(Oracle& oracle, Dice& dice, Time now);

/// The order has come to an end that fits what was charged and given back.
void check_final_status(const order::Order& order, const Oracle& oracle);
/// Random lives are worth something only if they reach every kind of end.
void check_every_end(std::map<order::Status, int>& ends);

}  // namespace paysaga::trial
