#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "app/settings/build_config.hpp"
#include "app/settings/settings_docs.hpp"
#include "app/settings/settings_file.hpp"
#include "app/settings/settings_table.hpp"
#include "app/settings/why_not.hpp"

namespace postern::app {
namespace {

SettingsRead parse(std::string const& text) { return parse_settings(text, "dir/postern.toml"); }

TEST(Settings, ReadTheExampleOfTheIssue) {
  auto const read = parse(R"(
hostname = "mx.example.org"
data_dir = "/var/lib/postern"
[[listen]]
address = "0.0.0.0:25"
[[listen]]
address = "0.0.0.0:465"
tls = "implicit"
proxy = ["10.0.0.0/8"]
[tls]
certificate = ["cert.pem"]
key = ["key.pem"]
min_version = "1.0"
[domains."example.org"]
mailboxes = ["alice", "bob", "*"]
aliases = { "info" = ["alice@example.org", "x@elsewhere.example"] }
deliver = "maildir:/srv/mail/{domain}/{local}"
tls.require = "always"
[web]
address = "127.0.0.1:8025"
[relay]
networks = ["192.0.2.0/24"]
[queue]
first_retry = "2m"
)");
  EXPECT_TRUE(read.errors.empty()) << read.errors[0];
  auto const& s = read.settings;
  EXPECT_EQ(s.start.listen.size(), 2U);
  EXPECT_EQ(s.start.listen[0].role, ListenRole::mx);
  EXPECT_EQ(s.start.listen[1].tls, policy::ListenerTls::implicit);
  EXPECT_EQ(s.start.listen[1].proxies.size(), 1U);
  EXPECT_EQ(s.path(s.live.tls.certificate[0]), "dir/cert.pem");
  EXPECT_EQ(s.live.tls.min_version, net::TlsVersion::v1_0);
  EXPECT_EQ(s.live.domains[0].require_tls, policy::TlsRequirement::always);
  EXPECT_EQ(s.live.domains[0].aliases[0].second.size(), 2U);
  EXPECT_EQ(s.live.domains[0].deliver.has_value(), true);
  EXPECT_EQ(s.live.retry.first, std::chrono::minutes(2));
  EXPECT_EQ(s.live.relay_networks.size(), 1U);
}

struct ErrorCase {
  char const* text;
  char const* error;
};

TEST(Settings, ErrorsNameFileLineAndKeyAndWhatWouldBeRight) {
  for (auto const& c : std::vector<ErrorCase>{
           {"\n[tls]\nmin_version = \"1.4\"",
            "dir/postern.toml:3: tls.min_version = '1.4': not one of 1.0, 1.1, 1.2, 1.3"},
           {"frob = 1", "dir/postern.toml:1: frob: there is no such key; `postern config` lists all"},
           {"[smtp]\nmax_recipients = 5",
            "dir/postern.toml:2: smtp.max_recipients = 5: not a number from 100 to 100000"},
           {"[smtp]\nmax_message_size = \"big\"",
            "dir/postern.toml:2: smtp.max_message_size = 'big': not a size from 64KiB to 2GiB, such as "
            "\"50MiB\""},
           {"[queue]\nlifetime = \"x\"",
            "dir/postern.toml:2: queue.lifetime = 'x': not a time from 1s to 30d, such as \"5m\""},
           {"hostname = 5", "dir/postern.toml:1: hostname = 5: not a string in quotes"},
           {"listen = 5",
            "dir/postern.toml:1: listen: listeners are written [[listen]], each with an address"},
           {"[[listen]]\naddress = \"x\"",
            "dir/postern.toml:1: listen.address = \"x\": not an address with a port"},
           {"[[listen]]\naddress = \"0.0.0.0:25\"\nrole = \"x\"",
            "dir/postern.toml:3: listen.role = 'x': not one of mx"},
           {"[domains.example.org]\nmailboxes = []", "domains.example.org: write [domains.\"example.org\"]"},
           {"[relay]\nnetworks = [\"x\"]", "is not a network, such as 192.0.2.0/24"},
           {"a = ", "dir/postern.toml:1: "},
           {"[domains.\"x.example\"]\nfrob = 1",
            "dir/postern.toml:2: domains.\"x.example\".frob: there is no such key"},
           {"[domains.\"x.example\"]\naliases = { \"a\" = \"b\" }", "aliases.a: not a list of addresses"},
           {"[domains.\"x.example\"]\naliases = 5", "dir/postern.toml:2: aliases: write aliases = {"},
           {"[domains.\"x.example\"]\nmailboxes=[\"a\"]\ndeliver = \"pigeon\"",
            "dir/postern.toml:3: domains.\"x.example\".deliver = 'pigeon': not one of maildir:PATH"},
           {"domains = 5", "dir/postern.toml:1: domains: a domain is written [domains.\"example.org\"]"},
           {"[domains]\nx = 5", "dir/postern.toml:2: domains.\"x\": not a table: write [domains.\"x\"]"},
           {"routes = 5", "dir/postern.toml:1: routes: a route is written [routes.\"example.net\"]"},
           {"[routes.\"x.example\"]\nvia = \"pigeon\"",
            "dir/postern.toml:2: routes.\"x.example\".via = 'pigeon': not one of maildir:PATH"},
           {"[routes.\"x.example\"]\ntls = \"some\"",
            "dir/postern.toml:2: routes.\"x.example\".tls = 'some': not one of none, opportunistic"},
           {"rules = 5", "dir/postern.toml:1: rules: rules are written [[rules]]"},
           {"[[rules]]\nname = \"r\"\nmode = \"110%\"",
            "dir/postern.toml:3: rules.\"r\".mode = '110%': not \"observe\", \"enforce\" or a share, such as "
            "\"10%\""},
           {"[[rules]]\nname = \"r\"\ndeliver_to = \"nobody\"",
            "dir/postern.toml:3: rules.\"r\".deliver_to = 'nobody': not a mail address"},
           {"lists = 5", "dir/postern.toml:1: lists: write [lists]"},
           {"[lists]\npartners = \"a\"", "dir/postern.toml:2: lists.partners: not a list of strings"},
           {"[dns]\nenabled = 1", "dir/postern.toml:2: dns.enabled = 1: not true or false"},
           {"[dns]\nservers = [1]", "not a list of strings"},
           {"[dns]\nport = 1.5", "dir/postern.toml:2: dns.port = 1.5: not a number, 1 to 65535"},
           {"[drop]\ndirectory = \"a\"\n[maildrop]\ndirectory = \"b\"",
            "dir/postern.toml:4: maildrop.directory: maildrop.directory is given under its old name"}}) {
    auto const read = parse(c.text);
    ASSERT_FALSE(read.errors.empty()) << c.text;
    EXPECT_NE(read.errors[0].find(c.error), std::string::npos) << read.errors[0];
  }
}

TEST(Settings, NamesWithoutQuotesAreToldOfAsAWhole) {
  for (auto const& [text, errors] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"[domains.example.org]\nmailboxes = [\"a\"]",
            {"domains.example.org: write [domains.\"example.org\"]"}},
           {"[domains.mail.example.org.tls]\nrequire = \"never\"",
            {"domains.mail.example.org: write [domains.\"mail.example.org\"]"}},
           {"[domains.example.org]\nmailboxes = []\n[domains.example.net]\nmailboxes = []",
            {"domains.example.net: write", "domains.example.org: write"}},
           {"[routes.example.net]\nvia = \"mx\"", {"routes.example.net: write [routes.\"example.net\"]"}}}) {
    auto read = parse(text);
    std::sort(read.errors.begin(), read.errors.end());
    ASSERT_EQ(read.errors.size(), errors.size()) << text << read.errors[0];
    std::vector<std::string> without_place;
    for (auto const& error : read.errors) without_place.push_back(error.substr(error.find(": ") + 2));
    std::sort(without_place.begin(), without_place.end());
    for (std::size_t i = 0; i < errors.size(); ++i)
      EXPECT_TRUE(without_place[i].starts_with(errors[i])) << without_place[i];
  }
  auto const quoted = parse("[domains.\"example.org\".mtasts]\nmode = \"none\"");
  ASSERT_EQ(quoted.errors.size(), 1U);
  EXPECT_NE(quoted.errors[0].find("mtasts.mode: there is no such key; did you mean \"mta_sts.mode\"?"),
            std::string::npos)
      << quoted.errors[0];
}

