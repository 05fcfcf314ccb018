// How connections begin: the PROXY header, and TLS from the first byte behind it.
#include "session/connection_opening.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>

#include "net/certificate.hpp"
#include "net/ticket_keys.hpp"
#include "session/server_session.hpp"
#include "support/fake_services.hpp"

namespace postern::session {
namespace {

constexpr std::string_view tcp4_header = "PROXY TCP4 203.0.113.7 192.0.2.25 4711 465\r\n";

net::Task<void> hold(std::shared_ptr<Session> session) { co_await session->converse(); }

enum class Trust : std::uint8_t { everybody, nobody };

// A TLS client whose bytes go where the test takes them.
class TlsClientInMemory {
 public:
  explicit TlsClientInMemory(Trust trust = Trust::everybody, int newest = TLS1_3_VERSION)
      : context_(::SSL_CTX_new(::TLS_client_method())) {
    if (trust == Trust::nobody) ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_security_level(context_.get(), 0);
    ::SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    ::SSL_CTX_set_max_proto_version(context_.get(), newest);
    ssl_.reset(::SSL_new(context_.get()));
    ::SSL_set_bio(ssl_.get(), ::BIO_new(::BIO_s_mem()), ::BIO_new(::BIO_s_mem()));
    ::SSL_set_connect_state(ssl_.get());
  }

  void take(std::string_view bytes) {
    if (!bytes.empty()) ::BIO_write(::SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string give() {  // goes on with the handshake, and gives what is to be sent
    ::SSL_do_handshake(ssl_.get());
    return sent();
  }
  std::string say(std::string_view text) {
    ::SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    return sent();
  }
  std::string hear() {
    std::array<char, 4096> text{};
    int const count = ::SSL_read(ssl_.get(), text.data(), static_cast<int>(text.size()));
    return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : std::string();
  }
  bool done() const { return ::SSL_is_init_finished(ssl_.get()) == 1; }

 private:
  std::string sent() {
    std::array<char, 16384> bytes{};
    std::string all;
    for (int count = 0;
         (count = ::BIO_read(::SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()))) > 0;)
      all.append(bytes.data(), static_cast<std::size_t>(count));
    return all;
  }

  net::OpensslPtr<SSL_CTX> context_;
  net::OpensslPtr<SSL> ssl_;
};

class Openings : public testing::Test {
 protected:
  Openings() {
    config_->policy.checks_spf = false;
    listener_.address = "192.0.2.25:25";
    listener_.proxies = {*Network::parse("198.51.100.0/24")};
  }
  ~Openings() override {
    if (!session_) return;
    session_->cut();
    test_.settle();
  }

  void use_tls(policy::ListenerTls how) {
    net::TlsSettings settings;
    settings.certificate = {fakes_.place.path("mx.pem")};
    settings.key = {fakes_.place.path("mx.key")};
    ASSERT_TRUE(net::make_self_signed(settings.certificate[0], settings.key[0], {"mx.example.org"}));
    auto context = net::TlsContext::make(settings, tickets_);
    ASSERT_TRUE(context) << context.error();
    config_->tls = *context;
    listener_.tls = how;
  }
  void begin(std::string_view peer = "198.51.100.1") {
    session_ = std::make_shared<ServerSession>(test_.loop, std::move(client_.near),
                                               net::Endpoint{*IpAddress::parse(peer), 25025}, listener_,
                                               config_, fakes_.services());
    test_.spawn(hold(session_), &ended_);
    test_.settle();
  }
  std::string exchange(std::string_view bytes) {
    client_.say(bytes);
    test_.settle();
    return client_.hear();
  }
  // The handshake behind what has been said already.
  void shake_hands(TlsClientInMemory& tls, std::string const& ahead) {
    tls.take(exchange(ahead + tls.give()));
    for (int turn = 0; turn < 5 && !ended_ && !tls.done(); ++turn) tls.take(exchange(tls.give()));
    tls.take(exchange(tls.give()));
  }
  bool log_mentions(std::string_view text) { return fakes_.place.log.mentions(text); }
  std::uint64_t count(Count what) { return fakes_.place.counters.get(what); }

