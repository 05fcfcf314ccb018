#include "app/settings/build_config.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "app/settings/build_rules.hpp"
#include "app/settings/settings_file.hpp"
#include "net/certificate.hpp"
#include "net/ticket_keys.hpp"
#include "policy/rules.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

BuiltConfig check(std::string const& text) {
  auto const read = parse_settings(text, "dir/postern.toml");
  EXPECT_TRUE(read.errors.empty()) << read.errors.front();
  return check_config(read.settings);
}

bool mentions(std::vector<std::string> const& lines, std::string const& text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](auto const& line) { return line.find(text) != std::string::npos; });
}

std::string all(std::vector<std::string> const& lines) {
  std::string out;
  for (auto const& line : lines) out += line + "\n";
  return out;
}

struct Case {
  char const* text;
  char const* error;
};

void expect_errors(std::vector<Case> const& cases) {
  for (auto const& c : cases) {
    auto const built = check(c.text);
    EXPECT_TRUE(mentions(built.errors, c.error)) << c.text << "\ngave:\n" << all(built.errors);
    EXPECT_FALSE(built.gate) << c.text;
  }
}

TEST(BuildConfig, NamesWhatIsWrongWithTheGeneralKeys) {
  expect_errors({
      {"hostname = \"not a name\"", "dir/postern.toml: hostname = \"not a name\": not a host name"},
      {"[web]\naddress = \"here\"", "web.address = \"here\": not an address with a port"},
      {"[tls]\nmin_version = \"1.3\"\nmax_version = \"1.2\"", "tls.min_version is above tls.max_version"},
      {"[tls]\ncertificate = [\"a.pem\", \"b.pem\"]\nkey = [\"a.key\"]",
       "tls.certificate names 2 files, tls.key 1: each certificate needs its key"},
      {"[tls]\ncertificate = [\"/no/such.pem\"]\nkey = [\"/no/such.key\"]", "/no/such.pem"},
      {"[queue]\nfirst_retry = \"2h\"\nmax_retry = \"1h\"",
       "queue.first_retry is longer than queue.max_retry"},
      {"[relay]\ncertificates = [\"12:34\"]",
       "relay.certificates: \"12:34\" is no SHA-256: 64 hexadecimal digits"},
      {"[auth]\nusers_file = \"/no/such/users\"", "auth.users_file = \"/no/such/users\": cannot be read"},
      {"[send]\nca_file = \"/no/such/ca.pem\"", "/no/such/ca.pem"},
      {"[notices]\nmailboxes = [\"not an address\"]",
       "notices.mailboxes: \"not an address\" is no mail address, and not \"*\""},
      {"[notices]\npostmaster = \"not an address\"",
       "notices.postmaster = \"not an address\": not a mail address"},
  });
}

TEST(BuildConfig, NamesWhatIsWrongWithADomainAndWhereItStands) {
  expect_errors({
      {"\n[domains.\"not a name\"]", "dir/postern.toml:2: domains.\"not a name\": not a domain name"},
      {"[domains.\"x.example\"]\nmailboxes = [\"a@x.example\"]",
       "write the local part alone, without the domain"},
      {"[domains.\"x.example\"]\nmailboxes = [\"a\"]\n[domains.\"X.example\"]\nmailboxes = [\"b\"]",
       "this domain is configured twice"},
      {"[domains.\"x.example\"]\nmailboxes_file = \"/no/such/file\"",
       "dir/postern.toml:1: domains.\"x.example\".mailboxes_file: /no/such/file cannot be read"},
      {"[domains.\"x.example\"]\naliases = { \"a\" = [\"nobody\"] }",
       "domains.\"x.example\".aliases.a: \"nobody\" is not a mail address"},
      {"[domains.\"x.example\"]\naliases = { \"a\" = [\"b@x.example\"] }",
       "domains.\"x.example\".aliases.a: \"b@x.example\" is no mailbox here"},
      {"[domains.\"x.example\"]\naliases = { \"a\" = [\"b@x.example\"], \"b\" = [\"a@x.example\"] }",
       "aliases.a: leads back to itself and to no mailbox"},
      {"[domains.\"x.example\"]\nmta_sts.mode = \"enforce\"\nmta_sts.mx = [\"not a name\"]",
       "domains.\"x.example\".mta_sts: "},
      {"[domains.\"x.example\"]\ntlsrpt.rua = [\"pigeon:tls@x.example\"]",
       "domains.\"x.example\".tlsrpt.rua: \"pigeon:tls@x.example\" is neither mailto: nor https:"},
  });
}