TEST(Settings, AMisspeltKeyGetsTheOneThatWasMeant) {
  for (auto const& [text, meant] : std::vector<std::pair<std::string, std::string>>{
           {"hostnam = \"x\"", "hostnam: there is no such key; did you mean \"hostname\"?"},
           {"[smtp]\nmax_lin = 1024", "did you mean \"smtp.max_line\"?"},
           {"[domains.\"x.example\"]\nmailboxs = [\"a\"]", "did you mean \"mailboxes\"?"},
           {"[[listen]]\nadress = \"127.0.0.1:25\"", "did you mean \"address\"?"}}) {
    auto const read = parse(text);
    EXPECT_TRUE(std::any_of(read.errors.begin(), read.errors.end(), [&](std::string const& error) {
      return error.find(meant) != std::string::npos;
    })) << text;
  }
}

TEST(Settings, AFileThatCannotBeReadIsToldWithTheReason) {
  EXPECT_EQ(
      read_settings("/no/such/file").errors,
      std::vector<std::string>{"/no/such/file: the configuration cannot be read: No such file or directory"});
  EXPECT_EQ(read_settings("/").errors,
            std::vector<std::string>{"/: this is a directory, not a configuration file"});
  EXPECT_TRUE(settings_from("").errors.empty());
  EXPECT_NE(parse("hostname = mx.example.org").errors.at(0).find("strings stand in quotes"),
            std::string::npos);
}

