#include "app/settings/advice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/server/certificate_watch.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/certificate_advice.hpp"
#include "app/settings/settings_file.hpp"
#include "net/certificate.hpp"
#include "net/wall_clock.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

using Lines = std::vector<std::string>;

bool tells(Lines const& lines, std::string const& text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](auto const& line) { return line.find(text) != std::string::npos; });
}

std::string joined(Lines const& lines) {
  std::string out;
  for (auto const& line : lines) out += line + "\n";
  return out;
}

// A configuration beside the files that it names.
class Advice : public testing::Test {
 protected:
  Advice() { write("users", "alice:$6$salt$hash\n", std::filesystem::perms::owner_read); }

  void write(std::string const& name, std::string const& text, std::filesystem::perms readers) {
    std::ofstream(place_.path(name)) << text;
    std::filesystem::permissions(place_.path(name), readers | std::filesystem::perms::owner_write);
  }
  BuiltConfig check(std::string const& text) const {
    auto const read = parse_settings(base_ + text, place_.path("postern.toml"));
    EXPECT_TRUE(read.errors.empty()) << joined(read.errors);
    return check_config(read.settings);
  }
  void expect_warning(std::string const& text, std::string const& warning) const {
    auto const built = check(text);
    EXPECT_TRUE(built.errors.empty()) << text << joined(built.errors);
    EXPECT_TRUE(tells(built.warnings, warning)) << text << "\ngave:\n" << joined(built.warnings);
  }
  void expect_none(std::string const& text) const {
    auto const built = check(text);
    EXPECT_TRUE(built.errors.empty()) << text << joined(built.errors);
    EXPECT_TRUE(built.warnings.empty()) << text << "\ngave:\n" << joined(built.warnings);
  }

  tests::Workplace place_;
  std::string base_ = "hostname = \"mx.example.org\"\n";
};

std::string const two_mailboxes = "[domains.\"example.org\"]\nmailboxes = [\"alice\", \"bob\"]\n";

TEST_F(Advice, IsNotGivenWhereNothingIsWrong) {
  expect_none("");
  base_ = "hostname = \"mx.example.edu\"\n";  // not one of RFC 2606's names
  expect_none(
      two_mailboxes +
      "deliver = \"maildir:mail/{domain}/{local}\"\ntlsrpt.rua = [\"mailto:alice@example.org\", "
      "\"mailto:tls@elsewhere.example\"]\n"
      "[relay]\nnetworks = [\"127.0.0.0/8\", \"10.0.0.0/8\", \"fd00::/8\", \"::1\", \"198.51.100.7\"]\n"
      "[auth]\nusers_file = \"users\"\n[[listen]]\naddress = \"0.0.0.0:587\"\nrole = \"submission\"\n"
      "[[listen]]\naddress = \"0.0.0.0:25\"\n[notices]\nmailboxes = [\"alice@example.org\"]\n");
}

TEST_F(Advice, OpenRelaysAreErrors) {
  for (auto const* network : {"0.0.0.0/0", "::/0", "128.0.0.0/1", "2000::/3"}) {
    auto const built = check("[relay]\nnetworks = [\"" + std::string(network) + "\"]\n");
    EXPECT_TRUE(tells(built.errors, "this is an open relay")) << network << joined(built.errors);
  }
  expect_warning("[relay]\nnetworks = [\"198.51.100.0/24\"]\n",
                 "relay.networks: 198.51.100.0/24 is a public network");
}

TEST_F(Advice, TellsOfListenersThatNobodyCanUse) {
  std::string const submission = "[[listen]]\naddress = \"0.0.0.0:587\"\nrole = \"submission\"\n";
  expect_warning(submission, "nobody can send here");
  expect_warning(submission + "tls = \"none\"\n[auth]\nusers_file = \"users\"\n", "nobody can log in");
  expect_warning("[[listen]]\naddress = \"0.0.0.0:25\"\n", "there are no [domains]");
  expect_warning("[[listen]]\naddress = \"0.0.0.0:25\"\nproxy = [\"0.0.0.0/0\"]\n" + two_mailboxes,
                 "he is any client");
  expect_warning("[auth]\nusers_file = \"users\"\n", "no listener with role = \"submission\"");
  expect_warning("[auth]\nmay_send_as = [\"alice *\"]\n", "auth.may_send_as: nobody can log in");
}

