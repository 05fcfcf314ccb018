// Proofpoint on Demand's message records (its Log API and what collects from it): one JSON object for each
// message that the filter has judged. connection.tls.inbound tells the TLS of the client's connection; where
// there was none, the record has no such member.
#pragma once

#include "whatif/readers/line_source.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/tls_silence.hpp"

namespace postern::whatif {

class ProofpointLog : public LineSource {
 public:
  ProofpointLog(SourceSettings const& settings, ReceptionSink& sink)
      : LineSource(settings, sink), silence_(sink) {}
  std::string_view kind() const override { return "proofpoint"; }
  static bool line_looks_like(std::string_view line);

 protected:
  void line(std::string_view text) override;
  void ended() override;

 private:
  TlsSilence silence_;
};

inline constexpr ReaderEntry proofpoint_reader{.format = Format::proofpoint,
                                               .name = "proofpoint",
                                               .reads = "Proofpoint on Demand's message records",
                                               .line_looks_like = ProofpointLog::line_looks_like,
                                               .make = make_reader<ProofpointLog>};

}  // namespace postern::whatif