TEST(Settings, WhoMayNotIsToldToBeTheServersUser) {
  EXPECT_NE(why_not(EACCES).find("sudo -u postern"), std::string::npos);
  EXPECT_EQ(why_not(ENOENT).find("sudo"), std::string::npos);
}

TEST(Settings, ChecksFindWhatIsWrongBeyondTheGrammar) {
  auto const error_of = [](std::string const& text) {
    auto const built = check_config(parse(text).settings);
    return built.errors.empty() ? std::string() : built.errors[0];
  };
  EXPECT_EQ(error_of(""), "");
  EXPECT_NE(error_of("[domains.\"x.example\"]\naliases = { \"a\" = [\"b@x.example\"] }")
                .find("\"b@x.example\" is no mailbox here"),
            std::string::npos);
  EXPECT_NE(
      error_of("[domains.\"x.example\"]\naliases = { \"a\" = [\"b@x.example\"], \"b\" = [\"a@x.example\"] }")
          .find("leads back to itself"),
      std::string::npos);
  EXPECT_NE(error_of("[domains.\"x.example\"]\nmailboxes_file = \"/no/such/file\"").find("cannot be read"),
            std::string::npos);
  EXPECT_NE(
      error_of("[tls]\ncertificate = [\"/no/such.pem\"]\nkey = [\"/no/such.key\"]").find("/no/such.pem"),
      std::string::npos);
  EXPECT_NE(error_of("hostname = \"not a name\"\n[domains.\"x.example\"]").find("hostname"),
            std::string::npos);
}

TEST(Settings, ChecksWarnOfWhatRfc3207Forbids) {
  for (auto const* text : {"[tls]\nrequire = \"always\"",
                           "[domains.\"x.example\"]\nmailboxes = [\"a\"]\ntls.require = \"always\""}) {
    auto const built = check_config(parse(text).settings);
    EXPECT_EQ(std::count_if(
                  built.warnings.begin(), built.warnings.end(),
                  [](auto const& warning) { return warning.find("MUST NOT require") != std::string::npos; }),
              1);
  }
}

TEST(Settings, DefaultsServeWithoutAConfiguration) {
  auto const settings = default_settings();
  EXPECT_EQ(settings.start.listen.at(0).address, "127.0.0.1:2525");
  EXPECT_EQ(settings.start.web_address, "127.0.0.1:8025");
  EXPECT_TRUE(check_config(settings).errors.empty());
  EXPECT_FALSE(settings.live.domains.empty());
}

TEST(Settings, TheOriginIsTheFirstDomainOfTheFileUnlessItIsNamed) {
  EXPECT_EQ(origin_of(parse("hostname = \"mx.example\"").settings.live), "mx.example");
  std::string const domains = "[domains.\"z.example\"]\nmailboxes=[\"a\"]\n[domains.\"a.example\"]\n";
  EXPECT_EQ(origin_of(parse(domains).settings.live), "z.example");
  EXPECT_EQ(origin_of(parse("[send]\norigin = \"o.example\"\n" + domains).settings.live), "o.example");
  auto const built = check_config(parse("[send]\norigin = \"not a name\"").settings);
  ASSERT_EQ(built.errors.size(), 1U);
  EXPECT_EQ(built.errors[0], "dir/postern.toml: send.origin = \"not a name\": not a domain name");
}

policy::RecipientClass standing_of(std::string const& text, std::string const& domain,
                                   std::string const& local) {
  auto const built = check_config(parse(text).settings);
  EXPECT_TRUE(built.errors.empty()) << built.errors[0];
  return built.gate->policy.directory.standing(Address(local, *Domain::parse(domain)));
}