TEST_F(Advice, TellsOfUsersThatNobodyCanBe) {
  write("users", "alice:secret\nbob:{SHA512-CRYPT}$6$salt$hash\ncarol:$6$salt$hash\n",
        std::filesystem::perms::owner_read);
  std::string const users =
      two_mailboxes +
      "[auth]\nusers_file = \"users\"\n%\n[[listen]]\naddress = \"0.0.0.0:587\"\nrole = "
      "\"submission\"\n";
  auto const with = [&](std::string const& more) {
    auto text = users;
    return text.replace(text.find('%'), 1, more);
  };
  expect_warning(with(""), "the hash of \"alice\" is none that crypt(3) makes");
  expect_warning(with(""), "the hash of \"bob\" is none that crypt(3) makes");
  expect_warning(with(""), "\"carol\" is no mailbox or alias here");
  auto const granted = check(with("may_send_as = [\"carol sales@example.org\"]"));
  EXPECT_FALSE(tells(granted.warnings, "carol")) << joined(granted.warnings);
  expect_warning(with("may_send_as = [\"dave sales@example.org\"]"), "there is no user \"dave\"");
  EXPECT_FALSE(tells(check(with("senders = \"any\"")).warnings, "carol"));
}

TEST_F(Advice, TellsOfAliasesThatDifferInCaseOnly) {
  expect_warning(
      two_mailboxes + "aliases = { \"Info\" = [\"alice@example.org\"], \"info\" = [\"bob@example.org\"] }\n",
      "\"Info\" and \"info\" are one address");
  expect_none(two_mailboxes +
              "aliases = { \"info\" = [\"alice@example.org\"], \"inform\" = [\"bob@example.org\"] }\n");
}

TEST_F(Advice, TellsOfTimesOfTheQueueThatContradictEachOther) {
  std::string const short_life = "[queue]\nlifetime = \"1h\"\n";
  expect_none(short_life);
  expect_warning(short_life + "max_retry = \"2h\"\n", "queue.max_retry = \"2h\" is not shorter than");
  expect_warning(short_life + "delay_notice = \"1h\"\n", "queue.delay_notice = \"1h\" is not shorter than");
  expect_warning(short_life + "first_retry = \"90m\"\nmax_retry = \"90m\"\n",
                 "queue.first_retry = \"90m\" is not shorter than");
}

TEST_F(Advice, RefusesExceptionsThatAreNone) {
  for (auto const* written : {"alice", "alice sales", "alice sales@example.org,x@example.org", ""}) {
    auto const built = check("[auth]\nmay_send_as = [\"" + std::string(written) + "\"]\n");
    EXPECT_TRUE(tells(built.errors, "auth.may_send_as: ")) << written;
  }
  auto const built = check("[auth]\nmay_send_as = [\"Alice Sales@Example.org  @example.net\", \"bob *\"]\n");
  ASSERT_TRUE(built.gate);
  auto const& grants = built.gate->policy.may_send_as;
  EXPECT_EQ(grants.at("alice"), (Lines{"sales@example.org", "@example.net"}));
  EXPECT_EQ(grants.at("bob"), Lines{"*"});
  EXPECT_EQ(built.gate->policy.senders, policy::Senders::own);
}

TEST_F(Advice, TellsOfMailboxesThatShareAMaildirAndOfUnknownWords) {
  for (auto const* path : {"mail/{domian}/{local}", "mail/{user}", "mail/{local"}) {
    auto const built = check(two_mailboxes + "deliver = \"maildir:" + path + "\"\n");
    EXPECT_TRUE(tells(built.errors, "only {domain} and {local} are known")) << path;
  }
  expect_warning(two_mailboxes + "deliver = \"maildir:mail/all\"\n", "the path lacks {local}");
  std::string const both =
      "deliver = \"maildir:mail/{local}\"\n[domains.\"example.net\"]\nmailboxes = [\"bob\"]\n";
  expect_warning(two_mailboxes + both + "deliver = \"maildir:mail/{local}\"\n", "the path lacks {domain}");
  expect_none(two_mailboxes + both + "deliver = \"maildir:net/{local}\"\n");
  expect_none("[domains.\"example.org\"]\nmailboxes = [\"alice\"]\ndeliver = \"maildir:mail/all\"\n");
}

