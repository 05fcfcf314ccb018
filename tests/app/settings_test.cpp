#include <gtest/gtest.h>

#include <filesystem>

#include "app/settings/build_config.hpp"
#include "app/settings/settings_docs.hpp"
#include "app/settings/settings_file.hpp"
#include "app/settings/settings_table.hpp"

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
  EXPECT_EQ(s.listen.size(), 2U);
  EXPECT_EQ(s.listen[1].tls, policy::ListenerTls::implicit);
  EXPECT_EQ(s.listen[1].proxies.size(), 1U);
  EXPECT_EQ(s.path(s.tls.certificate[0]), "dir/cert.pem");
  EXPECT_EQ(s.tls.min_version, net::TlsVersion::v1_0);
  EXPECT_EQ(s.domains[0].require_tls, policy::TlsRequirement::always);
  EXPECT_EQ(s.domains[0].aliases[0].second.size(), 2U);
  EXPECT_EQ(s.retry.first, std::chrono::minutes(2));
  EXPECT_EQ(s.relay_networks.size(), 1U);
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
           {"hostname = 5", "dir/postern.toml:1: hostname = 5: not a text in quotes"},
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
           {"[domains.\"x.example\"]\naliases = { \"a\" = \"b\" }", "aliases.a: not a list of addresses"}}) {
    auto const read = parse(c.text);
    ASSERT_FALSE(read.errors.empty()) << c.text;
    EXPECT_NE(read.errors[0].find(c.error), std::string::npos) << read.errors[0];
  }
}

TEST(Settings, ChecksFindWhatIsWrongBeyondTheGrammar) {
  auto const error_of = [](std::string const& text) {
    auto const built = check_config(parse(text).settings);
    return built.errors.empty() ? std::string() : built.errors[0];
  };
  EXPECT_EQ(error_of(""), "");
  EXPECT_NE(error_of("[domains.\"x.example\"]\nmailboxes=[\"a\"]\ndeliver = \"pigeon\"")
                .find("postern.toml:1: domains.\"x.example\".deliver = \"pigeon\""),
            std::string::npos);
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
  EXPECT_NE(error_of("hostname = \"not a name\"").find("hostname"), std::string::npos);
}

TEST(Settings, ChecksWarnOfWhatRfc3207Forbids) {
  for (auto const* text : {"[tls]\nrequire = \"always\"",
                           "[domains.\"x.example\"]\nmailboxes = [\"a\"]\ntls.require = \"always\""}) {
    auto const built = check_config(parse(text).settings);
    ASSERT_EQ(built.warnings.size(), 1U);
    EXPECT_NE(built.warnings[0].find("MUST NOT require"), std::string::npos);
  }
}

TEST(Settings, DefaultsServeWithoutAConfiguration) {
  auto const settings = default_settings();
  EXPECT_EQ(settings.listen.at(0).address, "127.0.0.1:2525");
  EXPECT_EQ(settings.web_address, "127.0.0.1:8025");
  EXPECT_TRUE(check_config(settings).errors.empty());
  EXPECT_FALSE(settings.domains.empty());
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
