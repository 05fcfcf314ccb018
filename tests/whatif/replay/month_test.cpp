// A month of simulated traffic: what "remembered" promises, what what-if predicts for it, and the same month
// under the rule that chasquid has (refuse, for ever, whoever came over TLS once). docs/requiring-tls.md has
// the table that this test prints.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <queue>

#include "policy/decide.hpp"
#include "policy/expects_tls.hpp"
#include "policy/host_identity.hpp"
#include "support/example_policy.hpp"
#include "support/whatif.hpp"
#include "whatif/readers/own_facts.hpp"

namespace postern::tests {
namespace {

using policy::Effect;
using policy::Facts;
using policy::TlsState;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int days = 30, strip_day = 20;
Instant const begin{hours(24 * 20'000)};

enum class Habit { always, never, mostly, in_turns, stripped };

struct Host {
  int number = 0;
  Habit habit = Habit::always;
  std::vector<minutes> retries;  // waits between tries
  int tries = 0;

  IpAddress address() const {
    return *IpAddress::parse("203." + std::to_string(number / 250) + "." + std::to_string(number % 250) +
                             ".7");
  }
  std::string name() const { return "mail.host" + std::to_string(number) + ".example"; }
  std::string sender() const { return "someone@host" + std::to_string(number) + ".example"; }
};

// How long real servers wait: Postfix doubles from 5 minutes to about an hour for 5 days, sendmail tries
// every half hour for 5 days, Exim every quarter for two hours and then ever longer for 4 days, Exchange
// every 10 minutes for 2 days.
std::vector<minutes> retry_schedule(int kind) {
  std::vector<minutes> waits;
  minutes total{0};
  auto const add = [&](minutes wait, minutes limit) {
    if (total + wait > limit) return false;
    total += wait;
    waits.push_back(wait);
    return true;
  };
  if (kind == 0)
    for (minutes wait{5}; add(wait, hours(120)); wait = std::min(wait * 2, minutes(66))) {
    }
  if (kind == 1)
    while (add(minutes(30), hours(120))) {
    }
  if (kind == 2) {
    while (add(minutes(15), hours(2))) {
    }
    for (minutes wait{60}; add(std::min(wait, minutes(480)), hours(96)); wait = wait * 3 / 2) {
    }
  }
  if (kind == 3)
    while (add(minutes(10), hours(48))) {
    }
  return waits;
}

struct Message {
  std::size_t host = 0;
  Instant born{};
  std::string recipient;
};

struct Try {
  Instant at{};
  std::size_t message = 0, number = 0;
  bool operator<(Try const& other) const { return at != other.at ? at > other.at : message > other.message; }
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t limit) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33) % limit;
  }

 private:
  std::uint64_t state_;
};

enum class Law { nothing, remembered, chasquid };

struct Month {
  Law law;
  std::size_t messages = 0, arrived = 0, lost = 0, deferred = 0, flagged = 0, wrongly_deferred = 0;
  minutes longest_delay{0};
  std::map<std::size_t, Instant> alarms;          // by host: its first
  std::map<std::size_t, Instant> first_stripped;  // by host: its first mail after the strip, if TLS was known
  std::vector<whatif::Reception> receptions;      // each try, as the facts tell it
  std::vector<bool> refused;                      // by try that was a message
  std::map<std::size_t, bool> deferred_at_first;  // by message
};

class Simulation {
 public:
  explicit Simulation(Law law) : policy_(example_policy()) {
    month_.law = law;
    if (law == Law::remembered) policy_.tls = policy::TlsRequirement::remembered;
    Dice dice(42);
    for (int i = 0; i < 400; ++i) {
      Host host;
      host.number = i;
      host.habit = habit_of(i);
      host.retries = retry_schedule(static_cast<int>(dice.below(4)));
      hosts_.push_back(host);
      auto const count = 5 + dice.below(60);
      for (std::uint64_t k = 0; k < count; ++k)
        messages_.push_back({static_cast<std::size_t>(i),
                             begin + minutes(static_cast<int>(dice.below(days * 24 * 60))), recipient_of(k)});
    }
    for (std::size_t i = 0; i < messages_.size(); ++i) tries_.push({messages_[i].born, i, 0});
    month_.messages = messages_.size();
  }

