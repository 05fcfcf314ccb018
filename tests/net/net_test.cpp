#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <fstream>
#include <set>

#include "net/client_names.hpp"
#include "net/connector.hpp"
#include "net/deadlines.hpp"
#include "net/mx_hosts.hpp"
#include "net/tls_context.hpp"
#include "support/test_loop.hpp"
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
  EXPECT_EQ(names.known_name(*IpAddress::parse("192.0.2.1"))->name, "");
  EXPECT_FALSE(names.worth_waiting());
  DnsSettings bad;
  bad.servers = {"not an address"};
  EXPECT_FALSE(Dns::make(bad));
}

Endpoint loopback(std::uint16_t port) { return {*IpAddress::parse("127.0.0.1"), port}; }

// A port where somebody listens; without `accepting`, nobody can get in and nobody is refused.
class Ear {
 public:
  explicit Ear(bool accepting) {
    acceptor_.bind({boost::asio::ip::make_address("127.0.0.1"), 0});
    acceptor_.listen(accepting ? 16 : 0);
    if (accepting) return;
    for (auto& filler : fillers_) {
      filler.open(boost::asio::ip::tcp::v4());
      filler.native_non_blocking(true);  // Asio's own connect would wait for those that nobody lets in
      auto const at = acceptor_.local_endpoint();
      static_cast<void>(::connect(filler.native_handle(), at.data(), static_cast<socklen_t>(at.size())));
    }
  }
  Endpoint endpoint() { return loopback(acceptor_.local_endpoint().port()); }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_, boost::asio::ip::tcp::v4()};
  std::array<boost::asio::ip::tcp::socket, 3> fillers_{boost::asio::ip::tcp::socket(context_),
                                                       boost::asio::ip::tcp::socket(context_),
                                                       boost::asio::ip::tcp::socket(context_)};
};

Task<void> run_first(std::vector<Endpoint> endpoints, Duration limit, std::string* peer) {
  auto const connected = co_await connect_first(std::move(endpoints), std::chrono::milliseconds(20), limit);
  *peer = connected ? connected->peer.print() : "none: " + connected.error().print();
}

std::string first_of(std::vector<Endpoint> endpoints, Duration limit) {
  tests::TestLoop test;
  std::string peer;
  bool ended = false;
  test.spawn(run_first(std::move(endpoints), limit, &peer), &ended);
  test.run_until([&] { return ended; });
  return peer;
}

TEST(ConnectFirst, TakesTheFirstThatAnswers) {  // RFC 8305 section 5
  Ear silent(false);
  Ear open(true);
  Endpoint refusing = loopback(1);
  auto const limit = std::chrono::seconds(10);
  EXPECT_EQ(first_of({open.endpoint()}, limit), open.endpoint().print());
  EXPECT_EQ(first_of({refusing, open.endpoint()}, limit), open.endpoint().print());
  EXPECT_EQ(first_of({silent.endpoint(), refusing, open.endpoint()}, limit), open.endpoint().print());
  EXPECT_NE(first_of({refusing}, limit).find("refused"), std::string::npos);
  EXPECT_EQ(first_of({silent.endpoint(), refusing}, std::chrono::milliseconds(300)).substr(0, 5), "none:");
}

TEST(MailHosts, AreTriedByPreferenceAndInRandomOrderAmongEquals) {  // RFC 5321 section 5.1
  class Counting : public Random {
   public:
    std::uint64_t next() override { return value_++; }

   private:
    std::uint64_t value_ = 0;
  } random;
  std::vector<wire::MxRecord> const records{{20, "c"}, {10, "a"}, {10, "b"}, {30, "own"}, {40, "d"}};
  std::set<std::string> first;
  for (int i = 0; i < 20; ++i) {
    auto const hosts = in_order(records, "own", random);
    ASSERT_EQ(hosts.size(), 3U) << "none that is no better than ourselves";
    EXPECT_EQ(hosts[2].name, "c");
    first.insert(hosts[0].name);
  }
  EXPECT_EQ(first, (std::set<std::string>{"a", "b"}));
  EXPECT_TRUE(in_order({{10, "own"}, {20, "b"}}, "own", random).empty());
}

}  // namespace
}  // namespace postern::net
