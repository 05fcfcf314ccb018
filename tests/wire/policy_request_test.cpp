#include "wire/policy_request.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

Result<std::optional<PolicyRequest>, std::string> read(std::initializer_list<std::string> lines) {
  PolicyRequestReader reader;
  Result<std::optional<PolicyRequest>, std::string> last = std::optional<PolicyRequest>();
  for (auto const& line : lines) {
    last = reader.on_line(line);
    if (!last) return last;
  }
  return last;
}

TEST(PolicyRequest, ReadsWhatPostfixSends) {
  auto const request =
      read({"request=smtpd_access_policy", "protocol_state=RCPT", "protocol_name=ESMTP",
            "client_address=192.0.2.1", "client_name=mail.far.example", "client_port=4711",
            "helo_name=mail.far.example", "sender=a@far.example", "recipient=alice@example.org",
            "recipient_count=0", "size=12345", "instance=1.2.3", "encryption_protocol=TLSv1.3",
            "encryption_cipher=TLS_AES_256_GCM_SHA384", "encryption_keysize=256", "ccert_fingerprint=AA:BB",
            "ccert_pubkey_fingerprint=CC:DD", "stress=", ""});
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->state, PolicyState::rcpt);
  EXPECT_EQ((*request)->client, IpAddress::parse("192.0.2.1"));
  EXPECT_EQ((*request)->client_port, 4711);
  EXPECT_EQ((*request)->size, 12345U);
  EXPECT_EQ((*request)->tls_version, "TLSv1.3");
  EXPECT_EQ((*request)->certificate_fingerprint, "ccdd") << "that of the key, whichever comes first";
}

TEST(PolicyRequest, AnUnknownNameIsNone) {
  auto const request =
      read({"request=smtpd_access_policy", "client_name=unknown", "client_address=nonsense", ""});
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->client_name, "");
  EXPECT_FALSE((*request)->client);
}

TEST(PolicyRequest, MalformedOnesAreErrors) {
  EXPECT_FALSE(read({""}));
  EXPECT_FALSE(read({"client_name=x", ""}));
  EXPECT_FALSE(read({"request=other"}));
  EXPECT_FALSE(read({"no equals sign"}));
  EXPECT_FALSE(read({"=value"}));
  PolicyRequestReader endless;
  bool ended = false;
  for (int i = 0; i < 200 && !ended; ++i) ended = !endless.on_line("a=b");
  EXPECT_TRUE(ended) << "a request does not grow without bound";
}

TEST(PolicyAnswer, IsOneLine) {
  EXPECT_EQ(print_policy_answer("DUNNO"), "action=DUNNO\n\n");
  EXPECT_EQ(print_policy_answer("REJECT a\nb"), "action=REJECT a?b\n\n");
}

}  // namespace
}  // namespace postern::wire
