#include "net/tls_client.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/workplace.hpp"

namespace postern::net {
namespace {

// A client that trusts the certificate of one server, which is for mail.example.
class TlsClientTest : public testing::Test {
 protected:
  TlsClientTest() {
    EXPECT_TRUE(make_self_signed(pem_, key_, {"mail.example"}));
    auto made = TlsClient::make(pem_, {}, {});
    EXPECT_TRUE(made);
    client_ = *made;
    server_context_.reset(::SSL_CTX_new(::TLS_server_method()));
    EXPECT_EQ(::SSL_CTX_use_certificate_file(server_context_.get(), pem_.c_str(), SSL_FILETYPE_PEM), 1);
    EXPECT_EQ(::SSL_CTX_use_PrivateKey_file(server_context_.get(), key_.c_str(), SSL_FILETYPE_PEM), 1);
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends_), 0);
  }
  ~TlsClientTest() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  ServerProof shake_hands(ClientTlsPlan const& plan) {
    auto client = client_->new_session(ends_[0], plan);
    EXPECT_TRUE(client);
    OpensslPtr<SSL> server(::SSL_new(server_context_.get()));
    ::SSL_set_fd(server.get(), ends_[1]);
    ::SSL_set_accept_state(server.get());
    bool both = false;
    for (int i = 0; i < 100 && !both; ++i) {
      int const near = ::SSL_do_handshake(client->get());
      int const far = ::SSL_do_handshake(server.get());
      both = near == 1 && far == 1;
    }
    EXPECT_TRUE(both) << "the handshake is let through, whoever it is";
    return judge(client->get(), plan);
  }

  static ClientTlsPlan plan(Proof proof, std::vector<std::string> names) {
    ClientTlsPlan made;
    made.proof = proof;
    made.names = std::move(names);
    return made;
  }

  tests::Workplace place_;
  std::string pem_ = place_.path("mail.pem");
  std::string key_ = place_.path("mail.key");
  std::shared_ptr<TlsClient const> client_;
  OpensslPtr<SSL_CTX> server_context_;
  int ends_[2] = {-1, -1};
};

TEST_F(TlsClientTest, ProvesAServerByItsName) {
  auto const proof = shake_hands(plan(Proof::name, {"mail.example"}));
  EXPECT_EQ(proof.proved, Proof::name);
  EXPECT_TRUE(proof.as_asked());
}

TEST_F(TlsClientTest, ProvesNobodyByAnotherName) {
  auto const proof = shake_hands(plan(Proof::name, {"other.example"}));
  EXPECT_EQ(proof.proved, Proof::none);
  EXPECT_FALSE(proof.as_asked());
  EXPECT_EQ(proof.certificate, ServerCertificate::wrong_name);
}

TEST_F(TlsClientTest, ProvesNoAddressByACertificateForAName) {
  auto const proof = shake_hands(plan(Proof::name, {"127.0.0.1"}));
  EXPECT_EQ(proof.proved, Proof::none);
  EXPECT_EQ(proof.certificate, ServerCertificate::wrong_name);
}

TEST_F(TlsClientTest, ProvesNothingWhereNothingWasAsked) {
  auto const proof = shake_hands(plan(Proof::none, {"mail.example"}));
  EXPECT_EQ(proof.proved, Proof::none) << "though an authority vouches for it";
  EXPECT_EQ(proof.certificate, ServerCertificate::trusted);
}

TEST_F(TlsClientTest, BeginsNothingThatAnybodyCouldProve) {
  EXPECT_FALSE(client_->new_session(ends_[0], plan(Proof::name, {})));
  EXPECT_FALSE(client_->new_session(ends_[0], plan(Proof::dane, {})));
  EXPECT_FALSE(client_->new_session(ends_[0], plan(Proof::dane, {"mail.example"}))) << "no record";
}

}  // namespace
}  // namespace postern::net
