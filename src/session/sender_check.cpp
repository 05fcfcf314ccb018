#include "session/sender_check.hpp"

#include <utility>

#include "net/wall_clock.hpp"

namespace postern::session {
namespace {

policy::Spf to_fact(auth::SpfResult result) {
  switch (result) {
    case auth::SpfResult::none: return policy::Spf::none;
    case auth::SpfResult::neutral: return policy::Spf::neutral;
    case auth::SpfResult::pass: return policy::Spf::pass;
    case auth::SpfResult::fail: return policy::Spf::fail;
    case auth::SpfResult::softfail: return policy::Spf::softfail;
    case auth::SpfResult::temperror: return policy::Spf::temperror;
    case auth::SpfResult::permerror: break;
  }
  return policy::Spf::permerror;
}

// Of the null sender, and of one without a domain, the HELO name is asked about (RFC 7208 section 2.4).
auth::SpfQuestion question_about(policy::Facts const& facts, std::string const& receiver) {
  auth::SpfQuestion question{.client = facts.connection.client,
                             .helo = facts.connection.helo,
                             .receiver = receiver,
                             .now = to_micros(net::wall_clock()) / 1'000'000};
  auto const& sender = facts.transaction.mail.reverse_path;
  if (sender && sender->domain() != nullptr)
    question.sender = sender->local_part() + "@" + sender->domain()->a_label();
  return question;
}

}  // namespace

SenderCheck::~SenderCheck() { forget(); }

void SenderCheck::forget() {
  if (search_) search_->abandon();
  search_.reset();
  asked_.reset();
}

void SenderCheck::begin(DnsSearches& searches, net::EventLoop& loop, policy::Facts const& facts,
                        std::string const& receiver) {
  forget();
  if (!searches.enabled()) return;
  asked_ = std::make_shared<Asked>(Asked{.question = question_about(facts, receiver)});
  search_ = DnsSearch::begin(searches, loop, ClientNetwork(facts.connection.client), spf_limit,
                             [asked = asked_](auth::DnsView& dns) {
                               asked->answer = auth::evaluate_spf(asked->question, dns);
                               return asked->answer.has_value();
                             });
}

net::Task<void> SenderCheck::wait(net::StopToken stop) {
  auto const search = search_;  // outlives the wait
  if (search) co_await search->wait(stop);
}

policy::Spf SenderCheck::result() const {
  return asked_ && asked_->answer ? to_fact(asked_->answer->result) : policy::Spf::not_asked;
}

std::optional<auth::SpfAnswer> SenderCheck::answer() const { return asked_ ? asked_->answer : std::nullopt; }

}  // namespace postern::session
