// hMailServer's log (hmailserver_YYYY-MM-DD.log): rows of fields between tabs, the last of which is what was
// said. SMTPD rows carry the session. TCPIP rows, which may be off or in another file, tell of connections
// with their port, and of handshakes with the version. Where there are none, TLS shows by STARTTLS alone.
// Bounds: those of TranscriptSource; 10,000 clients whose sessions are still to begin.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include "whatif/readers/reader_entry.hpp"
#include "whatif/readers/transcript_source.hpp"

namespace postern::whatif {

class HmailserverLog : public TranscriptSource {
 public:
  using TranscriptSource::TranscriptSource;
  std::string_view kind() const override { return "hmailserver"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void row(std::string_view text) override;
  void rows_ended() override;

 private:
  struct Connected {  // of one client, whose sessions are still to begin
    std::uint32_t count = 0;
    std::uint64_t port = 0;  // 0: not all of them to one
  };
  void said(std::string_view session, std::string_view client, std::string_view text);
  void replied(SmtpTranscript& session, std::string_view text);
  void greeted(SmtpTranscript& session, std::string_view client);
  void connected(std::string_view text);
  void handshake(std::string_view text);

  boost::unordered_flat_map<std::uint64_t, Connected> connected_;  // by client
};

inline constexpr ReaderEntry hmailserver_reader{.format = Format::hmailserver,
                                                .name = "hmailserver",
                                                .reads = "hMailServer's log",
                                                .line_looks_like = HmailserverLog::line_looks_like,
                                                .make = make_reader<HmailserverLog>};

}  // namespace postern::whatif
