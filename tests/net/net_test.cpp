#include <gtest/gtest.h>

#include <fstream>

#include "net/client_names.hpp"
#include "net/connector.hpp"
#include "net/deadlines.hpp"
#include "net/tls_context.hpp"
#include "support/workplace.hpp"

namespace postern::net {
namespace {

TEST(Endpoint, ParsesAndPrints) {
  for (auto const* text : {"127.0.0.1:25", "[::1]:2525", "0.0.0.0:0"})
    EXPECT_EQ(Endpoint::parse(text)->print(), text);
  EXPECT_EQ(Endpoint::parse("localhost:25")->print(), "127.0.0.1:25");
  for (auto const* text :
       {"", "127.0.0.1", "127.0.0.1:", ":25", "127.0.0.1:70000", "host:25", "127.0.0.1:2x"})
    EXPECT_FALSE(Endpoint::parse(text)) << text;
}

TEST(Certificate, IsMadeAndLoaded) {
  tests::Workplace place;
  ASSERT_TRUE(make_self_signed(place.path("c.pem"), place.path("c.key"), {"mx.example.org", "localhost"}));
  auto const loaded = load_certificate(place.path("c.pem"), place.path("c.key"));
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->names, (std::vector<std::string>{"mx.example.org", "localhost"}));
  EXPECT_EQ(spki_sha256(loaded->chain[0].get()).size(), 64U);
  EXPECT_EQ(std::filesystem::status(place.path("c.key")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(Certificate, SaysWhichFileIsWrong) {
  tests::Workplace place;
  ASSERT_TRUE(make_self_signed(place.path("a.pem"), place.path("a.key"), {"a.example"}));
  ASSERT_TRUE(make_self_signed(place.path("b.pem"), place.path("b.key"), {"b.example"}));
  std::ofstream(place.path("junk")) << "hello";
  EXPECT_NE(
      load_certificate(place.path("a.pem"), place.path("b.key")).error().find("b.key: is not the key of"),
      std::string::npos);
  EXPECT_NE(load_certificate(place.path("junk"), place.path("a.key")).error().find("no PEM certificate"),
            std::string::npos);
  EXPECT_NE(load_certificate(place.path("a.pem"), place.path("junk")).error().find("no PEM private key"),
            std::string::npos);
  EXPECT_FALSE(load_certificate(place.path("none"), place.path("a.key")));
}

TEST(TlsContext, NamesTheSettingThatIsWrong) {
  tests::Workplace place;
  ASSERT_TRUE(make_self_signed(place.path("a.pem"), place.path("a.key"), {"a.example"}));
  TicketKeys tickets(std::chrono::hours(1));
  TlsSettings settings;
  settings.certificate = {place.path("a.pem")};
  EXPECT_NE(TlsContext::make(settings, tickets).error().find("tls.key"), std::string::npos);
  settings.key = {place.path("a.key")};
  EXPECT_TRUE(TlsContext::make(settings, tickets));
  settings.ciphers = "NONSENSE";
  EXPECT_NE(TlsContext::make(settings, tickets).error().find("tls.ciphers"), std::string::npos);
  settings.ciphers = "HIGH";
  settings.groups = "nonsense";
  EXPECT_NE(TlsContext::make(settings, tickets).error().find("tls.groups"), std::string::npos);
}

TEST(Deadline, PassesOnItsLoop) {
  boost::asio::io_context context;
  DeadlineKeeper keeper(context);
  struct Limit : Deadline {
    using Deadline::Deadline;
    void expire() override { ++expired; }
    int expired = 0;
  };
  Limit soon(keeper), never(keeper);
  soon.in(std::chrono::milliseconds(1));
  never.in(std::chrono::milliseconds(1));
  never.off();
  context.run();
  EXPECT_EQ(soon.expired, 1);
  EXPECT_TRUE(soon.passed());
  EXPECT_EQ(never.expired, 0);
  EXPECT_FALSE(never.passed());
}

TEST(ClientNames, AreEmptyWhenTheDnsIsTurnedOff) {
  Counters counters;
  DnsSettings off;
  off.enabled = false;
  auto const dns = Dns::make(off);
  ClientNames names(**dns, counters);
  EXPECT_EQ(names.known_name(*IpAddress::parse("192.0.2.1")), "");
  EXPECT_FALSE(names.worth_waiting());
  DnsSettings bad;
  bad.servers = {"not an address"};
  EXPECT_FALSE(Dns::make(bad));
}

}  // namespace
}  // namespace postern::net
