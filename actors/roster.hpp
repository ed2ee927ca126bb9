#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "paysaga/actors/messages.hpp"

namespace paysaga::actors {

/// The active orders of a partition, the longest untouched first. An order whose actor is not here
/// costs nothing but bytes on disk.
class Roster {
 public:
  struct Active {
    OrderActor actor;
    Ticket retiring =
        0;  // It was asked to retire, and nothing was sent to it since; 0: it was not.
    Time since{};
    Time touched{};
    std::list<OrderId>::iterator place;

    template <class Message>
    void send(Message message) {
      retiring = 0;
      caf::anon_send(actor, std::move(message));
    }
  };

  [[nodiscard]] Active* find(const OrderId& order) {
    const auto found = active_.find(order);
    return found == active_.end() ? nullptr : &found->second;
  }
  Active& add(const OrderId& order, OrderActor actor, Time now) {
    const auto place = by_touch_.insert(by_touch_.end(), order);
    Active active{std::move(actor), 0, now, now, place};
    return active_.emplace(order, std::move(active)).first->second;
  }
  void touch(Active& active, Time now) {
    active.touched = now;
    by_touch_.splice(by_touch_.end(), by_touch_, active.place);
  }
  /// The longest untouched order, if it has rested since `before`; it then counts as touched.
  [[nodiscard]] Active* rested(Time before, Time now) {
    if (by_touch_.empty()) return nullptr;
    Active& first = active_.at(by_touch_.front());
    if (first.touched > before) return nullptr;
    touch(first, now);
    return &first;
  }
  void remove(const OrderId& order) {
    const auto found = active_.find(order);
    if (found == active_.end()) return;
    end(found->second);
    active_.erase(found);
  }
  void clear() {
    for (auto& [order, active] : active_) caf::anon_send_exit(active.actor, quiet);
    active_.clear();
    by_touch_.clear();
  }
  [[nodiscard]] std::size_t size() const { return active_.size(); }
  [[nodiscard]] const std::list<OrderId>& orders() const { return by_touch_; }

 private:
  static constexpr auto quiet = caf::exit_reason::user_shutdown;
  void end(Active& active) {
    by_touch_.erase(active.place);
    caf::anon_send_exit(active.actor, quiet);
  }

  std::unordered_map<OrderId, Active> active_;
  std::list<OrderId> by_touch_;
};

}  // namespace paysaga::actors
