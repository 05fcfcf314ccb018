// MDaemon's log of incoming SMTP (MDaemon-...-SMTP-(in).log, ...-all.log) with detailed sessions.
// "[number:child]" behind the time carries the session; where there is none, the lines of a session stand
// together. Its lines about SSL tell TLS; without one a session came in plaintext. Sessions that go out are
// passed over. Bounds: those of TranscriptSource.
#pragma once

#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/transcript_source.hpp"

namespace postern::whatif {

class MdaemonLog : public TranscriptSource {
 public:
  using TranscriptSource::TranscriptSource;
  std::string_view kind() const override { return "mdaemon"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void row(std::string_view text) override;
  void rows_ended() override;

 private:
  void began(std::uint64_t key, std::string_view text);
  void told(std::uint64_t key, std::string_view text);

  std::uint64_t begun_ = 0, commands_ = 0;
};

inline constexpr ReaderEntry mdaemon_reader{.format = Format::mdaemon,
                                            .name = "mdaemon",
                                            .reads = "MDaemon's log of incoming SMTP",
                                            .line_looks_like = MdaemonLog::line_looks_like,
                                            .make = make_reader<MdaemonLog>};

}  // namespace postern::whatif
