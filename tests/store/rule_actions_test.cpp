#include "store/rule_actions.hpp"

#include <gtest/gtest.h>

#include "store/evidence.hpp"
#include "store/evidence_reader.hpp"
#include "store/sqlite.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

Instant today() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

struct Decided {
  policy::DecidedBy recipient;
  policy::DecidedBy transaction;
};

// A store of facts with a refused message for each.
void record(tests::Workplace& place, std::vector<Decided> const& all) {
  auto evidence = Evidence::open({place.path("facts.db"), std::chrono::hours(1)}, place.log, place.counters);
  ASSERT_TRUE(evidence);
  policy::ConnectionFacts connection;
  connection.id = static_cast<std::uint64_t>(to_micros(today()));
  connection.client = *IpAddress::parse("192.0.2.1");
  (*evidence)->record(connection);
  for (std::size_t i = 0; i < all.size(); ++i) {
    TransactionRecord record{connection.id, {}};
    auto& transaction = record.transaction;
    transaction.id = MessageId{connection.id + i};
    transaction.started = from_micros(1'000'000 + static_cast<std::int64_t>(i));
    transaction.mail.reverse_path = tests::address("a@far.example");
    transaction.recipients.push_back(
        {.address = tests::address("alice@example.org"),
         .accepted = !all[i].recipient.anything(),
         .code = static_cast<std::uint16_t>(all[i].recipient.anything() ? 550 : 250),
         .decided_by = all[i].recipient});
    transaction.outcome = policy::Outcome::refused;
    transaction.code = 550;
    transaction.decided_by = all[i].transaction;
    (*evidence)->record(record);
  }
}

std::vector<std::string> reasons(tests::Workplace& place) {
  auto const actions = read_rule_actions(place.path("facts.db"), from_micros(0), from_micros(2'000'000), 100);
  EXPECT_TRUE(actions) << actions.error();
  std::vector<std::string> out;
  for (auto const& action : *actions) out.push_back(action.done + " " + action.recipient + ": " + action.why);
  return out;
}

TEST(RuleActions, LeaveOutWhatEveryServerDoes) {
  tests::Workplace place;
  using policy::Builtin;
  std::vector<Decided> all{{{.builtin = Builtin::tls_require}, {}}, {{.rule = "no spam"}, {}}};
  for (auto const builtin : {Builtin::directory, Builtin::relay}) all.push_back({{.builtin = builtin}, {}});
  for (auto const builtin : {Builtin::login, Builtin::size, Builtin::content, Builtin::spool})
    all.push_back({{}, {.builtin = builtin}});
  all.push_back({{}, {.rule = "too big"}});
  record(place, all);
  EXPECT_EQ(reasons(place), (std::vector<std::string>{"refused alice@example.org: tls.require",
                                                      "refused alice@example.org: no spam",
                                                      "refused alice@example.org: too big"}));
}

TEST(RuleActions, ReadRowsOfEarlierVersionsAsBuiltin) {
  tests::Workplace place;
  using policy::Builtin;
  record(place, {{{.builtin = Builtin::relay}, {}}, {{.builtin = Builtin::tls_require}, {}}});
  {
    auto database = Database::open(place.path("facts.db"), OpenMode::create);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("UPDATE recipients SET rule = substr(rule, length('builtin:') + 1)"));
  }
  EXPECT_EQ(reasons(place), (std::vector<std::string>{"refused alice@example.org: tls.require"}));
  std::vector<policy::DecidedBy> read;
  EvidenceVisitor visitor;
  visitor.transaction = [&](policy::Facts facts, bool) {
    read.push_back(facts.transaction.recipients.at(0).decided_by);
  };
  visitor.connection = [](policy::ConnectionFacts) {};
  ASSERT_TRUE(read_evidence(place.path("facts.db"), visitor));
  EXPECT_EQ(read,
            (std::vector<policy::DecidedBy>{{.builtin = Builtin::relay}, {.builtin = Builtin::tls_require}}));
}

TEST(RuleCounts, GoByTheWordOfAContentFilterFirst) {
  tests::Workplace place;
  {
    auto evidence =
        Evidence::open({place.path("facts.db"), std::chrono::hours(1)}, place.log, place.counters);
    ASSERT_TRUE(evidence);
    auto const now = static_cast<std::uint64_t>(to_micros(today()));
    struct Told {
      char const* action;
      policy::Spf spf;
    };
    std::uint64_t number = 0;
    for (auto const& told : {Told{"no action", policy::Spf::fail}, Told{"reject", policy::Spf::pass},
                             Told{"add header", policy::Spf::none}, Told{"greylist", policy::Spf::none},
                             Told{"", policy::Spf::fail}, Told{"accept", policy::Spf::pass}}) {
      TransactionRecord record{now, {}};
      record.transaction.id = MessageId{now + number++};
      record.transaction.started = today();
      record.transaction.spf = told.spf;
      record.transaction.filter.action = told.action;
      policy::RuleMatch match;
      match.rule = "mine";
      record.transaction.matches.push_back(std::move(match));
      (*evidence)->record(std::move(record));
    }
  }
  auto const counts = read_rule_counts(place.path("facts.db"));
  ASSERT_TRUE(counts) << counts.error();
  ASSERT_EQ(counts->size(), 1U);
  EXPECT_EQ(counts->front().matched, 6U);
  EXPECT_EQ(counts->front().wanted, 1U);
  EXPECT_EQ(counts->front().unwanted, 3U);
}

}  // namespace
}  // namespace postern::store
