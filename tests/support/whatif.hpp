// Runs texts through readers and rules.
#pragma once

#include "base/random.hpp"
#include "whatif/readers/readers.hpp"
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

class Collected : public ReceptionSink {
 public:
  void take(Reception&& reception) override { all.push_back(std::move(reception)); }
  std::vector<Reception> messages() const {
    std::vector<Reception> out;
    for (auto const& reception : all)
      if (reception.is_message() && reception.outcome == policy::Outcome::accepted) out.push_back(reception);
    return out;
  }
  std::vector<Reception> refused() const {
    std::vector<Reception> out;
    for (auto const& reception : all)
      if (reception.is_message() && reception.outcome != policy::Outcome::accepted) out.push_back(reception);
    return out;
  }
  std::vector<Reception> sessions() const {
    std::vector<Reception> out;
    for (auto const& reception : all)
      if (!reception.is_message()) out.push_back(reception);
    return out;
  }
  std::vector<Reception> all;
  SourceStats stats;
};

// `text` read as what it is recognised to be, or as `format`; fed in pieces of `piece` bytes.
inline Collected read_text(std::string_view text, std::optional<Format> format = {},
                           SourceSettings settings = {}, std::size_t piece = std::string_view::npos) {
  Collected out;
  if (settings.reference == Instant()) settings.reference = reference;
  Evidence evidence;
  evidence.format = format;
  if (!format) evidence = look_at(text, settings);
  if (!evidence.format) throw std::runtime_error(evidence.print());
  auto source = make_source(evidence, settings, out);
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size()))
    source->feed(text.substr(at, piece));
  source->end();
  out.stats = source->stats();
  return out;
}

inline Answer replay_all(std::vector<Reception> receptions,
                         std::vector<std::string> const& rules = {"require-tls"},
                         ReplaySettings settings = {}) {
  std::vector<Rule> parsed;
  for (auto const& rule : rules) parsed.push_back(parse_rule(rule).value());
  Replay replay(std::move(parsed), std::move(settings));
  for (auto& reception : receptions) replay.take(std::move(reception));
  return replay.answer();
}

// A message from a client, told of with all of its session.
inline Reception reception_from(std::string const& client, Tristate tls,
                                std::string const& sender = "a@x.example", int minute = 0) {
  Reception out;
  out.kind = Reception::Kind::lone_message;
  out.at = reference + std::chrono::minutes(minute);
  out.client = *IpAddress::parse(client);
  out.has_client = true;
  out.tls.used = tls;
  if (tls == Tristate::yes) {
    out.tls.version = "TLSv1.3";
    out.tls.certificate = policy::ClientCertificate::none;
  }
  out.has_sender = true;
  out.sender = sender;
  return out;
}

// 301 messages, 34 and one of them in plaintext, the last of a sender with a hostile name.
inline Answer some_answer() {
  std::vector<Reception> all;
  for (int i = 0; i < 300; ++i)
    all.push_back(reception_from("192.0." + std::to_string(i % 50) + ".1",
                                 i % 9 == 0 ? Tristate::no : Tristate::yes,
                                 "a@dom" + std::to_string(i % 40) + ".example", i * 200));
  all.push_back(reception_from("192.0.2.200", Tristate::no, "x@</script><b>evil,\"\xC3\xA9.example"));
  return replay_all(std::move(all),
                    {"require-tls", "require-tls>=1.3", "require-client-certificate", "remembered"});
}

}  // namespace postern::tests
