#include "session/rspamd_call.hpp"

#include <cstdio>
#include <utility>

#include "base/ascii.hpp"
#include "wire/rspamd.hpp"

namespace postern::session {
namespace {

constexpr std::size_t symbols_limit = 2000;  // bytes

wire::RspamdRequest request_for(FilterQuestion const& question) {
  auto const& connection = question.facts->connection;
  auto const& transaction = question.facts->transaction;
  wire::RspamdRequest request;
  request.host = question.filter->host;
  request.length = question.message->size();
  request.client = connection.client.print();
  request.client_name = connection.verified_name;
  request.helo = connection.helo;
  if (transaction.mail.reverse_path) request.sender = transaction.mail.reverse_path->print();
  for (auto const* recipient : question.recipients()) request.recipients.push_back(recipient->print());
  request.queue_id = transaction.id.print();
  request.login = connection.login;
  if (question.facts->over_tls()) {
    request.tls_version = connection.tls.version;
    request.tls_cipher = connection.tls.cipher;
  }
  request.mta_name = question.hostname;
  return request;
}

std::string print_score(double score) {
  char text[32];
  int const length = std::snprintf(text, sizeof text, "%.2f", score);
  bool const fits = length > 0 && static_cast<std::size_t>(length) < sizeof text;
  return fits ? std::string(text) : std::string();
}

std::string list_symbols(std::vector<std::string> const& symbols) {
  std::string out;
  for (auto const& symbol : symbols) {
    if (out.size() + symbol.size() >= symbols_limit) break;
    out += (out.empty() ? "" : " ") + symbol;
  }
  return out;
}

// Others read these fields (Sieve, mail programs, `postern whatif`). Those that strangers have written must
// not pass for ours.
bool is_verdict_field(std::string_view name) {
  return iequals(name, "X-Spam") || iequals(name, "X-Spam-Flag") || iequals(name, "X-Spam-Status") ||
         iequals(name, "X-Spam-Level") || iequals(name, "X-Spam-Score") || iequals(name, "X-Spam-Action") ||
         iequals(name, "X-Spamd-Result") || iequals(name, "X-Spamd-Bar");
}

std::string status_field(wire::RspamdVerdict const& verdict, bool is_spam) {
  return std::string(is_spam ? "Yes" : "No") + ", score=" + print_score(verdict.score) +
         " required=" + print_score(verdict.required_score) + " action=" + verdict.word;
}

FilterAnswer answer_of(wire::RspamdVerdict verdict) {
  using wire::RspamdAction;
  FilterAnswer answer;
  answer.action = verdict.word;
  answer.score = print_score(verdict.score);
  answer.symbols = list_symbols(verdict.symbols);
  auto const refuse = [&](bool permanent, std::string_view usual) {
    answer.effect = permanent ? policy::Effect::reject : policy::Effect::defer;
    auto text = verdict.message.empty() ? std::string(usual) : verdict.message;
    answer.reply = permanent ? wire::Reply{550, {5, 7, 1}, std::move(text)}
                             : wire::Reply{451, {4, 7, 1}, std::move(text)};
  };
  bool is_spam = false;
  switch (verdict.action) {
    case RspamdAction::reject: refuse(true, "Spam message rejected"); return answer;
    case RspamdAction::soft_reject: refuse(false, "Try again later"); return answer;
    case RspamdAction::greylist: refuse(false, "Greylisted, try again later"); return answer;
    case RspamdAction::add_header:
    case RspamdAction::rewrite_subject: is_spam = true; break;
    case RspamdAction::hold:
      answer.held = true;
      answer.flag = "action " + verdict.word;
      is_spam = true;
      break;
    case RspamdAction::other: answer.flag = "action " + verdict.word; break;
    case RspamdAction::no_action: break;
  }
  answer.changes = std::move(verdict.changes);
  bool fits = answer.changes.change({.how = wire::HeaderChange::How::add,
                                     .index = 0,
                                     .name = "X-Spam-Status",
                                     .value = status_field(verdict, is_spam)});
  if (is_spam)
    fits = answer.changes.change(
               {.how = wire::HeaderChange::How::add, .index = 0, .name = "X-Spam", .value = "Yes"}) &&
           fits;
  if (!fits) answer.flag = "more changes than can be made";
  return answer;
}

}  // namespace

net::Task<FilterResult> ask_rspamd(FilterQuestion question) {
  auto connection = co_await connect_to(question);
  if (!connection) co_return fail(connection.error());
  auto& rspamd = **connection;
  bool sent = co_await rspamd.send(wire::print_rspamd_request(request_for(question)));
  question.message->rewind();
  while (sent) {
    auto piece = question.message->next();
    if (!piece) co_return fail(std::string("the message cannot be read from the spool"));
    if (!*piece) break;
    sent = co_await rspamd.send(**std::move(piece));
  }
  if (!sent && !rspamd.problem().empty()) co_return fail(rspamd.problem());
  wire::HttpReplyReader reader;
  for (bool complete = false; !complete;) {
    bool const more = co_await rspamd.read();
    if (!more && !rspamd.hung_up()) co_return fail(rspamd.problem());
    if (!more) {
      if (auto const ended = reader.end(); !ended) co_return fail(ended.error());
      break;
    }
    auto const fed = reader.feed(std::exchange(rspamd.received(), {}));
    if (!fed) co_return fail(fed.error());
    complete = *fed;
  }
  rspamd.close();
  auto verdict = wire::parse_rspamd_verdict(reader.body());
  if (!verdict) co_return fail(verdict.error());
  question.message->header().remove_if_named(&is_verdict_field);
  co_return answer_of(*std::move(verdict));
}

}  // namespace postern::session
