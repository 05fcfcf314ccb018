#include "whatif/readers/transcript_source.hpp"

#include <utility>

namespace postern::whatif {

void TranscriptSource::Counted::take(Reception&& reception) {
  if (reception.is_message() && reception.outcome == policy::Outcome::accepted &&
      reception.origin == Origin::outside && reception.tls.used == Tristate::unknown)
    ++left_unknown;
  sink_.take(std::move(reception));
}

bool TranscriptSource::is_cut_by_client() {
  writes_crlf_ = writes_crlf_ || ends_with_crlf_;
  return writes_crlf_ && !(ends_with_crlf_ && follows_crlf_);
}

void TranscriptSource::line(std::string_view text) {
  if (!std::exchange(any_line_, true) && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (is_cut_by_client()) return stats_.skip(text, "a part of a line that a bare LF of a client has cut");
  row(text);
}

SmtpTranscript& TranscriptSource::begin_session(std::uint64_t key, std::optional<IpAddress> const& client) {
  end_session(key);
  auto& session = sessions_.open(key, [&](SmtpTranscript&& oldest) { oldest.end(now_, counted_); });
  session.facts.has_client = client.has_value();
  session.facts.client = client.value_or(IpAddress());
  return session;
}

void TranscriptSource::end_session(std::uint64_t key) {
  sessions_.close_one(key, [&](SmtpTranscript&& ending) { ending.end(now_, counted_); });
}

void TranscriptSource::ended() {
  rows_ended();
  sessions_.close_all([&](SmtpTranscript&& ending) { ending.end(now_, counted_); });
}

}  // namespace postern::whatif