TEST(Settings, RootAndMailerDaemonOfTheOriginAreThePostmasterUnlessTheOwnerSaysOtherwise) {
  using policy::RecipientClass;
  std::string const two =
      "[domains.\"b.example\"]\nmailboxes=[\"alice\"]\n[domains.\"a.example\"]\nmailboxes=[\"bob\"]\n";
  for (std::string const local : {"root", "mailer-daemon"}) {
    EXPECT_EQ(standing_of(two, "b.example", local), RecipientClass::alias) << local;
    EXPECT_EQ(standing_of(two, "a.example", local), RecipientClass::unknown) << local;
    EXPECT_EQ(standing_of("[send]\norigin = \"elsewhere.example\"\n" + two, "b.example", local),
              RecipientClass::unknown);
    EXPECT_EQ(standing_of("[domains.\"b.example\"]\nmailboxes=[\"" + local + "\"]", "b.example", local),
              RecipientClass::mailbox);
    EXPECT_EQ(standing_of("[domains.\"b.example\"]\nmailboxes=[\"*\"]", "b.example", local),
              RecipientClass::mailbox);
  }
  auto const built = check_config(parse(two).settings);
  auto const target = built.gate->policy.directory.expand(Address("root", *Domain::parse("b.example")));
  ASSERT_TRUE(target);
  ASSERT_EQ(target->size(), 1U);
  EXPECT_EQ(target->front().print(), "postmaster@b.example");
  EXPECT_EQ(built.gate->policy.directory.mailbox_of(target->front()), "alice");
  auto const owned = check_config(
      parse("[domains.\"b.example\"]\nmailboxes=[\"alice\"]\naliases={\"root\"=[\"alice@b.example\"]}")
          .settings);
  auto const said = owned.gate->policy.directory.expand(Address("root", *Domain::parse("b.example")));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->front().print(), "alice@b.example");
}

TEST(Settings, OldNamesOfKeysStillWorkAndAreNamed) {
  auto const read = parse("[drop]\ndirectory = \"/srv/drop\"\n[tls]\nmemory = { patience = \"2s\" }");
  ASSERT_TRUE(read.errors.empty()) << read.errors[0];
  EXPECT_EQ(read.settings.maildrop_directory(), "/srv/drop");
  EXPECT_EQ(read.settings.live.memory.grace_period, std::chrono::seconds(2));
  ASSERT_EQ(read.warnings.size(), 2U);
  EXPECT_EQ(
      read.warnings[0],
      "dir/postern.toml:2: drop.directory: this name is old, though it works: write maildrop.directory");
  EXPECT_EQ(read.warnings[1],
            "dir/postern.toml:4: tls.memory.patience: this name is old, though it works: write "
            "tls.memory.grace_period");
}

TEST(Settings, EachOldNameStandsForAKeyThatExistsAndIsNoKeyItself) {
  auto const keys = general_keys();
  for (auto const& renamed : renamed_keys()) {
    auto const named = [&](std::string_view name) {
      return std::any_of(keys.begin(), keys.end(), [&](auto const& key) { return key.name == name; });
    };
    EXPECT_TRUE(named(renamed.name)) << renamed.name;
    EXPECT_FALSE(named(renamed.before)) << renamed.before;
  }
}

TEST(SettingsTable, WritesEachSectionInOnePieceAndNoKeyTwice) {
  std::vector<std::string> sections;
  std::set<std::string> names;
  for (auto const& key : general_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    auto const dot = key.name.find('.');
    auto const section = dot == std::string::npos ? std::string() : key.name.substr(0, dot);
    if (sections.empty() || sections.back() != section) sections.push_back(section);
  }
  EXPECT_EQ(std::set<std::string>(sections.begin(), sections.end()).size(), sections.size());
}

TEST(SettingsDocs, SayOfEachKeyWhatAChangeNeeds) {
  auto const page = settings_page();
  EXPECT_NE(page.find("| `hostname` | `\"\"` | live |"), std::string::npos);
  EXPECT_NE(page.find("| `data_dir` | `\"postern-data\"` | restart |"), std::string::npos);
  EXPECT_NE(page.find("| `role` | `\"mx\"` | restart |"), std::string::npos);
}

TEST(SettingsDocs, PrintAFileThatReadsAsTheDefaults) {
  auto const read = parse(settings_as_toml());
  EXPECT_TRUE(read.errors.empty()) << read.errors[0];
  Settings const defaults;
  for (auto const& key : general_keys())
    if (key.name != "hostname") EXPECT_EQ(key.print(read.settings), key.print(defaults)) << key.name;
}

}  // namespace
}  // namespace postern::app