  Month run() {
    while (!tries_.empty()) {
      auto const next = tries_.top();
      tries_.pop();
      attempt(next);
    }
    return std::move(month_);
  }

 private:
  static Habit habit_of(int host) {
    if (host % 20 == 0) return Habit::stripped;
    if (host % 10 < 6) return Habit::always;
    if (host % 10 < 8) return Habit::never;
    return host % 10 == 8 ? Habit::mostly : Habit::in_turns;
  }
  static char const* recipient_of(std::uint64_t message) {
    if (message % 40 == 39) return "postmaster@example.org";
    return message % 2 == 0 ? "alice@example.org" : "bob@example.org";
  }
  static policy::Outcome outcome_of(policy::Verdict const& verdict) {
    if (!verdict.refuses()) return policy::Outcome::accepted;
    return verdict.effect == Effect::defer ? policy::Outcome::deferred : policy::Outcome::refused;
  }

  bool over_tls(Host& host, Instant at) {
    auto const turn = host.tries++;
    switch (host.habit) {
      case Habit::always: return true;
      case Habit::never: return false;
      case Habit::mostly: return dice_.below(10) != 0;
      case Habit::in_turns: return turn % 2 == 0;
      case Habit::stripped: return at < begin + hours(24 * strip_day);
    }
    return false;
  }

  void attempt(Try const& tried) {
    auto const& message = messages_[tried.message];
    auto& host = hosts_[message.host];
    Facts facts;
    auto& connection = facts.connection;
    connection.client = host.address();
    connection.verified_name = host.name();
    connection.identity = policy::host_identity(connection.verified_name, connection.client);
    connection.helo = host.name();
    connection.started = tried.at;
    connection.ended = tried.at + std::chrono::seconds(1);
    bool const tls = over_tls(host, tried.at);
    if (tls) {
      connection.tls.state = TlsState::established;
      connection.tls.version = "TLSv1.3";
      connection.tls.client_certificate = policy::ClientCertificate::none;
    }
    auto& transaction = facts.transaction;
    transaction.started = tried.at;
    transaction.mail.reverse_path = address(host.sender());
    transaction.recipients.push_back({address(message.recipient), {}, {}, {}, false, 0, {}});
    transaction.recipients.back().standing = policy_.directory.standing(address(message.recipient));

    recall_client(memory_, connection);
    recall_host(memory_, connection);
    transaction.recipients.back().deferred_since = deferred_.since(facts);
    facts.stage = policy::Stage::rcpt;
    bool const expected = expects_tls(policy_.memory, policy_.fallback, facts);
    auto verdict = policy::decide(policy_, facts);
    if (month_.law == Law::chasquid && !tls && seen_tls_[message.host]) {
      verdict = {};
      verdict.effect = Effect::reject;
      verdict.reply.code = 550;
    }
    deferred_.note(facts, verdict);
    if (!tls) {
      if (expected) month_.alarms.try_emplace(message.host, tried.at);
      if (expected && host.habit == Habit::stripped)
        month_.first_stripped.try_emplace(message.host, tried.at);
      remember_clear(memory_, connection, tried.at);
    }
    if (verdict.effect == Effect::defer && !shown_tls_[message.host]) ++month_.wrongly_deferred;
    settle(tried, verdict, facts);
    if (tls) {
      shown_tls_[message.host] = seen_tls_[message.host] = true;
      remember(memory_, connection);
    }
  }

  void settle(Try const& tried, policy::Verdict const& verdict, Facts& facts) {
    auto const& message = messages_[tried.message];
    auto& recipient = facts.transaction.recipients.back();
    recipient.accepted = !verdict.refuses();
    recipient.code = recipient.accepted ? 250 : verdict.reply.code;
    recipient.decided_by = verdict.decided_by;
    facts.transaction.outcome = outcome_of(verdict);
    month_.receptions.push_back(*whatif::reception_of(facts, false));
    month_.refused.push_back(verdict.refuses());
    month_.receptions.push_back(whatif::session_of(facts.connection));
    if (verdict.effect == Effect::defer) {
      if (tried.number == 0) {
        ++month_.deferred;
        month_.deferred_at_first[tried.message] = true;
      }
      auto const& retries = hosts_[message.host].retries;
      if (tried.number >= retries.size())
        ++month_.lost;
      else
        tries_.push({tried.at + retries[tried.number], tried.message, tried.number + 1});
    } else if (verdict.refuses()) {
      ++month_.lost;
    } else {
      ++month_.arrived;
      if (!verdict.marks.empty()) ++month_.flagged;
      month_.longest_delay =
          std::max(month_.longest_delay, std::chrono::duration_cast<minutes>(tried.at - message.born));
    }
  }