TEST(BuildConfig, NamesAnAliasThatGoesTooDeep) {
  std::string text = "[domains.\"x.example\"]\nmailboxes = [\"end\"]\n[domains.\"x.example\".aliases]\n";
  for (int i = 0; i < 12; ++i)
    text += "a" + std::to_string(i) + " = [\"" + (i < 11 ? "a" + std::to_string(i + 1) : "end") +
            "@x.example\"]\n";
  auto const built = check(text);
  EXPECT_TRUE(mentions(built.errors, "aliases.a0: goes through more than 10 aliases")) << all(built.errors);
}

TEST(BuildConfig, NamesWhatIsWrongWithARoute) {
  expect_errors({
      {"[routes.\"not a name\"]",
       "dir/postern.toml:1: routes.\"not a name\": not a domain name, \"*.domain\" or \"*\""},
      {"[routes.\"x.example\"]\ntls = \"fingerprint\"",
       "routes.\"x.example\".tls = \"fingerprint\": tls_fingerprints says which"},
      {"[routes.\"x.example\"]\ntls = \"required\"\n"
       "tls_fingerprints = [\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]",
       "they count only with tls = \"fingerprint\""},
      {"[routes.\"x.example\"]\nvia = \"mx\"\n[routes.\"X.example\"]\nvia = \"mx\"",
       "there are two routes for this name"},
      {"[routes.\"x.example\"]\ntls_fingerprints = [\"zz\"]",
       "routes.\"x.example\".tls_fingerprints: \"zz\" is no SHA-256"},
      {"[routes.\"*\"]\nvia = \"smtp:relay.example:587\"\nuser = \"me\"\npassword_file = \"/no/such/file\"",
       "routes.\"*\".password_file = \"/no/such/file\": cannot be read, or is empty"},
      {"[routes.\"*\"]\nvia = \"smtp:192.0.2.1:587\"\nuser = \"me\"\ntls = \"dane\"",
       "dir/postern.toml:1: routes.\"*\".user: with tls = \"dane\" the server needs a name"},
  });
}

TEST(BuildConfig, WantsAServerToProveItselfBeforeItHearsAPassword) {
  std::string const route =
      "[routes.\"*\"]\nvia = \"smtp:relay.example:587\"\nuser = \"me\"\npassword_file = \"/no/such/file\"\n";
  std::string const wrong = "routes.\"*\".user: with tls = ";
  for (auto const* tls : {"none", "opportunistic", "mta-sts", "required"})
    EXPECT_TRUE(mentions(check(route + "tls = \"" + tls + "\"").errors, wrong + "\"" + tls + "\"")) << tls;
  EXPECT_TRUE(mentions(check(route).errors, wrong)) << "it is opportunistic unless something is said";
  for (auto const* tls : {"dane", "verified", "fingerprint"})
    EXPECT_FALSE(mentions(check(route + "tls = \"" + tls + "\"").errors, wrong)) << tls;
}

TEST(BuildConfig, WarnsOfAPolicyThatLeavesThisServerOut) {  // RFC 8461 section 4.1
  std::string const domain =
      "hostname = \"mx.example.org\"\n[domains.\"x.example\"]\nmailboxes = [\"a\"]\nmta_sts.mode = "
      "\"enforce\"\n";
  auto const with = [&](std::string const& mx) { return check(domain + "mta_sts.mx = " + mx).warnings; };
  EXPECT_TRUE(mentions(with("[\"mail.example.org\"]"), "mta_sts.mx: no pattern of it fits mx.example.org"));
  EXPECT_TRUE(mentions(with("[\"*.x.example\"]"), "no pattern of it fits"));
  EXPECT_FALSE(mentions(with("[\"mail.example.org\", \"*.example.org\"]"), "no pattern of it fits"));
  EXPECT_FALSE(mentions(check(domain).warnings, "no pattern of it fits"));
}

