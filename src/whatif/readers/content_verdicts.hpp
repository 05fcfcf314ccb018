// What content filters say in the log of the mail server that asks them, kept until the server's reader wants
// to know whether a message was wanted: by queue id, else by Message-ID.
// Bounds: the `most_kept` latest; a verdict counts for `holds` before and behind its time, since queue ids
// come again and a Message-ID is of the sender's choice. Two that differ about one message are none.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>

#include "whatif/readers/log_line.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

class ContentVerdicts {
 public:
  static constexpr std::size_t most_kept = 100'000;
  static constexpr auto holds = std::chrono::hours(1);

  // The key of a queue id or of a Message-ID (without its angle brackets), for of(); an empty text has none.
  static std::uint64_t queue_key(std::string_view queue_id);
  static std::uint64_t message_key(std::string_view message_id);
  static constexpr std::uint64_t no_key = 0;

  // Takes the verdict in a line of SpamAssassin's spamd, of amavis or of rspamd. False: of none of them.
  bool take(LogLine const& line);
  void tell(Instant at, std::uint64_t key, Wanted wanted);

  bool are_told() const { return are_told_; }  // the log has had one
  Wanted of(Instant at, std::uint64_t queue_key, std::uint64_t message_key) const;

 private:
  struct Verdict {
    Instant at{};
    Wanted wanted = Wanted::unknown;
  };
  struct Kept {
    std::uint64_t key = 0;
    Instant at{};
  };
  Wanted at_key(Instant at, std::uint64_t key) const;

  boost::unordered_flat_map<std::uint64_t, Verdict> verdicts_;
  std::deque<Kept> order_;
  bool are_told_ = false;
};

}  // namespace postern::whatif