  policy::Policy policy_;
  policy::TlsMemory memory_;
  policy::DeferredMail deferred_;
  Dice dice_{7};
  std::vector<Host> hosts_;
  std::vector<Message> messages_;
  std::priority_queue<Try> tries_;
  std::map<std::size_t, bool> seen_tls_, shown_tls_;
  Month month_;
};

// What `whatif --rule remembered` says of each try.
std::vector<bool> predicted(Month const& month) {
  std::vector<bool> refused;
  whatif::Replay replay({*whatif::parse_rule("remembered")}, {});
  replay.on_message([&](whatif::Reception const&, std::vector<whatif::Judgement> const& judgements) {
    EXPECT_NE(judgements[0], whatif::Judgement::unknown);
    refused.push_back(judgements[0] == whatif::Judgement::lost);
  });
  for (auto reception : month.receptions) replay.take(std::move(reception));
  return refused;
}

std::string time_to_alarm(Month const& month) {
  minutes worst{0};
  for (auto const& [host, stripped] : month.first_stripped) {
    auto const alarm = month.alarms.find(host);
    if (alarm == month.alarms.end()) return "never";
    worst = std::max(worst, std::chrono::duration_cast<minutes>(alarm->second - stripped));
  }
  return worst == minutes{0} ? "first message" : std::to_string(worst.count()) + " minutes";
}

void print_row(char const* name, Month const& month, bool has_alarm) {
  std::printf("| %s | %zu | %zu | %zu (%.2f %%) | %zu | %zu | %.1f h | %s |\n", name, month.messages,
              month.arrived, month.lost,
              100.0 * static_cast<double>(month.lost) / static_cast<double>(month.messages), month.deferred,
              month.flagged, static_cast<double>(month.longest_delay.count()) / 60.0,
              has_alarm ? time_to_alarm(month).c_str() : "no alarm");
}

TEST(Month, RememberedLosesNothingAndNoticesTheStrip) {
  auto const month = Simulation(Law::remembered).run();
  EXPECT_EQ(month.lost, 0U);
  EXPECT_EQ(month.arrived, month.messages);
  EXPECT_GT(month.deferred, 50U) << "or the month would prove nothing";
  EXPECT_EQ(month.wrongly_deferred, 0U) << "only who had shown TLS is deferred";
  ASSERT_GE(month.first_stripped.size(), 15U);
  for (auto const& [host, stripped] : month.first_stripped) {
    ASSERT_TRUE(month.alarms.contains(host));
    EXPECT_EQ(month.alarms.at(host), stripped) << "the first message already";
  }
}

TEST(Month, WhatIfPredictsWhatTheGateDoesMessageByMessage) {
  auto const month = Simulation(Law::remembered).run();
  EXPECT_EQ(predicted(month), month.refused);
}

TEST(Month, ComparedWithNothingAndWithRefusingForEver) {
  auto const nothing = Simulation(Law::nothing).run();
  auto const remembered = Simulation(Law::remembered).run();
  auto const chasquid = Simulation(Law::chasquid).run();
  EXPECT_EQ(nothing.lost, 0U);
  EXPECT_GT(chasquid.lost, 100U);
  std::printf(
      "| rule | messages | arrived | lost | deferred at first | flagged | longest delay | strip noticed |\n"
      "|---|---|---|---|---|---|---|---|\n");
  print_row("none", nothing, false);
  print_row("remembered", remembered, true);
  print_row("chasquid's", chasquid, false);
  auto const before = predicted(nothing);
  std::printf("predicted from the month without a rule: %td deferred\n",
              std::count(before.begin(), before.end(), true));
}

}  // namespace
}  // namespace postern::tests
