#include "paysaga/engine/stripe/sweeper.hpp"

#include <utility>

#include "paysaga/engine/log.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/storage/durable_file.hpp"

namespace paysaga::engine::stripe {
namespace {

constexpr std::chrono::milliseconds tick_every{500};
constexpr std::size_t file_bytes_max = 64;

}  // namespace

Sweeper::Sweeper(const SweepOptions& options, std::filesystem::path file, Ports ports)
    : file_{std::move(file)},
      leads_{std::move(ports.leads)},
      sweep_{options,
             {.ask = std::move(ports.ask),
              .take =
                  [&webhooks = ports.webhooks](std::string body, Webhooks::Done done) {
                    webhooks.take_fetched(std::move(body), std::move(done));
                  },
              .load = [this] { return load(); },
              .save = [this](Time swept) { save(swept); },
              .done = std::move(ports.done)}} {
  housekeeper_.emplace(tick_every, [this] {
    if (leads_()) sweep_.tick(SystemClock{}.now());
  });
}

std::optional<Time> Sweeper::load() const {
  std::error_code error;
  if (!std::filesystem::exists(file_, error)) return std::nullopt;
  auto text = storage::read_text(file_, file_bytes_max);
  if (text && !text->empty() && text->back() == '\n') text->pop_back();
  const auto swept = text ? parse_time(*text) : tl::unexpected{text.error()};
  if (swept) return *swept;
  log_event(LogLevel::warning, "sweep_position_unreadable",
            {{"why", swept.error().detail}, {"then", "events of the last 30 days are swept"}});
  return std::nullopt;
}

void Sweeper::save(Time swept) const {
  std::filesystem::path fresh = file_;
  fresh += ".new";
  std::error_code error;
  std::filesystem::remove(fresh, error);  // Of a node that was killed here.
  auto saved = storage::write_durably(fresh, paysaga::to_text(swept) + "\n");
  if (saved) saved = storage::rename_durably(fresh, file_);
  if (saved) return;
  log_event(LogLevel::warning, "sweep_position_not_saved",
            {{"why", saved.error().detail}, {"then", "what was swept is swept again"}});
}

}  // namespace paysaga::engine::stripe