TEST(BuildConfig, WarnsOfAHostnameThatOthersRefuse) {  // RFC 5321 section 2.3.5
  for (auto const* odd : {"vm", "localhost", "192.0.2.1", "mx_1.example.org", "mx.1"}) {
    auto const built = check("hostname = \"" + std::string(odd) + "\"");
    EXPECT_TRUE(mentions(built.warnings, "hostname = \"" + std::string(odd) + "\"")) << odd;
    EXPECT_TRUE(built.errors.empty()) << odd;
  }
  EXPECT_FALSE(mentions(check("hostname = \"mx.example.org\"").warnings, "hostname"));
  auto const read = parse_settings("hostname = \"m\u00fcnchen.example\"", "dir/postern.toml");
  EXPECT_EQ(read.settings.live.hostname, "xn--mnchen-3ya.example") << "as it is said at EHLO";
}

TEST(BuildRules, NamesWhatIsWrongWithARule) {
  std::string const rule = "[[rules]]\nname = \"r\"\nwhen = \"tls\"\n";
  for (auto const& [text, error] : std::vector<std::pair<std::string, std::string>>{
           {"[[rules]]\nwhen = \"tls\"", "a name is up to 100 printable characters"},
           {rule + rule, "dir/postern.toml:4: rules.\"r\": there are two of this name"},
           {"[[rules]]\nname = \"r\"\nwhen = \"no_such_fact\"", "dir/postern.toml:1: rules.\"r\".when: "},
           {rule + "reply = \"550 no\"", "rules.\"r\".reply = \"550 no\": its code begins with 4 to defer"},
           {rule + "then = \"reject\"\nreply = \"450 no\"", "its code begins with 5 to reject"},
           {rule + "then = \"reject\"\nreply = \"4.7.1 no\"", "its status begins with 5 to reject"},
           {rule + "deliver_to = \"a@x.example\"",
            "rules.\"r\".deliver_to: only flagged mail is delivered elsewhere"},
           {rule +
                "then = \"flag\"\ndeliver_to = \"b@x.example\"\n[domains.\"x.example\"]\nmailboxes = [\"a\"]",
            "rules.\"r\".deliver_to = \"b@x.example\": there is no such mailbox here"},
           {"[lists]\n\"a b\" = []", "lists.a b: a name is letters, digits and _"},
           {"[lists]\nsize = []", "lists.size: this is the name of a fact"},
           {"[lists]\npartners = [\"file:/no/such/file\"]", "lists.partners: /no/such/file: cannot be read"},
           {"[lists]\npartners = [\"sqlite:/no/such/file\"]",
            "lists.partners: write \"sqlite:FILE:SELECT column FROM table\""},
           {"[lists]\npartners = [\"sqlite:/no/such/file:SELECT 1\"]", "lists.partners: "},
           {"[tls]\npins = [\"-\"]", "tls.pins: \"-\": it begins with no domain name"},
           {"[tls]\npins = [\"x.example learn:soon\"]", "write learn:14d"},
           {"[tls]\npins = [\"x.example\"]", "behind the domain comes a SHA-256"}}) {
    auto const built = check(text);
    EXPECT_TRUE(mentions(built.errors, error)) << text << "\ngave:\n" << all(built.errors);
  }
}

TEST(BuildRules, TakeTheirRolloutAndTheirQuarantineFromTheSettings) {
  auto const built = check(
      "[domains.\"x.example\"]\nmailboxes = [\"a\"]\n"
      "[[rules]]\nname = \"r\"\nwhen = \"tls\"\nthen = \"flag\"\nmode = \"0.5%\"\ndeliver_to = "
      "\"a@x.example\"");
  ASSERT_TRUE(built.errors.empty()) << all(built.errors);
  auto const& rule = built.gate->policy.rules->rules().at(0);
  EXPECT_EQ(rule.rollout, 50U);
  EXPECT_EQ(rule.deliver_to, "a@x.example");
}

