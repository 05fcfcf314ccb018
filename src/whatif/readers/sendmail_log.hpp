// sendmail in a system log. A message's from= line says how it came; the STARTTLS= line of its session says
// with which TLS (sendmail_proofs.hpp). What a milter or a filter says of the content comes behind the from=
// line, so that a message is given when its first delivery is logged, or after some minutes.
//
// A client that gives up or breaks off leaves a from= line, too: behind a line that says so, or one without a
// size and a Message-ID, of which no delivery is ever logged.
//
// What a sender may choose (his address, the Message-ID, a HELO name) decides nothing: the fields behind it
// are looked for from the end of the line. Bounds: 100,000 messages wait for what belongs to them.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <deque>

#include "whatif/readers/content_verdicts.hpp"
#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/sendmail_proofs.hpp"

namespace postern::whatif {

class SendmailLog : public LogDialect {
 public:
  // `verdicts`: of the content filters in the same log; null: there are none.
  explicit SendmailLog(ReceptionSink& sink, ContentVerdicts const* verdicts = nullptr)
      : sink_(sink), verdicts_(verdicts) {}
  void line(LogLine const& line) override;
  void end() override;
  // "sm-mta", "sendmail", "sendmail/MTA"; also an agent of Proofpoint's ("queued-ser"), by its line's form.
  static bool speaks(LogLine const& line);

  // The same of a line whose queue id stands elsewhere (FortiMail's session_id).
  void entry(LogLine const& line, std::string_view id, std::string_view text);
  // What a filter thinks of a message whose from= line has come.
  void wanted(LogLine const& line, std::string_view id, Wanted wanted);

 private:
  struct Message {
    Reception reception;
    std::uint64_t by_queue_id = 0, by_message_id = 0;  // keys of a filter's verdict
    bool is_doubtful = false;                          // its content may not have come: a delivery would tell
  };
  struct Waiting {
    std::uint64_t key = 0;
    Instant since{};
  };
  void starttls(LogLine const& line, std::string_view id, std::string_view text);
  void login(LogLine const& line, std::string_view id, std::string_view text);
  void from(LogLine const& line, std::string_view id, std::string_view text);
  void ruleset(LogLine const& line, std::string_view id, std::string_view text);
  void milter(LogLine const& line, std::string_view id, std::string_view text);
  void delivered(std::uint64_t key);
  void broken_off(std::uint64_t key);
  void refuse_recipient(std::uint64_t key, std::uint16_t code);
  void give(std::uint64_t key);
  void give_overdue(Instant now);

  ReceptionSink& sink_;
  ContentVerdicts const* verdicts_;
  SendmailProofs proofs_;
  boost::unordered_flat_map<std::uint64_t, bool> says_esmtps_;  // hosts whose proto= tells of TLS
  boost::unordered_flat_map<std::uint64_t, Message> waiting_;   // by queue id
  std::deque<Waiting> waiting_order_;
  boost::unordered_flat_map<std::uint64_t, std::uint16_t> refused_recipients_;  // codes, by queue id
  boost::unordered_flat_set<std::uint64_t> broken_off_;  // queue ids whose from= line is still to come
};

}  // namespace postern::whatif
