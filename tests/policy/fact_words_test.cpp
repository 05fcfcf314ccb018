// The words in which facts are kept on disk, asked for by rules, and exported: changing one changes all of
// these.
#include <gtest/gtest.h>

#include <vector>

#include "policy/facts.hpp"
#include "policy/tls_memory.hpp"

namespace postern::policy {
namespace {

template <class E>
void expect_words(std::vector<std::string_view> const& expected) {
  ASSERT_EQ(expected.size(), value_count<E>());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(print(static_cast<E>(i)), expected[i]);
    EXPECT_EQ(parse_word<E>(expected[i]), static_cast<E>(i)) << expected[i];
  }
}

TEST(FactWords, AreThoseOfTheDatabasesThatExist) {
  expect_words<ListenerTls>({"none", "starttls", "implicit"});
  expect_words<ListenerRole>({"mx", "submission", "beside"});
  expect_words<Greeting>({"none", "helo", "ehlo"});
  expect_words<TlsState>({"none", "established", "failed"});
  expect_words<ClientCertificate>({"not-asked", "none", "self-signed", "untrusted", "expired", "trusted"});
  expect_words<ConnectionEnd>(
      {"quit", "lost", "timeout", "shutdown", "refused", "tls-failed", "too-many-errors", "error"});
  expect_words<Spf>({"not-asked", "none", "neutral", "pass", "softfail", "fail", "temperror", "permerror"});
  expect_words<Dkim>({"not-asked", "none", "pass", "fail", "policy", "neutral", "temperror", "permerror"});
  expect_words<Dmarc>({"not-asked", "none", "pass", "fail", "temperror", "permerror"});
  expect_words<Arc>({"not-asked", "none", "pass", "fail", "temperror"});
  expect_words<Iprev>({"not-asked", "pass", "fail", "temperror"});
  expect_words<DmarcOverride>({"none", "trusted-forwarder", "trusted-sealer"});
  expect_words<auth::DmarcPolicy>({"none", "quarantine", "reject"});
  expect_words<Outcome>({"accepted", "refused", "deferred", "aborted"});
  expect_words<Effect>({"accept", "flag", "defer", "reject"});
  expect_words<RecipientClass>({"mailbox", "alias", "postmaster", "unknown", "elsewhere"});
  expect_words<MemoryKind>({"host", "client", "sender"});
  expect_words<wire::Body>({"7bit", "8bitmime", "binarymime"});
}

}  // namespace
}  // namespace postern::policy