  tests::FakeServices fakes_;
  net::TicketKeys tickets_{std::chrono::hours(1)};
  ListenerConfig listener_;
  std::shared_ptr<GateConfig> config_ = tests::FakeServices::config();
  tests::TestLoop test_;
  tests::SocketPair client_{test_.loop};
  std::shared_ptr<Session> session_;
  bool ended_ = false;
};

TEST_F(Openings, TakeAClientHelloThatComesWithTheProxyHeader) {
  use_tls(policy::ListenerTls::implicit);
  begin();
  TlsClientInMemory tls;
  shake_hands(tls, std::string(tcp4_header));
  ASSERT_TRUE(tls.done());
  EXPECT_EQ(tls.hear().substr(0, 18), "220 mx.example.org");
  session_->cut();
  test_.settle();
  EXPECT_TRUE(log_mentions("client=203.0.113.7"));
  EXPECT_EQ(count(Count::tls_injections), 0U);
}

TEST_F(Openings, TakeTheProxyHeaderHoweverItIsCut) {
  use_tls(policy::ListenerTls::implicit);
  begin();
  for (char const byte : tcp4_header) EXPECT_EQ(exchange(std::string_view(&byte, 1)), "");
  TlsClientInMemory tls;
  shake_hands(tls, "");
  ASSERT_TRUE(tls.done());
  EXPECT_EQ(tls.hear().substr(0, 4), "220 ");
}

TEST_F(Openings, NeverRunWhatStandsBetweenTheHeaderAndTheClientHello) {  // RFC 3207 section 4.2
  use_tls(policy::ListenerTls::implicit);
  begin();
  TlsClientInMemory tls;
  auto const said = exchange(std::string(tcp4_header) +
                             "EHLO injected.example\r\nMAIL FROM:<evil@far.example>\r\n" + tls.give());
  EXPECT_EQ(said.find("220"), std::string::npos);
  EXPECT_EQ(said.find("250"), std::string::npos);
  EXPECT_TRUE(ended_) << "the handshake has failed";
  EXPECT_EQ(count(Count::tls_failures), 1U);
  EXPECT_FALSE(log_mentions("helo=injected.example"));
  EXPECT_TRUE(log_mentions("commands=0"));
}

TEST_F(Openings, ServeWhatComesInTheClearBehindTheHeader) {
  begin();
  auto const said = exchange(std::string(tcp4_header) + "EHLO client.example\r\n");
  EXPECT_EQ(said.substr(0, 18), "220 mx.example.org");
  EXPECT_NE(said.find("250"), std::string::npos);
}

TEST_F(Openings, ServeUnixSocketsWithTheAddressOfTheConnection) {
  begin();
  std::string header("\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd8", 16);
  header += std::string(216, '\0');
  EXPECT_EQ(exchange(header).substr(0, 4), "220 ");
  session_->cut();
  test_.settle();
  EXPECT_TRUE(log_mentions("client=198.51.100.1"));
}

TEST_F(Openings, ServeHeadersWithManyTlvs) {
  begin();
  std::string header("\r\n\r\n\0\r\nQUIT\n\x21\x11\x40\0\xcb\0\x71\7\xc0\0\2\x19\x12\x67\0\x19", 28);
  header += std::string(0x4000 - 12, '\4');
  EXPECT_EQ(exchange(header + "NOOP\r\n").substr(0, 4), "220 ");
}

TEST_F(Openings, SayInTheLogWhyAConnectionIsRefused) {
  begin();
  EXPECT_EQ(exchange("EHLO client.example\r\n"), "");
  EXPECT_TRUE(ended_);
  EXPECT_TRUE(log_mentions("event=proxy-refused"));
  EXPECT_TRUE(log_mentions("reason=\"what came is not a PROXY header\""));
  EXPECT_EQ(count(Count::connections_refused), 1U);
}

TEST_F(Openings, RefuseWhoIsNoProxyOfTheListener) {
  begin("203.0.113.99");
  EXPECT_TRUE(ended_);
  EXPECT_EQ(client_.hear(), "");
  EXPECT_TRUE(log_mentions("does not come from one of the proxies"));
}

TEST_F(Openings, RefuseWhoHangsUpInTheHeader) {
  begin();
  exchange("PROXY TCP4 203");
  client_.hang_up();
  test_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_TRUE(log_mentions("the connection ended before its PROXY header"));
}

TEST_F(Openings, KnowClientsThatEndTheHandshakeForOurCertificate) {
  use_tls(policy::ListenerTls::implicit);
  begin();
  TlsClientInMemory careful(Trust::nobody);
  shake_hands(careful, std::string(tcp4_header));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(count(Count::tls_failures), 1U);
  EXPECT_EQ(count(Count::tls_distrusted), 1U);
}

TEST_F(Openings, KnowThemWithOlderTlsToo) {
  use_tls(policy::ListenerTls::implicit);
  begin();
  TlsClientInMemory careful(Trust::nobody, TLS1_2_VERSION);
  shake_hands(careful, std::string(tcp4_header));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(count(Count::tls_distrusted), 1U);
}

TEST_F(Openings, DoNotTakeAFailedHandshakeForDistrust) {
  use_tls(policy::ListenerTls::implicit);
  begin();
  TlsClientInMemory old(Trust::everybody, TLS1_1_VERSION);
  shake_hands(old, std::string(tcp4_header));
  EXPECT_TRUE(ended_);
  EXPECT_EQ(count(Count::tls_failures), 1U);
  EXPECT_EQ(count(Count::tls_distrusted), 0U);
}

TEST_F(Openings, ThrowAwayWhatComesAheadOfTheHandshakeOfStarttls) {  // RFC 3207 section 4.2
  use_tls(policy::ListenerTls::starttls);
  listener_.proxies.clear();
  begin();
  client_.hear();
  exchange("EHLO client.example\r\n");
  EXPECT_EQ(exchange("STARTTLS\r\nMAIL FROM:<evil@far.example>\r\n").substr(0, 4), "220 ");
  EXPECT_EQ(count(Count::tls_injections), 1U);
  TlsClientInMemory tls;
  shake_hands(tls, "");
  ASSERT_TRUE(tls.done());
  tls.take(exchange(tls.say("RCPT TO:<alice@example.org>\r\n")));
  EXPECT_EQ(tls.hear().substr(0, 3), "503");
}

}  // namespace
}  // namespace postern::session
