#include "paysaga/sim/stripe/key.hpp"

namespace paysaga::sim::stripe {

const SavedAnswer* Keys::find(const std::string& key, Time now) {
  while (!ages_.empty() && ages_.front().first + kept_for_ <= now) {
    keys_.erase(ages_.front().second);
    ages_.pop_front();
  }
  const auto it = keys_.find(key);
  return it == keys_.end() ? nullptr : &it->second;
}

void Keys::begin(const std::string& key, std::uint64_t digest, std::uint64_t request) {
  const bool added = keys_.try_emplace(key, SavedAnswer{digest, request, true, TextReply{}}).second;
  ensure(added, "a key that is begun was new");
}

void Keys::keep(const std::string& key, Reply reply, Time now) {
  const auto it = keys_.find(key);
  ensure(it != keys_.end() && it->second.running, "a key that is kept was begun");
  it->second.running = false;
  it->second.reply = std::move(reply);
  ages_.emplace_back(now, key);
}

}  // namespace paysaga::sim::stripe
