// Runs texts through readers and rules.
#pragma once

#include "whatif/readers/recognise.hpp"
#include "whatif/replay/replay.hpp"

namespace postern::tests {

using namespace whatif;

inline Instant const reference = from_micros(1'795'478'400'000'000);  // 2026-11-24T00:00:00Z

class SteadyRandom : public Random {
 public:
  std::uint64_t next() override {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

 private:
  std::uint64_t state_ = 88172645463325252ULL;
};

class Collected : public ArrivalSink {
 public:
  void take(Arrival&& arrival) override { all.push_back(std::move(arrival)); }
  std::vector<Arrival> messages() const {
    std::vector<Arrival> out;
    for (auto const& arrival : all)
      if (arrival.is_message() && arrival.outcome == policy::Outcome::accepted) out.push_back(arrival);
    return out;
  }
  std::vector<Arrival> refused() const {
    std::vector<Arrival> out;
    for (auto const& arrival : all)
      if (arrival.is_message() && arrival.outcome != policy::Outcome::accepted) out.push_back(arrival);
    return out;
  }
  std::vector<Arrival> sessions() const {
    std::vector<Arrival> out;
    for (auto const& arrival : all)
      if (!arrival.is_message()) out.push_back(arrival);
    return out;
  }
  std::vector<Arrival> all;
  SourceStats stats;
};

// `text` read as what it is recognised to be, or as `format`; fed in pieces of `piece` bytes.
inline Collected read_text(std::string_view text, std::optional<Format> format = {},
                           SourceSettings settings = {}, std::size_t piece = std::string_view::npos) {
  Collected out;
  if (settings.reference == Instant()) settings.reference = reference;
  auto const recognised = format ? format : recognise(text);
  if (!recognised) throw std::runtime_error("not recognised");
  auto source = make_source(*recognised, settings, out);
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size()))
    source->feed(text.substr(at, piece));
  source->end();
  out.stats = source->stats();
  return out;
}

inline Answer replay_all(std::vector<Arrival> arrivals,
                         std::vector<std::string> const& rules = {"require-tls"},
                         ReplaySettings settings = {}) {
  std::vector<Rule> parsed;
  for (auto const& rule : rules) parsed.push_back(parse_rule(rule).value());
  Replay replay(std::move(parsed), std::move(settings));
  for (auto& arrival : arrivals) replay.take(std::move(arrival));
  SteadyRandom random;
  return replay.answer(random);
}

}  // namespace postern::tests
