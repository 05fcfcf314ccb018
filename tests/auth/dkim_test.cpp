// DKIM: the examples of RFC 8463, what we sign ourselves, and what may not pass.
#include <gtest/gtest.h>

#include "auth/dkim_verification.hpp"
#include "auth/signing.hpp"
#include "support/dns_view.hpp"

namespace postern::tests {
namespace {

using namespace auth;

constexpr std::uint64_t now_seconds = 1'795'478'400;

// The message of RFC 8463 appendix A.
std::string const football_header =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n";
std::string const football_body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

DnsView football_dns() {
  DnsView dns;
  put_txt(dns, "brisbane._domainkey.football.example.com",
          "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  put_txt(
      dns, "test._domainkey.football.example.com",
      "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bd"
      "OKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYL"
      "zBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB");
  return dns;
}

std::vector<DkimAnswer> verify(std::string_view message, DnsView& dns,
                               std::size_t piece = std::string_view::npos) {
  MessageDigests digests;
  DkimVerification verification;
  bool begun = false;
  for (std::size_t at = 0; at < message.size(); at += std::min(piece, message.size())) {
    auto bytes = message.substr(at, piece);
    bytes.remove_prefix(digests.feed_header(bytes));
    if (digests.header_ended() && !begun) {
      begun = true;
      verification.begin(digests);
    }
    if (begun) digests.feed_body(bytes);
  }
  digests.finish();
  if (!begun) verification.begin(digests);
  auto const results = verification.results(digests, dns, now_seconds);
  if (!results) throw std::runtime_error("an answer is missing");
  return *results;
}

TEST(Dkim, verifies_the_examples_of_the_rfc_however_the_message_is_cut) {
  auto dns = football_dns();
  for (std::size_t const piece : {1, 2, 3, 7, 64, 100'000}) {
    auto const results = verify(football_header + football_body, dns, piece);
    ASSERT_EQ(results.size(), 2U);
    for (auto const& result : results) {
      EXPECT_EQ(result.result, DkimResult::pass) << result.problem;
      EXPECT_EQ(result.domain, "football.example.com");
    }
    EXPECT_EQ(results[0].key_type, KeyType::ed25519);
    EXPECT_EQ(results[1].bits, 1024);
  }
}

TEST(Dkim, notices_each_change_of_what_is_signed) {
  auto dns = football_dns();
  auto const message = football_header + football_body;
  auto const from = message.find("From: ");
  for (auto at = from; at < message.size(); ++at) {
    if (message[at] == '\r' || message[at] == '\n' || message[at] == ' ') continue;
    auto changed = message;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    if (changed.find("\r\n\r\n", from) != message.find("\r\n\r\n", from)) continue;
    for (auto const& result : verify(changed, dns)) EXPECT_EQ(result.result, DkimResult::fail) << at;
  }
}

TEST(Dkim, takes_white_space_that_relays_change) {
  auto dns = football_dns();
  auto message = football_header + football_body + "\r\n\r\n";
  message.replace(message.find("Subject: Is dinner"), 18, "SUBJECT :  Is\r\n\tdinner");
  message.replace(message.find("hungry yet?"), 11, "hungry \t yet?  ");
  for (auto const& result : verify(message, dns))
    EXPECT_EQ(result.result, DkimResult::pass) << result.problem;
}

TEST(Dkim, what_the_dns_does_not_tell_is_no_failure_of_the_message) {
  auto dns = football_dns();
  dns.put({"test._domainkey.football.example.com", wire::DnsType::txt}, {.status = DnsReply::Status::failed});
  put_txt(dns, "brisbane._domainkey.football.example.com", "v=DKIM1; p=");
  auto const results = verify(football_header + football_body, dns);
  EXPECT_EQ(results[0].result, DkimResult::permerror);
  EXPECT_NE(results[0].problem.find("revoked"), std::string::npos);
  EXPECT_EQ(results[1].result, DkimResult::temperror);
}

struct Signed {
  std::string message;
  DnsView dns;
};
Signed sign_ourselves(KeyType type, std::string const& header, std::string const& body) {
  Signer const signer{
      .domain = "our.example", .selector = "s1", .key = *read_signing_key(new_signing_key(type))};
  MessageDigests digests;
  digests.feed_header(header);
  auto const hash = digests.want_body_hash(Canonical::relaxed, {});
  digests.feed_body(body);
  digests.finish();
  Signed out;
  out.message = dkim_signature_field(signer, digests.fields(), digests.body_hash(*hash), now_seconds);
  out.message += header + body;
  put_txt(out.dns, "s1._domainkey.our.example", signer.key->record());
  return out;
}

TEST(Dkim, verifies_what_we_sign_whatever_the_body_is) {
  std::string const long_line(5000, 'a');
  for (auto const type : {KeyType::rsa, KeyType::ed25519})
    for (std::string const body : {"", "\r\n", "x", "\r\n\r\n \t\r\n", "a\r\n b \t c \r\n\r\n",
                                   "\xC3\xA9\x80\r\n", "lone \r and \n\r\n", "\r"})
      for (std::string const& header :
           {std::string("From: a@our.example\r\nTo: b@x.example\r\nSubject: t\r\n\r\n"),
            "From: a@our.example\r\nReferences: " + long_line + "\r\n <b>\r\n\r\n"}) {
        auto ours = sign_ourselves(type, header, body);
        auto const results = verify(ours.message, ours.dns, 5);
        ASSERT_EQ(results.size(), 1U);
        EXPECT_EQ(results[0].result, DkimResult::pass) << results[0].problem << " " << body;
        for (auto const& line : split_header(ours.message).front().text.substr(0, 1)) EXPECT_EQ(line, 'D');
      }
}

TEST(Dkim, a_field_that_is_added_to_what_we_sign_breaks_the_signature) {
  for (std::string const added :
       {"From: evil@x.example\r\n", "Subject: buy\r\n", "To: c@x.example\r\n", "Date: now\r\n"}) {
    auto ours = sign_ourselves(
        KeyType::ed25519, "From: a@our.example\r\nTo: b@x.example\r\nSubject: t\r\nDate: d\r\n\r\n", "b\r\n");
    auto const results = verify(added + ours.message, ours.dns);
    EXPECT_EQ(results.at(0).result, DkimResult::fail) << added;
  }
}

TEST(Dkim, our_signature_fits_into_lines_that_servers_take) {
  std::string const header =
      "From: a@our.example\r\nTo: b@x.example\r\nSubject: t\r\nDate: d\r\nMessage-ID: <a@b>\r\nCc: "
      "c@x.example\r\nContent-Type: text/plain\r\nMIME-Version: 1.0\r\n\r\n";
  auto const ours = sign_ourselves(KeyType::rsa, header, "b\r\n");
  std::size_t begin = 0;
  while (begin < ours.message.find("From: ")) {
    auto const end = ours.message.find("\r\n", begin);
    EXPECT_LE(end - begin, 78U) << ours.message.substr(begin, end - begin);
    begin = end + 2;
  }
}

}  // namespace
}  // namespace postern::tests
