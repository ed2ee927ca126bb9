#pragma once

#include "apps/cli.hpp"
#include "apps/served_node.hpp"
#include "apps/signals.hpp"

namespace paysaga::apps {

/// At each SIGHUP reads the secrets of a node that runs anew, from where its configuration says:
/// all of them or none, at any fault what was in force stays. Log lines say what has changed, never
/// a value.
///
/// Lifetime:  what it is given outlives it.
class Secrets {
 public:
  Secrets(const Common& common, config::Loaded in_force, ServedNode& served, Signals& signals);
  ~Secrets() { signals_.on_hangup({}); }
  Secrets(const Secrets&) = delete;
  Secrets& operator=(const Secrets&) = delete;

 private:
  void reread();

  const Common& common_;
  config::Loaded in_force_;
  ServedNode& served_;
  Signals& signals_;
};

}  // namespace paysaga::apps