TEST(BuildRules, AnswerWhatFitsWhereTheOwnerSaysNothing) {
  auto const reply_of = [](std::string const& rule) {
    auto const built = check("[[rules]]\nname = \"r\"\n" + rule);
    EXPECT_TRUE(built.errors.empty()) << all(built.errors);
    return built.gate ? built.gate->policy.rules->rules().at(0).reply.one_line() : std::string();
  };
  EXPECT_EQ(reply_of("when = \"not tls\"\nthen = \"defer\""),
            "450 4.7.10 TLS is required, please use STARTTLS");
  EXPECT_EQ(reply_of("when = \"memory.tls_sessions > 3\"\nthen = \"reject\""),
            "550 5.7.10 TLS is required, please use STARTTLS");
  EXPECT_EQ(reply_of("when = \"size > 3\"\nthen = \"defer\""), "450 4.7.1 Please try again later");
  EXPECT_EQ(reply_of("when = \"size > 3\"\nthen = \"reject\""), "550 5.7.1 Refused by a rule of this server");
  EXPECT_EQ(reply_of("when = \"not tls\"\nreply = \"Later\""), "450 4.7.1 Later");
}

TEST(BuildConfig, WarnsOfWhatIsLegalButCostsMail) {
  for (auto const& [text, warning] : std::vector<std::pair<std::string, std::string>>{
           {"[tls]\nrequire = \"always\"", "tls.require: RFC 3207 section 4"},
           {"[domains.\"x.example\"]\nmailboxes = [\"a\"]\ntls.require = \"always\"",
            "domains.\"x.example\".tls.require: RFC 3207 section 4"},
           {"[tls]\nmin_version = \"1.3\"", "tls.min_version above 1.2"},
           {"[domains.\"x.example\"]", "no mailboxes and no aliases: only mail for postmaster is taken"}}) {
    auto const built = check(text);
    EXPECT_TRUE(built.errors.empty()) << all(built.errors);
    EXPECT_TRUE(mentions(built.warnings, warning)) << text << "\ngave:\n" << all(built.warnings);
  }
}

TEST(BuildConfig, PutsRelativePathsBesideTheFile) {
  auto const built = check(
      "[domains.\"x.example\"]\nmailboxes = [\"a\"]\ndeliver = \"maildir:mail/{local}\"\n"
      "[domains.\"y.example\"]\nmailboxes = [\"a\"]");
  ASSERT_TRUE(built.errors.empty()) << all(built.errors);
  auto const deliver_of = [&](char const* domain) {
    return built.gate->policy.directory.find(Address("a", *Domain::parse(domain)))->deliver;
  };
  EXPECT_EQ(deliver_of("x.example"), "maildir:dir/mail/{local}");
  EXPECT_EQ(deliver_of("y.example"), "maildir:dir/postern-data/mail/{domain}/{local}");
}

TEST(BuildConfig, ChecksWhatOnlyAStartReadsByItself) {
  auto settings = default_settings();
  EXPECT_TRUE(start_errors(settings).empty());
  settings.start.web_address = "here";
  EXPECT_EQ(start_errors(settings).size(), 1U);
}

TEST(BuildConfig, KnowsSinceWhenClientsMeetTheSameTls) {
  tests::Workplace place;
  auto settings = default_settings();
  settings.live.tls.certificate = {place.path("mx.pem")};
  settings.live.tls.key = {place.path("mx.key")};
  auto const certify = [&] {
    ASSERT_TRUE(net::make_self_signed(place.path("mx.pem"), place.path("mx.key"), {"mx.example.org"}));
  };
  net::TicketKeys tickets(settings.start.ticket_lifetime);
  certify();
  auto const first = build_config(settings, tickets);
  ASSERT_TRUE(first.errors.empty()) << all(first.errors);
  EXPECT_EQ(first.gate->policy.fallback.certificates_since, first.tls.since);
  TlsInUse const long_ago{.fingerprint = first.tls.fingerprint, .since = from_micros(1)};
  auto const same = build_config(settings, tickets, long_ago);
  EXPECT_EQ(same.gate->policy.fallback.certificates_since, from_micros(1));
  EXPECT_EQ(same.tls.fingerprint, first.tls.fingerprint);
  certify();
  auto const other = build_config(settings, tickets, long_ago);
  EXPECT_GE(other.gate->policy.fallback.certificates_since, first.tls.since) << "another certificate";
  certify();
  settings.live.tls.max_version = net::TlsVersion::v1_2;
  EXPECT_NE(build_config(settings, tickets, other.tls).tls.fingerprint, other.tls.fingerprint);
}

