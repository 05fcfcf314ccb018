// Feeds a text to a reader at once and in pieces: a replay must take what comes, and give the same answer.
#pragma once

#include <array>

#include "expect.hpp"
#include "whatif/readers/readers.hpp"
#include "whatif/replay/replay.hpp"

namespace postern::fuzz {

class Counting : public whatif::ReceptionSink {
 public:
  Counting()
      : replay({*whatif::parse_rule("require-tls"), *whatif::parse_rule("require-tls>=1.2 from x.example"),
                *whatif::parse_rule("require-tls for y.example"), *whatif::parse_rule("remembered")},
               {}) {}
  void take(whatif::Reception&& reception) override {
    ++receptions;
    if (reception.is_message()) ++messages;
    replay.take(std::move(reception));
  }
  std::uint64_t receptions = 0, messages = 0;
  whatif::Replay replay;
};

inline whatif::Answer read(whatif::Format format, std::string_view text, std::size_t piece) {
  whatif::SourceSettings settings;
  settings.reference = from_micros(1'795'478'400'000'000);
  settings.wants_recipients = text.size() % 2 == 0;
  Counting sink;
  auto source = whatif::make_source(format, settings, sink);
  for (std::size_t at = 0; at < text.size(); at += piece) source->feed(text.substr(at, piece));
  source->end();
  POSTERN_EXPECT(source->stats().skipped <= source->stats().lines);
  auto answer = sink.replay.answer();
  POSTERN_EXPECT(answer.over_tls + answer.in_the_clear + answer.unknown == answer.messages);
  for (auto const& rule : answer.rules)
    POSTERN_EXPECT(rule.lost.lost <= rule.lost.messages && rule.lost.messages <= answer.messages);
  return answer;
}

inline void read_both_ways(whatif::Format format, std::string_view text) {
  auto const whole = read(format, text, std::max<std::size_t>(text.size(), 1));
  auto const pieces = read(format, text, 5);
  POSTERN_EXPECT(whole.messages == pieces.messages);
  POSTERN_EXPECT(whole.over_tls == pieces.over_tls);
  POSTERN_EXPECT(whole.unknown == pieces.unknown);
  POSTERN_EXPECT(whole.refused == pieces.refused && whole.deferred == pieces.deferred);
  for (std::size_t i = 0; i < whole.rules.size(); ++i) {
    POSTERN_EXPECT(whole.rules[i].lost.lost == pieces.rules[i].lost.lost);
    POSTERN_EXPECT(whole.rules[i].unknown == pieces.rules[i].unknown);
  }
}

}  // namespace postern::fuzz
