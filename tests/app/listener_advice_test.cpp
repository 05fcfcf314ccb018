#include "app/settings/listener_advice.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/settings/dns_advice.hpp"
#include "app/settings/hostname_advice.hpp"
#include "app/settings/route_advice.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {
namespace {

struct Told {
  std::string errors;
  std::string warnings;
};

std::string all_of(std::vector<std::string> const& lines) {
  std::string out;
  for (auto const& line : lines) out += line + "\n";
  return out;
}

template <class Look>
Told told_of(std::string const& text, Look look) {
  auto const read = parse_settings(text, "dir/postern.toml");
  EXPECT_TRUE(read.errors.empty()) << text << all_of(read.errors);
  Problems problems(read.settings);
  look(read.settings, problems);
  return {.errors = all_of(problems.errors()), .warnings = all_of(problems.warnings())};
}

Told of_listeners(std::string const& text) {
  return told_of(text, [](Settings const& s, Problems& problems) { advise_about_listeners(s, problems); });
}

std::string listener(std::string const& address, std::string const& more = "") {
  return "[[listen]]\naddress = \"" + address + "\"\n" + more;
}

TEST(ListenerAdvice, TwoListenersOnOneAddressAndPortAreAnError) {
  for (auto const& [one, other] :
       std::vector<std::pair<std::string, std::string>>{{"127.0.0.1:2525", "127.0.0.1:2525"},
                                                        {"localhost:2525", "127.0.0.1:2525"},
                                                        {"0.0.0.0:2525", "192.0.2.1:2525"},
                                                        {"[2001:db8::1]:2525", "[::]:2525"}}) {
    auto const told = of_listeners(listener(one) + listener(other));
    EXPECT_NE(told.errors.find("dir/postern.toml:3: listen \"" + other + "\": listen \"" + one +
                               "\" has this address and port already"),
              std::string::npos)
        << one << ' ' << other << told.errors;
  }
  for (auto const& [one, other] :
       std::vector<std::pair<std::string, std::string>>{{"0.0.0.0:2525", "[::]:2525"},
                                                        {"127.0.0.1:2525", "127.0.0.2:2525"},
                                                        {"127.0.0.1:0", "127.0.0.1:0"}})
    EXPECT_EQ(of_listeners(listener(one) + listener(other)).errors, "") << one << ' ' << other;
  EXPECT_NE(of_listeners("[web]\naddress = \"127.0.0.1:2525\"\n").errors.find("web.address"),
            std::string::npos)
      << "the default listener is there";
}

TEST(ListenerAdvice, TellsOfPortsOnWhichClientsExpectSomethingElse) {
  std::string const submission = "role = \"submission\"\n";
  std::string const implicit = "tls = \"implicit\"\n";
  for (auto const& [text, warning] : std::vector<std::pair<std::string, std::string>>{
           {listener("127.0.0.1:465", submission), "on port 465: write tls = \"implicit\""},
           {listener("127.0.0.1:587", submission + implicit), "clients expect STARTTLS on port 587"},
           {listener("127.0.0.1:25", implicit), "clients expect STARTTLS on port 25"},
           {listener("127.0.0.1:25", submission), "write role = \"mx\""},
           {listener("127.0.0.1:587"), "write role = \"submission\""}})
    EXPECT_NE(of_listeners(text).warnings.find(warning), std::string::npos)
        << text << of_listeners(text).warnings;
  std::string const users = "[relay]\nnetworks = [\"127.0.0.0/8\"]\n";
  for (auto const& text :
       {listener("127.0.0.1:465", submission + implicit), listener("127.0.0.1:587", submission),
        listener("127.0.0.1:25"), listener("127.0.0.1:4650", implicit)})
    EXPECT_EQ(of_listeners(users + text).warnings, "") << text;
}

Told of_hostname(std::string const& name, std::string const& more = "") {
  return told_of("hostname = \"" + name + "\"\n" + more,
                 [](Settings const& s, Problems& problems) { advise_about_hostname(s, problems); });
}

TEST(HostnameAdvice, TellsOfNamesThatNobodyElseKnows) {
  for (auto const* name : {"localhost.localdomain", "server.local", "mx.LAN", "mx.home.arpa", "box.internal"})
    EXPECT_NE(of_hostname(name).warnings.find("that only this network knows"), std::string::npos) << name;
  EXPECT_EQ(of_hostname("mx.localbank.edu").warnings, "");
}

TEST(HostnameAdvice, SaysWhatIsWrongWithWhatIsNoName) {
  EXPECT_NE(of_hostname("mx.example.org.").errors.find("without the dot at its end"), std::string::npos);
  for (auto const* name : {"xn--99999999.example", "mx.xn--a.example"})
    EXPECT_NE(of_hostname(name).warnings.find("is no A-label"), std::string::npos) << name;
  EXPECT_EQ(of_hostname("xn--mnchen-3ya.example").warnings, "");
}

TEST(HostnameAdvice, TellsOfANameForExamplesWhereOthersReachTheServer) {
  EXPECT_EQ(of_hostname("mx.example.org").warnings, "");
  EXPECT_NE(of_hostname("mx.example.org", listener("0.0.0.0:25")).warnings.find("RFC 2606"),
            std::string::npos);
  EXPECT_EQ(of_hostname("mx.myexample.org", listener("0.0.0.0:25")).warnings, "");
}

Told of_dns(std::string const& text) {
  return told_of("[dns]\n" + text,
                 [](Settings const& s, Problems& problems) { check_dns(s.start.dns, problems); });
}

TEST(DnsAdvice, RefusesNameServersThatAreNone) {
  std::string const no_anchor = "trust_anchor_file = \"\"\n";
  EXPECT_NE(of_dns(no_anchor + "servers = [\"192.0.2.53:5353\"]").errors.find("write \"192.0.2.53@5353\""),
            std::string::npos);
  EXPECT_NE(of_dns(no_anchor + "servers = [\"[2001:db8::53]:53\"]").errors.find("write \"2001:db8::53@53\""),
            std::string::npos);
  for (auto const* wrong :
       {"dns.example", "192.0.2.53@", "192.0.2.53@0", "192.0.2.53@dns", "192.0.2.53@70000"})
    EXPECT_NE(
        of_dns(no_anchor + "servers = [\"" + wrong + "\"]").errors.find("not the address of a name server"),
        std::string::npos)
        << wrong;
  EXPECT_EQ(of_dns(no_anchor + "servers = [\"192.0.2.53\", \"192.0.2.53@5353\", \"2001:db8::53\"]").errors,
            "");
}

TEST(DnsAdvice, RefusesATrustAnchorThatCannotBeReadWhereTheDnsIsAsked) {
  std::string const missing = "trust_anchor_file = \"/no/such/root.key\"\n";
  EXPECT_NE(of_dns(missing).errors.find("/no/such/root.key\": No such file"), std::string::npos);
  EXPECT_EQ(of_dns(missing + "enabled = false\n").errors, "");
}

Told of_routes(std::string const& text) {
  return told_of("hostname = \"mx.example.edu\"\n" + text, [](Settings const& s, Problems& problems) {
    std::vector<policy::LocalDomain> domains;
    domains.push_back({*Domain::parse("example.org"), false, {"alice"}, {}, "discard", {}});
    policy::Directory const directory(s.live.hostname, std::move(domains), policy::OwnAddresses());
    net::Ourselves const we{
        .name = s.live.hostname,
        .interfaces = {*IpAddress::parse("192.0.2.7")},
        .listeners = {*net::Endpoint::parse("0.0.0.0:25"), *net::Endpoint::parse("127.0.0.1:2525")}};
    advise_about_routes(s, directory, we, problems);
  });
}

std::string via(std::string const& target) {
  return "[routes.\"elsewhere.example\"]\nvia = \"" + target + "\"\n";
}

TEST(RouteAdvice, TellsOfRoutesThatLeadBackToThisServer) {
  for (auto const* target : {"smtp:127.0.0.1:25", "smtp:192.0.2.7:25", "smtp:mx.example.edu:25",
                             "smtp:localhost:2525", "lmtp:127.0.0.1:2525"}) {
    EXPECT_NE(of_routes(via(target)).warnings.find("goes in a circle"), std::string::npos) << target;
    EXPECT_NE(of_routes("[domains.\"example.org\"]\nmailboxes = [\"a\"]\ndeliver = \"" + std::string(target) +
                        "\"\n")
                  .warnings.find("goes in a circle"),
              std::string::npos)
        << target;
  }
  for (auto const* target : {"smtp:192.0.2.8:25", "smtp:192.0.2.7:2525", "smtp:127.0.0.1:10025",
                             "lmtp:127.0.0.1:24", "smtp:relay.example:25", "mx"})
    EXPECT_EQ(of_routes(via(target)).warnings, "") << target;
}

TEST(RouteAdvice, TellsOfPortsOnWhichServersExpectSomethingElse) {
  EXPECT_NE(of_routes(via("smtp:relay.example:465")).warnings.find("write smtps:"), std::string::npos);
  EXPECT_NE(of_routes(via("smtps:relay.example:25")).warnings.find("write smtp:"), std::string::npos);
  EXPECT_NE(of_routes(via("smtps:relay.example:587")).warnings.find("write smtp:"), std::string::npos);
  EXPECT_EQ(of_routes(via("smtps:relay.example:465")).warnings, "");
}

TEST(RouteAdvice, TellsOfRoutesForOurOwnDomains) {
  EXPECT_NE(of_routes("[routes.\"Example.org\"]\nvia = \"mx\"\n").warnings.find("one of our own domains"),
            std::string::npos);
  EXPECT_EQ(of_routes("[routes.\"*.example.org\"]\nvia = \"mx\"\n").warnings, "");
}

TEST(RouteAdvice, TellsOfDemandsThatCannotBeMet) {
  std::string const dane = via("smtp:relay.example:25") + "tls = \"dane\"\n";
  std::string const blind = "[dns]\ntrust_anchor_file = \"\"\n";
  EXPECT_NE(of_routes(dane + blind).warnings.find("DANE never applies"), std::string::npos);
  EXPECT_NE(of_routes(dane + "[dns]\nenabled = false\n").warnings.find("DANE never applies"),
            std::string::npos);
  EXPECT_NE(of_routes(dane + "user = \"me\"\n" + blind).errors.find("the password can never be sent"),
            std::string::npos);
  EXPECT_EQ(of_routes(dane).warnings, "");
  std::string const sts = via("mx") + "tls = \"mta-sts\"\n";
  EXPECT_NE(of_routes(sts + "[mta_sts]\nenabled = false\n").warnings.find("no policies are looked for"),
            std::string::npos);
  EXPECT_EQ(of_routes(sts).warnings, "");
}

TEST(RouteAdvice, TellsOfPasswordsThatAreNotUsed) {
  EXPECT_NE(of_routes(via("smtp:relay.example:587") + "password_file = \"p\"\n")
                .warnings.find("it is not used without a user"),
            std::string::npos);
  EXPECT_NE(of_routes(via("mx") + "user = \"me\"\n").warnings.find("it is used only with via"),
            std::string::npos);
}

}  // namespace
}  // namespace postern::app