TEST_F(Advice, TellsOfAddressesThatNobodyHas) {
  expect_warning(two_mailboxes + "tlsrpt.rua = [\"mailto:tls@example.org\"]\n",
                 "\"tls@example.org\" is no mailbox here");
  expect_warning(two_mailboxes + "[notices]\nmailboxes = [\"carol@example.org\"]\n",
                 "\"carol@example.org\" is no mailbox");
  expect_warning(two_mailboxes + "[notices]\npostmaster = \"carol@example.org\"\n", "notices.postmaster: ");
  expect_warning(
      "[domains.\"example.org\"]\naliases = { \"a\" = [\"x@elsewhere.example\"] }\n[notices]\nmailboxes = "
      "[\"*\"]\n",
      "there is no mailbox here");
  expect_warning(
      two_mailboxes +
          "[notices]\nmailboxes = [\"*\"]\n[[listen]]\naddress = \"127.0.0.1:10040\"\nrole = \"policy\"\n",
      "notices.contact: ");
}

TEST_F(Advice, TellsOfSecretsThatEverybodyCanRead) {
  write("users", "alice:$6$salt$hash\n", std::filesystem::perms::all);
  expect_warning("[auth]\nusers_file = \"users\"\n", "every user of this system can read users");
}

class CertificateAdvice : public Advice {
 protected:
  CertificateAdvice() {
    EXPECT_TRUE(net::make_self_signed(place_.path("cert.pem"), place_.path("cert.key"), {"mx.example.org"}));
  }
  Lines at(Duration later, std::string const& text = "") const {
    auto const read = parse_settings(base_ + text + tls_, place_.path("postern.toml"));
    Problems problems(read.settings);
    advise_about_certificates(read.settings, net::wall_clock() + later, problems);
    notes_ = problems.notes();
    return problems.warnings();
  }

  std::string tls_ = "[tls]\ncertificate = [\"cert.pem\"]\nkey = [\"cert.key\"]\n";
  Lines mutable notes_;
};

constexpr auto a_day = std::chrono::hours(24);

TEST_F(CertificateAdvice, IsAboutTheTimeThatIsLeft) {  // it is made for ten years
  EXPECT_TRUE(at({}).empty()) << joined(at({}));
  EXPECT_TRUE(at(a_day * 3600).empty());
  EXPECT_TRUE(tells(at(a_day * 3640), "cert.pem expires in 9 days")) << joined(at(a_day * 3640));
  EXPECT_TRUE(tells(at(a_day * 3651), "cert.pem has expired on "));
  EXPECT_TRUE(tells(at(a_day * -2), "cert.pem is good only from "));
}

TEST_F(CertificateAdvice, IsAboutNames) {
  base_ = "hostname = \"mail.example.org\"\n";
  EXPECT_TRUE(tells(at({}), "none is for mail.example.org (hostname)"));
  base_ = "hostname = \"mx.example.org\"\n";
  auto const lines = at({},
                        "[domains.\"example.org\"]\nmailboxes = [\"a\"]\nmta_sts.mode = \"testing\"\n"
                        "[[listen]]\naddress = \"0.0.0.0:443\"\nrole = \"https\"\n");
  EXPECT_TRUE(tells(lines, "none is for mta-sts.example.org")) << joined(lines);
  EXPECT_TRUE(tells(notes_, "none has an RSA key"));
}

TEST_F(CertificateAdvice, IsLoggedAndCounted) {
  auto const read = parse_settings(base_ + tls_, place_.path("postern.toml"));
  tell_of_certificates(read.settings, net::wall_clock(), place_.log, place_.counters);
  EXPECT_FALSE(place_.log.mentions("certificate-expires"));
  EXPECT_GT(place_.counters.certificate_expiry.load(), 0);
  tell_of_certificates(read.settings, net::wall_clock() + a_day * 3640, place_.log, place_.counters);
  EXPECT_TRUE(place_.log.mentions("level=warning event=certificate-expires days=9 file=cert.pem"));
}

}  // namespace
}  // namespace postern::app
