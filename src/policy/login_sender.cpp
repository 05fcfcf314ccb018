#include "policy/login_sender.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "wire/path.hpp"

namespace postern::policy {
namespace {

Address without_tag(Address const& address) {
  auto const plus = address.local_part().find('+');
  if (plus == std::string::npos || plus == 0 || address.domain() == nullptr) return address;
  return {address.local_part().substr(0, plus), *address.domain()};
}

bool is_own(Directory const& directory, std::string const& user, Address const& address) {
  auto const named = wire::parse_mailbox(user);
  if (named && !named->host().empty()) return same_mailbox(*named, address);
  bool const is_here = address.domain() != nullptr && directory.find(address) != nullptr;
  return is_here && iequals(address.local_part(), user);
}

bool is_granted(SenderGrants const& grants, std::string const& user, Address const& address) {
  auto const found = grants.find(lowered(user));
  if (found == grants.end()) return false;
  auto const domain = "@" + (address.domain() != nullptr ? address.domain()->a_label() : address.host());
  auto const whole = lowered(address.local_part()) + domain;
  return std::any_of(found->second.begin(), found->second.end(), [&](std::string const& grant) {
    return grant == "*" || grant == domain || grant == whole;
  });
}

bool is_bound(Policy const& policy, ConnectionFacts const& connection) {
  return policy.senders == Senders::own && connection.role == ListenerRole::submission &&
         !connection.login.empty();
}

Verdict refuse_login(std::string const& user, std::string const& why) {
  Verdict verdict;
  verdict.effect = Effect::reject;
  verdict.decided_by = {.builtin = Builtin::auth_senders};
  verdict.reply = {550, {5, 7, 1}, "You are logged in as " + printable(user, 64) + ": " + why};
  return verdict;
}

std::string not_yours(Address const& address) {
  return printable(address.print()) + " is no address of yours";
}

}  // namespace

bool may_send_as(Policy const& policy, std::string const& user, Address const& address) {
  if (policy.senders == Senders::any) return true;
  auto const allowed = [&](Address const& one) {
    return is_own(policy.directory, user, one) || is_granted(policy.may_send_as, user, one);
  };
  if (allowed(address) || allowed(without_tag(address))) return true;
  auto const targets = policy.directory.expand(address);
  return targets && std::any_of(targets->begin(), targets->end(), [&](Address const& target) {
           return is_own(policy.directory, user, target) ||
                  is_own(policy.directory, user, without_tag(target));
         });
}

Verdict judge_login_sender(Policy const& policy, Facts const& facts) {
  auto const& connection = facts.connection;
  auto const& sender = facts.transaction.mail.reverse_path;
  if (!is_bound(policy, connection) || !sender || may_send_as(policy, connection.login, *sender)) return {};
  return refuse_login(connection.login, not_yours(*sender));
}

Verdict judge_login_authors(Policy const& policy, Facts const& facts) {
  auto const& connection = facts.connection;
  if (!is_bound(policy, connection)) return {};
  if (facts.transaction.authors_missing)  // RFC 5322 section 3.6
    return refuse_login(connection.login, "the message has no From field, which says who wrote it");
  if (!facts.transaction.authors_problem.empty())
    return refuse_login(connection.login, facts.transaction.authors_problem);
  for (auto const& author : facts.transaction.authors)
    if (!may_send_as(policy, connection.login, author))
      return refuse_login(connection.login, "From: " + not_yours(author));
  for (auto const& sender : facts.transaction.senders)
    if (!may_send_as(policy, connection.login, sender))
      return refuse_login(connection.login, "Sender or Resent-From: " + not_yours(sender));
  return {};
}

}  // namespace postern::policy