TEST(BuildRules, SeeAListFileChange) {
  tests::Workplace place;
  auto settings = default_settings();
  settings.live.lists.push_back({"partners", {"bank.example", "file:" + place.path("list")}, 0});
  auto const absent = state_of_list_files(settings);
  std::ofstream(place.path("list")) << "a.example\n";
  auto const written = state_of_list_files(settings);
  EXPECT_NE(written, absent);
  EXPECT_EQ(state_of_list_files(settings), written);
  std::ofstream(place.path("list")) << "a.example\nb.example\n";
  EXPECT_NE(state_of_list_files(settings), written);
}

TEST(BuildConfig, BuildsFiltersInTheirOrder) {
  auto const built = check(
      "[[filters]]\nname = \"spam\"\nkind = \"rspamd\"\nurl = \"http://127.0.0.1:11333/\"\n"
      "[[filters]]\nname = \"sign\"\nkind = \"milter\"\nsocket = \"inet:8891@localhost\"\n"
      "applies_to = \"both\"\non_failure = \"defer\"\ntimeout = 5\nmax_message = \"1MiB\"\n"
      "[[filters]]\nname = \"local\"\nkind = \"milter\"\nsocket = \"unix:/run/x.sock\"\n");
  ASSERT_TRUE(built.gate) << all(built.errors);
  auto const& filters = built.gate->filters;
  ASSERT_EQ(filters.size(), 3U);
  EXPECT_EQ(net::print(filters[0].target), "127.0.0.1:11333");
  EXPECT_EQ(filters[0].host, "127.0.0.1:11333");
  EXPECT_EQ(filters[0].on_failure, session::FilterFailure::accept_flagged);
  EXPECT_EQ(net::print(filters[1].target), "127.0.0.1:8891");
  EXPECT_EQ(filters[1].on_failure, session::FilterFailure::defer);
  EXPECT_EQ(filters[1].timeout, std::chrono::seconds(5));
  EXPECT_EQ(filters[1].max_message, 1U << 20);
  EXPECT_EQ(net::print(filters[2].target), "unix:/run/x.sock");
  policy::ConnectionFacts user;
  user.login = "alice";
  EXPECT_FALSE(filters[0].sees(user));
  EXPECT_TRUE(filters[0].sees({}));
  EXPECT_TRUE(filters[1].sees(user));
}

TEST(BuildConfig, NamesWhatIsWrongWithFilters) {
  expect_errors({
      {"[[filters]]\nkind = \"rspamd\"\nurl = \"http://127.0.0.1:1\"", "each filter needs a name of its own"},
      {"[[filters]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"", "filters.\"a\".kind: write kind"},
      {"[[filters]]\nname = \"a\"\nkind = \"rspamd\"", "where it listens is not clear"},
      {"[[filters]]\nname = \"a\"\nkind = \"rspamd\"\nurl = \"http://spam.example:11333\"",
       "with an IP address"},
      {"[[filters]]\nname = \"a\"\nkind = \"milter\"\nurl = \"http://127.0.0.1:1\"",
       "socket = \"inet:127.0.0.1:8891\""},
      {"[[filters]]\nname = \"a\"\nkind = \"milter\"\nsocket = \"inet:127.0.0.1:0\"",
       "where it listens is not clear"},
      {"[[filters]]\nname = \"a\"\nkind = \"rspamd\"\nurl = \"http://127.0.0.1:1\"\nsocket = \"unix:/x\"",
       "one is enough"},
  });
}

}  // namespace
}  // namespace postern::app
