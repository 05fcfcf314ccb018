#include "whatif/judge.hpp"

#include "policy/decide.hpp"
#include "wire/path.hpp"

namespace postern::whatif {

using policy::ClientCertificate;
using policy::TlsState;

void Judge::hear(Arrival const& arrival, std::uint32_t remembered_sessions) {
  arrival_ = &arrival;
  auto const& tls = arrival.tls;
  all_known_ =
      tls.used == Answered::no || (tls.used == Answered::yes && !tls.version.empty() && tls.certificate);
  auto& connection = facts_.connection;
  connection.client = arrival.client;
  connection.verified_name = arrival.client_name;
  connection.helo = arrival.helo;
  connection.started = arrival.at;
  connection.remembered.tls_sessions = remembered_sessions;
  auto& transaction = facts_.transaction;
  transaction.started = arrival.at;
  transaction.mail.reverse_path.reset();
  if (wants_sender_ && !arrival.sender.empty())
    if (auto sender = wire::parse_mailbox(arrival.sender)) transaction.mail.reverse_path = *std::move(sender);
  recipients_.clear();
  for (auto const& recipient : arrival.recipients)
    if (auto address = wire::parse_mailbox(recipient)) {
      policy::RecipientFacts facts{*std::move(address), {}, {}, policy::Standing::mailbox, true, 250, {}};
      recipients_.push_back(std::move(facts));
    }
  fill(Fill::worst);
}

void Judge::fill(Fill how) {
  bool const best = how == Fill::best;
  auto const& seen = arrival_->tls;
  auto& tls = facts_.connection.tls;
  bool const used = seen.used == Answered::yes || (seen.used == Answered::unknown && best);
  tls.state = used ? TlsState::established : seen.failure.empty() ? TlsState::none : TlsState::failed;
  tls.requested = used || !seen.failure.empty();
  tls.failure = seen.failure;
  if (!seen.version.empty() || !used)
    tls.version = seen.version;
  else
    tls.version = best ? "TLSv1.3" : "";
  tls.client_certificate =
      seen.certificate.value_or(used && best ? ClientCertificate::trusted : ClientCertificate::none);
}

bool Judge::refused(Rule const& rule) {
  facts_.stage = policy::Stage::mail;
  facts_.transaction.recipients.clear();
  if (policy::decide(rule.policy, facts_).refuses()) return true;
  facts_.stage = policy::Stage::rcpt;
  for (auto const& recipient : recipients_) {
    facts_.transaction.recipients.push_back(recipient);
    if (policy::decide(rule.policy, facts_).refuses()) return true;
  }
  return false;
}

Judgement Judge::of(Rule const& rule) {
  if (!refused(rule)) return Judgement::comes;  // whatever is not told
  if (all_known_) return Judgement::lost;
  fill(Fill::best);
  bool const even_then = refused(rule);
  fill(Fill::worst);
  return even_then ? Judgement::lost : Judgement::unknown;
}

}  // namespace postern::whatif
