#include "net/ticket_keys.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/certificate.hpp"
#include "support/workplace.hpp"

namespace postern::net {
namespace {

// A server with ticket keys and a client, which shake hands over a socket pair, in TLS 1.2: there the ticket
// is part of the handshake.
class Tickets : public testing::Test {
 protected:
  Tickets() : server_(::SSL_CTX_new(::TLS_server_method())), client_(::SSL_CTX_new(::TLS_client_method())) {
    tests::Workplace place;
    auto const certificate = place.path("c.pem"), key = place.path("c.key");
    EXPECT_TRUE(make_self_signed(certificate, key, {"mx.example.org"}));
    EXPECT_EQ(::SSL_CTX_use_certificate_chain_file(server_.get(), certificate.c_str()), 1);
    EXPECT_EQ(::SSL_CTX_use_PrivateKey_file(server_.get(), key.c_str(), SSL_FILETYPE_PEM), 1);
    ::SSL_CTX_set_max_proto_version(server_.get(), TLS1_2_VERSION);
    ::SSL_CTX_set_session_cache_mode(server_.get(), SSL_SESS_CACHE_OFF);
    keys_.install(server_.get());
  }

  // Whether the session that the client holds was resumed. It holds the one that the server gave it
  // afterwards.
  bool resumes() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    OpensslPtr<SSL> server(::SSL_new(server_.get())), client(::SSL_new(client_.get()));
    ::SSL_set_fd(server.get(), ends[0]);
    ::SSL_set_fd(client.get(), ends[1]);
    if (held_) ::SSL_set_session(client.get(), held_.get());
    bool done = false;
    for (int turn = 0; turn < 20 && !done; ++turn) {
      bool const client_done = ::SSL_connect(client.get()) == 1;
      done = ::SSL_accept(server.get()) == 1 && client_done;
    }
    EXPECT_TRUE(done);
    bool const resumed = ::SSL_session_reused(server.get()) == 1;
    held_.reset(::SSL_get1_session(client.get()));
    ::SSL_set_quiet_shutdown(client.get(), 1);
    ::SSL_shutdown(client.get());  // else OpenSSL takes the session for a broken one
    ::close(ends[0]);
    ::close(ends[1]);
    return resumed;
  }
  // The same without taking a renewed ticket.
  bool resumes_with_the_old_ticket() {
    ::SSL_SESSION_up_ref(held_.get());
    OpensslPtr<SSL_SESSION> old(held_.get());
    bool const resumed = resumes();
    held_ = std::move(old);
    return resumed;
  }

  TicketKeys::Time now_{std::chrono::hours(1000)};
  TicketKeys keys_{std::chrono::hours(1), [this] { return now_; }};
  OpensslPtr<SSL_CTX> server_, client_;
  OpensslPtr<SSL_SESSION> held_;
};

TEST_F(Tickets, AreTakenWhileTheirKeyIsTheCurrentOrThePreviousOne) {
  EXPECT_FALSE(resumes()) << "there is no ticket yet";
  EXPECT_TRUE(resumes_with_the_old_ticket());
  now_ += std::chrono::minutes(61);
  EXPECT_TRUE(resumes_with_the_old_ticket()) << "its key is the previous one";
  now_ += std::chrono::minutes(61);
  EXPECT_FALSE(resumes_with_the_old_ticket()) << "its key is gone";
}

TEST_F(Tickets, AreRenewedWhenTheirKeyIsThePreviousOne) {
  EXPECT_FALSE(resumes());
  for (int i = 0; i < 5; ++i) {
    now_ += std::chrono::minutes(61);
    EXPECT_TRUE(resumes()) << i;
  }
}

TEST_F(Tickets, OfAKeyThatWasNotRenewedInTimeAreRefused) {
  EXPECT_FALSE(resumes());
  now_ += std::chrono::hours(3);
  EXPECT_FALSE(resumes());
}

}  // namespace
}  // namespace postern::net
