#include "session/message_filters.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "net/wall_clock.hpp"
#include "session/milter_call.hpp"
#include "session/rspamd_call.hpp"

namespace postern::session {
namespace {

bool is_indifferent(std::string const& action) {
  return action.empty() || action == "accept" || action == "no action";
}

}  // namespace

bool any_filter_sees(GateConfig const& config, policy::ConnectionFacts const& connection) {
  return std::any_of(config.filters.begin(), config.filters.end(),
                     [&](FilterConfig const& filter) { return filter.sees(connection); });
}

net::Task<policy::FilterFacts> MessageFilters::run(FilteredMessage* message) {
  found_ = {};
  for (auto const& filter : config_.filters) {
    if (stop_.stopped() || found_.effect > policy::Effect::flag) break;
    if (!filter.sees(facts_.connection)) continue;
    if (message->size() > filter.max_message) {
      services_.counters.add(Count::filter_messages_unfiltered);
      flag(filter, "not asked: the message is larger than max_message");
      continue;
    }
    if (!filter.breaker->enter(net::wall_clock())) {
      pass_unfiltered(filter, "not asked: it has not answered lately");
      continue;
    }
    auto answer = co_await ask(&filter, message);
    if (stop_.stopped()) break;
    if (answer) {
      filter.breaker->succeeded();
      take(filter, *std::move(answer), *message);
      continue;
    }
    if (filter.breaker->failed(net::wall_clock()))
      services_.log.write(LogEvent(Severity::error, "filter-suspended")
                              .add("filter", filter.name)
                              .add("failures", CircuitBreaker::failures)
                              .add("seconds", CircuitBreaker::pause.count()));
    services_.counters.add(Count::filter_failures);
    pass_unfiltered(filter, answer.error());
  }
  co_return std::move(found_);
}

net::Task<FilterResult> MessageFilters::ask(FilterConfig const* filter, FilteredMessage* message) {
  services_.counters.add(Count::filter_messages);
  FilterQuestion question;
  question.filter = filter;
  question.message = message;
  question.facts = &facts_;
  question.hostname = config_.smtp.hostname;
  question.loop = &loop_;
  question.stop = stop_;
  if (filter->kind == FilterKind::rspamd) {
    auto answer = co_await ask_rspamd(std::move(question));
    co_return answer;
  }
  auto answer = co_await ask_milter(std::move(question));
  co_return answer;
}

// The first word that means something counts; a refusal counts more than anything before it.
void MessageFilters::take(FilterConfig const& filter, FilterAnswer answer, FilteredMessage& message) {
  bool const refuses = answer.effect > policy::Effect::flag;
  if (refuses || found_.name.empty() || (is_indifferent(found_.action) && !is_indifferent(answer.action))) {
    found_.name = filter.name;
    found_.action = answer.action;
  }
  if (found_.score.empty()) {
    found_.score = std::move(answer.score);
    found_.symbols = std::move(answer.symbols);
  }
  if (refuses) {
    services_.counters.add(Count::filter_refusals);
    found_.effect = answer.effect;
    found_.reply = std::move(answer.reply);
    return;
  }
  for (auto const& change : answer.changes.header()) message.header().apply(change);
  auto const append = [](std::vector<std::string>& to, std::vector<std::string> const& more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  append(found_.added, answer.changes.added_recipients());
  append(found_.deleted, answer.changes.deleted_recipients());
  if (answer.changes.sender()) found_.sender = answer.changes.sender();
  if (answer.changes.held_for()) {
    found_.held = true;
    flag(filter, "quarantined: " + *answer.changes.held_for());
  }
  found_.held = found_.held || answer.held;
  if (!answer.flag.empty()) flag(filter, answer.flag);
}

void MessageFilters::pass_unfiltered(FilterConfig const& filter, std::string const& why) {
  services_.log.write(
      LogEvent(Severity::warning, "filter-failed")
          .add("filter", filter.name)
          .add("id", facts_.transaction.id.print())
          .add("reason", printable(why))
          .add("then", filter.on_failure == FilterFailure::defer ? "defer" : "accept-flagged"));
  if (filter.on_failure == FilterFailure::defer) {
    found_.effect = policy::Effect::defer;
    found_.reply = {451, {4, 7, 1}, "A content filter does not answer, try again later"};
    return;
  }
  services_.counters.add(Count::filter_messages_unfiltered);
  flag(filter, "no answer: " + why);
}

void MessageFilters::flag(FilterConfig const& filter, std::string const& why) {
  found_.flags.push_back(
      printable(std::string(print(policy::Builtin::filters)) + "; " + filter.name + ": " + why, 900));
}

}  // namespace postern::session
